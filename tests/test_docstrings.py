"""Public objects have numpydoc docstrings, with the signature's defaults and examples that run."""

import ast
import doctest
import importlib
import inspect
import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from numpydoc.docscrape import ClassDoc, FunctionDoc
from numpydoc.validate import validate

import skdigits

DOCS = Path(__file__).parents[1] / "docs"
BUILT = {"_build", "auto_examples", "generated"}  # by Sphinx, where it has run
PAGES = [page for page in sorted(DOCS.rglob("*.rst")) if not BUILT & set(page.parts)]

PACKAGES = {"how_to/ecosystem.rst": ("joblib", "mlflow", "skops")}  # that a page needs besides

# numpydoc's checks that scikit-learn's form of docstring does not follow.
NOT_ASKED = {
    "ES01",  # a summary may say it all
    "EX01",  # examples are asked for by a test of its own
    "RT02",  # returned values are named, as scikit-learn's are
    "SA01",  # see-also is written where there is something to see
    "SA04",
}


def public_objects():
    """Names of the public classes, functions and methods, with the objects."""
    for name in skdigits.__all__:
        thing = getattr(skdigits, name)
        if isinstance(thing, dict | list):
            continue  # the reference describes the presets and the trusted types
        members = (
            {f"{name}.{inner}": getattr(thing, inner) for inner in thing.__all__}
            if inspect.ismodule(thing)
            else {name: thing}
        )
        for path, member in members.items():
            yield f"skdigits.{path}", member
            if inspect.isclass(member):
                for inner, method in inspect.getmembers(member, inspect.isroutine):
                    if not inner.startswith("_") and is_ours(method):
                        yield f"skdigits.{path}.{inner}", method


def is_ours(thing):
    return (getattr(thing, "__module__", None) or "").startswith("skdigits")


OBJECTS = dict(public_objects())
TOP_LEVEL = [name for name in OBJECTS if not inspect.isclass(OBJECTS.get(name.rpartition(".")[0]))]


@pytest.mark.parametrize("name", OBJECTS)
def test_docstring_is_valid_numpydoc(name):
    errors = [error for error in validate(name)["errors"] if error[0] not in NOT_ASKED]
    assert errors == []


@pytest.mark.parametrize("name", [name for name in OBJECTS if not name.endswith("Error")])
def test_documented_defaults_are_the_signature_s(name):
    thing = OBJECTS[name]
    doc = ClassDoc(thing) if inspect.isclass(thing) else FunctionDoc(thing)
    documented = {parameter.name.lstrip("*"): parameter.type for parameter in doc["Parameters"]}
    for parameter in inspect.signature(thing).parameters.values():
        if parameter.name not in documented:
            continue  # numpydoc's own check names it
        stated = re.search(r"default=(.+)$", documented[parameter.name])
        if parameter.default is inspect.Parameter.empty:
            assert stated is None, f"{parameter.name} has no default"
        else:
            assert stated, f"{parameter.name}: say default={parameter.default!r}"
            assert ast.literal_eval(stated[1]) == parameter.default, parameter.name


@pytest.mark.parametrize("name", TOP_LEVEL)
def test_public_classes_and_functions_have_an_example(name):
    assert ">>>" in inspect.getdoc(OBJECTS[name])


def examples():
    """The doctests of public docstrings and of the pages, each as a pytest parameter."""
    found = []
    for name, thing in OBJECTS.items():
        module = importlib.import_module(thing.__module__)
        found += doctest.DocTestFinder(recurse=False).find(thing, name, module)
    for page in PAGES:
        name = page.relative_to(DOCS).as_posix()
        found.append(doctest.DocTestParser().get_doctest(page.read_text(), {}, name, str(page), 0))
    for test in found:
        if test.examples:
            needs_mnist = any("fetch_mnist(" in example.source for example in test.examples)
            fixture = "mnist_home" if needs_mnist else "tmp_path"
            marks = [pytest.mark.mnist] if needs_mnist else []
            if test.name.endswith(".rst"):
                marks.append(pytest.mark.slow)
            if test.name in PACKAGES:
                marks.append(pytest.mark.filterwarnings("ignore"))  # theirs
            if missing := [name for name in PACKAGES.get(test.name, ()) if not find_spec(name)]:
                reason = f"{', '.join(missing)} not installed: tox -e ecosystem has them"
                marks.append(pytest.mark.skip(reason=reason))
            yield pytest.param(test, fixture, id=test.name, marks=marks)


@pytest.mark.parametrize(("test", "home"), list(examples()))
def test_examples_run_and_print_what_they_say(test, home, request, monkeypatch, tmp_path):
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(request.getfixturevalue(home)))
    monkeypatch.chdir(tmp_path)
    report = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    runner.run(test, out=report.append, clear_globs=False)
    assert not runner.failures, "".join(report)


def test_reference_lists_every_public_name():
    page = (DOCS / "api.rst").read_text()
    listed = re.findall(r"^   ([\w.]+)$", page, flags=re.MULTILINE)
    assert {f"skdigits.{name}" for name in listed} == set(TOP_LEVEL)
    data = [name for name in skdigits.__all__ if isinstance(getattr(skdigits, name), dict | list)]
    assert sorted(re.findall(r"^\.\. data:: (\w+)$", page, flags=re.MULTILINE)) == sorted(data)
