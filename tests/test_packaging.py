"""What an installation holds, and what importing it and asking for help costs."""

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def modules_after(code):
    """Names of the modules that a fresh interpreter holds after running some code."""
    code = f"import sys\n{code}\nprint('\\n' + ' '.join(sys.modules))"
    return set(run(sys.executable, "-c", code).splitlines()[-1].split())


def run(*command, cwd=None):
    """Run a command to its good end, and return what it printed."""
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_alone_loads_no_heavy_library():
    heavy = {"torch", "sklearn", "skorch", "numpy", "scipy", "matplotlib", "PIL", "typer"}
    assert not modules_after("import skdigits; skdigits.__version__, dir(skdigits)") & heavy


def test_data_and_scaling_do_without_torch():
    used = modules_after("from skdigits import PixelScaler, datasets; datasets.fetch_mnist")
    assert not used & {"torch", "skorch", "matplotlib"}


def test_displays_do_without_torch():
    used = modules_after(
        "from skdigits import Answer, displays, read_digits; displays.NormalizationDisplay"
    )
    assert not used & {"torch", "skorch"}


@pytest.mark.parametrize("arguments", [["--help"], ["train", "--help"], []])
def test_help_does_without_torch(arguments):
    code = f"""
from skdigits.cli import main
sys.argv = ["skdigits", *{arguments}]
try:
    main()
except SystemExit:
    pass"""
    assert not modules_after(code) & {"torch", "skorch", "sklearn", "matplotlib"}


def test_the_command_and_the_module_are_one():
    command = Path(sys.executable).with_name("skdigits")
    assert run(sys.executable, "-m", "skdigits", "--help") == run(str(command), "--help")


def test_every_public_name_can_be_had():
    import skdigits

    assert all(hasattr(skdigits, name) for name in skdigits.__all__)
    assert set(skdigits.__all__) <= set(dir(skdigits))


def test_unknown_name_is_an_attribute_error():
    import skdigits

    with pytest.raises(AttributeError, match="CNNDigitClasifier"):
        skdigits.CNNDigitClasifier  # noqa: B018 (looking it up is the test)


def pins(name):
    lines = (ROOT / name).read_text().splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def test_lowest_versions_are_the_floors_declared():
    distributed = PROJECT["optional-dependencies"]["distributed"]
    requirements = [*PROJECT["dependencies"], *distributed]
    floors = dict(requirement.split(">=") for requirement in requirements)
    assert floors.items() <= pins("constraints-lowest.txt").items()


def test_torch_is_pinned_for_every_installation():
    assert pins("constraints.txt")["torch"] == "2.13.0"
    install = r"pip install -c constraints\.txt \."
    assert re.search(install, (ROOT / "README.md").read_text())


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_files_that_a_page_shows_or_links_to_exist(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = re.findall(r"(?:\]\(|^\[[^]]+\]: )(?!https?:)([^)#\s]+)", text, re.MULTILINE)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_pages_that_readme_links_to_exist():
    site = PROJECT["urls"]["Documentation"]
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    pages = re.findall(rf"\({site}([\w/]+)\.html\)", text)
    assert len(pages) > 10
    assert ".rst)" not in text  # code hosts show these without their contents
    for page in pages:
        made_by_the_gallery = page == "auto_examples/index"
        sources = [ROOT / "docs" / f"{page}.{suffix}" for suffix in ("rst", "md")]
        assert made_by_the_gallery or any(source.exists() for source in sources), page


def test_readme_s_python_runs():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    read, train = re.findall(r"^```python\n(.+?)^```", text, re.M | re.S)
    digit, number = run(sys.executable, "-c", read, cwd=ROOT).splitlines()
    assert digit.startswith("5 (99.")
    assert number.startswith("71294 (9")
    accuracy = run(sys.executable, "-c", train)
    assert float(accuracy) >= 0.985
    assert accuracy.startswith(re.search(r"# ([\d.]+)\.\.\.$", train)[1])


def test_readme_s_pictures_are_read_as_it_shows():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    examples = re.findall(r"^\$ skdigits (.+)\n(.+)$", text, re.MULTILINE)
    assert [command.split()[0] for command, _ in examples] == ["predict", "read"]
    for command, shown in examples:
        answer = run(sys.executable, "-m", "skdigits", *command.split(), cwd=ROOT)
        percents = re.compile(r"<?[\d.]+ %")  # processors differ in the last digits
        assert percents.sub("%", answer.strip()) == percents.sub("%", shown)


def test_citation_names_the_version():
    import skdigits

    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"version: {skdigits.__version__}\n" in citation
    entry = (ROOT / "docs/help.rst").read_text(encoding="utf-8")
    assert f"version = {{{skdigits.__version__}}}" in entry


def test_the_page_of_commands_has_each():
    from skdigits.cli import app

    page = (ROOT / "docs/commands.rst").read_text(encoding="utf-8")
    names = [command.callback.__name__ for command in app.registered_commands]
    assert re.findall(r"^   \* - ``skdigits (\w+)", page, re.MULTILINE) == names


def test_continuous_integration_runs_the_readme_s_test_command():
    readme = (ROOT / "README.md").read_text()
    (command,) = re.findall(r"^python3 -m venv .*/tox$", readme, flags=re.MULTILINE)
    assert command in (ROOT / ".ci/run").read_text().splitlines()


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A folder with the wheel and the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder)]
    run(*build, cwd=ROOT)
    return folder


@pytest.fixture(scope="module")
def distributions(built):
    """Names of the files in the wheel and in the sdist, without the sdist's leading folder."""
    wheel = zipfile.ZipFile(*built.glob("*.whl")).namelist()
    with tarfile.open(*built.glob("*.tar.gz")) as sdist:
        source = [name.partition("/")[2] for name in sdist.getnames()]
    return wheel, source


def sources(folder):
    files = (ROOT / folder).rglob("*")
    return {
        str(path.relative_to(ROOT))
        for path in files
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_wheel_holds_the_package_and_nothing_else(distributions):
    wheel, _ = distributions
    package = {name for name in wheel if ".dist-info/" not in name}
    assert package == sources("skdigits")
    assert {"skdigits/py.typed", "skdigits/__init__.pyi"} <= package
    info = {name.partition(".dist-info/")[2] for name in set(wheel) - package}
    assert info == {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}


def test_package_indexes_get_a_readme_without_relative_addresses(built):
    with zipfile.ZipFile(*built.glob("*.whl")) as wheel:
        (name,) = (name for name in wheel.namelist() if name.endswith("/METADATA"))
        text = wheel.read(name).decode()
    assert "Description-Content-Type: text/markdown" in text
    addresses = re.findall(r"\]\(([^)]+)\)", text)
    assert f"{PROJECT['urls']['Documentation']}_static/photo_to_answer.png" in addresses
    assert [address for address in addresses if not address.startswith("https://")] == []


def test_sdist_holds_what_testing_and_documenting_need(distributions):
    _, source = distributions
    folders = {name.partition("/")[0] for name in source if "/" in name}
    assert folders == {"skdigits", "tests", "docs", "examples"}
    needed = sources("skdigits") | sources("tests") | sources("examples")
    files = {"README.md", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "LICENSE", "tox.ini"}
    files |= {"hatch_build.py", "pyproject.toml"}
    assert needed | files <= set(source)
    unwanted = ("__pycache__", "_build", "auto_examples", "generated", ".tox", ".venv")
    assert not [name for name in source if any(part in unwanted for part in name.split("/"))]
