"""The floors of the package: imports go down only, and heavy libraries stay where they belong."""

import importlib
import itertools
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "docs/_ext"))

# After the path is set, so not at the top (E402).
from floors import BOXES, FILES, FLOORS, PACKAGE, draw, imports_of, module_of  # noqa: E402


def below(module):
    """What a module may import: lower floors, and what its own box names after it."""
    names = set()
    for floor in reversed(FLOORS):
        for modules in floor.values():
            if module in modules:
                return names | set(modules[modules.index(module) + 1 :])
        names.update(*floor.values())


def ours_of(path):
    """The modules of the package that a file imports, without its own."""
    names = {name for name in imports_of(path) if name.startswith("skdigits.")}
    return {name.split(".")[1] for name in names} - {module_of(path)}


def reached_from(path, without=()):
    """A file, and all files of the package that are imported because of it."""
    found, modules = {path}, {module_of(path), *without}
    while more := set().union(*map(ours_of, found)) - modules:
        modules |= more
        found |= {file for file in FILES if module_of(file) in more}
    return found


def third_party_of(path):
    roots = {name.split(".")[0] for name in imports_of(path)}
    return roots - set(sys.stdlib_module_names) - {"skdigits"}


def each(*boxes):
    """Parametrize over the files of some boxes."""
    modules = set().union(*(BOXES[box] for box in boxes))
    return pytest.mark.parametrize(
        "path",
        [path for path in FILES if module_of(path) in modules],
        ids=lambda path: str(path.relative_to(PACKAGE)),
    )


@each(*BOXES)
def test_imports_go_down_only(path):
    assert ours_of(path) <= below(module_of(path))


def test_every_module_has_one_place_in_docs_floors_toml():
    places = list(itertools.chain(*BOXES.values()))
    assert sorted(places) == sorted({module_of(path) for path in FILES})


@each(*BOXES)
def test_imports_are_absolute_and_pass_by_the_face(path):
    """From another room come only the names that its `__all__` lists."""
    assert not [name for name in imports_of(path) if name.startswith(".")]
    for name in imports_of(path):
        room = name.split(".")[1] if name.startswith("skdigits.") else module_of(path)
        if room != module_of(path) and name != f"skdigits.{room}":
            module, _, thing = name.rpartition(".")
            assert module.count(".") == (2 if room == "_utils" else 1), name
            assert thing in importlib.import_module(module).__all__, name


@each("diagnosing", "displays", "selective")
def test_works_with_any_classifier(path):
    assert third_party_of(path) <= {"matplotlib", "numpy", "scipy", "sklearn"}
    # What reads pictures opens the shipped model's file if no other model is given.
    reached = reached_from(path, without={"io"})
    assert "classifier" not in {module_of(file) for file in reached}
    assert "io" not in ours_of(path)


@each("reading")
def test_reading_asks_any_classifier(path):
    assert third_party_of(path) <= {"numpy", "sklearn"}
    assert ours_of(path) <= {"_utils", "normalizer", "io"}


@each("data", "scores", "normalizer", "helpers")
def test_no_torch_beside_the_estimator(path):
    assert not set().union(*map(third_party_of, reached_from(path))) & {"torch", "skorch"}


@each("network")
def test_network_needs_torch_only(path):
    allowed = {"torch", "lazy_loader"}
    assert set().union(*map(third_party_of, reached_from(path))) <= allowed


def test_networks_are_reached_by_what_fits_keeps_or_runs_them_and_what_tells_of_devices_only():
    inner = set().union(*(BOXES[box] for box in ("training", "network")))
    users = {module_of(path) for path in FILES if ours_of(path) & inner}
    assert users - inner == {"classifier", "environment", "io", "numbers", "onnx"}


def test_skorch_is_imported_in_one_room():
    assert {module_of(path) for path in FILES if "skorch" in third_party_of(path)} == {"training"}


def test_drawing_shows_all_modules():
    drawing = draw()
    assert [name for name in itertools.chain(*BOXES.values()) if name not in drawing] == []
    assert 'role="img"' in drawing
    assert drawing.count('class="arrow"') > len(FLOORS)


def test_private_scikit_learn_is_imported_in_one_place():
    users = {
        path.name
        for path in FILES
        for name in imports_of(path)
        if name.startswith("sklearn.") and any(part.startswith("_") for part in name.split("."))
    }
    assert users <= {"sklearn.py"}


def test_every_imported_package_is_declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    requirements = [*project["dependencies"], *itertools.chain(*extras)]
    declared = {re.match(r"[\w.-]+", requirement)[0] for requirement in requirements}
    distribution = {
        "IPython": "ipython",
        "PIL": "pillow",
        "pillow_heif": "pillow-heif",
        "sklearn": "scikit-learn",
    }
    imported = set().union(*(third_party_of(path) for path in [PACKAGE / "__init__.py", *FILES]))
    assert {distribution.get(name, name) for name in imported} <= declared
