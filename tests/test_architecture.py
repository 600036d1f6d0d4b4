"""The floors of the package: imports go down only, and heavy libraries stay where they belong."""

import ast
import itertools
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "skdigits"
FILES = [path for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py"]

HELPERS = {"_images", "_plain", "_sklearn", "_views"}
NORMALIZING = {"_pictures", "_ink", "_components", "_rules", "_strokes", "_placing", "_diagnosis"}
FLOOR_0 = {
    "preprocessing",
    "datasets",
    "_auto",
    "_predictions",
    "_progress",
    "_representation",
    "_samples",
    "settings",
    "versions",
    *HELPERS,
}
FLOOR_0 |= {"metrics", "normalizer", "_normalizing", *NORMALIZING}
FLOOR_1 = {"_network", "_typicality", "_augmentation", "_degradation", "_batches", "_devices"}
NET = {"_digit_net", "_callbacks"}
FLOOR_2 = {"_training", *NET}
FLOOR_3 = {"classifier"}
FLOOR_4 = {"reading", "displays", "selective", "persistence", "onnx", "pretrained", "showing"}
FLOOR_4 |= {"diagnosing"}
FLOOR_5 = {"__main__", "cli", "server"}

# What a module, or subpackage, may import from the package besides itself.
BELOW = {
    **dict.fromkeys(FLOOR_5, FLOOR_4 | FLOOR_3 | FLOOR_0),
    "__main__": {"cli"},
    **dict.fromkeys(FLOOR_4, FLOOR_3 | FLOOR_0),
    "displays": FLOOR_0,
    "showing": {"displays", "pretrained", "normalizer"},
    "diagnosing": {"normalizer", "_images"},
    "selective": {"_sklearn"},
    "pretrained": {"persistence", "selective"},
    "persistence": {"selective"} | FLOOR_3 | FLOOR_0,
    **dict.fromkeys(FLOOR_3, FLOOR_2 | FLOOR_1 | FLOOR_0),
    **dict.fromkeys(FLOOR_2, FLOOR_1 | NET),
    **dict.fromkeys(NET, FLOOR_1),
    **dict.fromkeys(FLOOR_1, frozenset()),
    "_network": {"_typicality"},
    **dict.fromkeys(FLOOR_0, HELPERS),
    "normalizer": {"_normalizing", *NORMALIZING, *HELPERS},
    "_normalizing": NORMALIZING,
    **dict.fromkeys(NORMALIZING, frozenset({"_ink"})),
    **dict.fromkeys(HELPERS, frozenset()),
}


def module_of(path):
    """The module, or subpackage, of the floors that a file belongs to."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports_of(path):
    """Every dotted name that a file imports, at its head or inside a function."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} line {node.lineno}: a relative import"
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def third_party_of(path):
    roots = {name.split(".")[0] for name in imports_of(path)}
    return roots - set(sys.stdlib_module_names) - {"skdigits"}


def each(*modules):
    """Parametrize over the files of some modules that exist already."""
    return pytest.mark.parametrize(
        "path", [path for path in FILES if module_of(path) in modules], ids=lambda path: path.name
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down_only(path):
    module = module_of(path)
    assert module in BELOW, f"{module} has no floor: name what it may import"
    used = {name.split(".")[1] for name in imports_of(path) if name.startswith("skdigits.")}
    assert used <= BELOW[module] | {module}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nobody_inside_imports_the_face(path):
    modules = {module_of(file) for file in FILES}
    ours = {name for name in imports_of(path) if name.split(".")[0] == "skdigits"}
    assert all(name.partition(".")[2].split(".")[0] in modules for name in ours)


@each(*FLOOR_5)
def test_commands_use_public_names_only(path):
    below = {
        name
        for name in imports_of(path)
        if name.startswith("skdigits.") and name.split(".")[1] != module_of(path)
    }
    assert not [name for name in below if any(part.startswith("_") for part in name.split("."))]


@each(*FLOOR_0, "diagnosing", "displays", "selective")
def test_no_torch_beside_the_estimator(path):
    assert not third_party_of(path) & {"torch", "skorch"}


@each(*FLOOR_1)
def test_network_needs_torch_only(path):
    assert third_party_of(path) <= {"torch"}


@each("diagnosing", "displays", "selective")
def test_works_with_any_classifier(path):
    assert third_party_of(path) <= {"matplotlib", "numpy", "scipy", "sklearn"}


def test_skorch_is_imported_on_one_floor():
    assert {module_of(path) for path in FILES if "skorch" in third_party_of(path)} <= FLOOR_2


def test_private_scikit_learn_is_imported_in_one_place():
    users = {
        path.name
        for path in FILES
        for name in imports_of(path)
        if name.startswith("sklearn.") and any(part.startswith("_") for part in name.split("."))
    }
    assert users <= {"_sklearn.py"}


def test_every_imported_package_is_declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    requirements = [*project["dependencies"], *itertools.chain(*extras)]
    declared = {re.match(r"[\w.-]+", requirement)[0] for requirement in requirements}
    distribution = {"sklearn": "scikit-learn", "PIL": "pillow", "IPython": "ipython"}
    imported = set().union(*(third_party_of(path) for path in [PACKAGE / "__init__.py", *FILES]))
    assert {distribution.get(name, name) for name in imported} <= declared
