"""What a fit tells while it runs: in a pipe, a terminal, a notebook, a worker, and to the log."""

import logging
import os
import pty
import re
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from skdigits import CNNDigitClassifier

FIT = """
from sklearn.datasets import load_digits
from skdigits import CNNDigitClassifier
X, y = load_digits(return_X_y=True)
CNNDigitClassifier(max_epochs=3, validation_fraction=0.2, verbose={}).fit(X[:300], y[:300])
"""
EPOCHS = re.compile(r"epoch \d/3  loss \d+\.\d+  validation: loss \d+\.\d+, accuracy \d+\.\d+%  ")
END = re.compile(r"^3 epochs  loss .*  validation: .*accuracy .*%  \d+\.\d s$", re.MULTILINE)


def fit(small_digits, **parameters):
    clf = CNNDigitClassifier(max_epochs=3, validation_fraction=0.2, **parameters)
    return clf.fit(*small_digits)


def test_silent_by_default(small_digits, capfd):
    fit(small_digits)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("verbose", [1, 2])
def test_pipe__a_line_an_epoch_on_stderr_with_the_time_left(small_digits, capfd, verbose):
    fit(small_digits, verbose=verbose)
    output = capfd.readouterr()
    lines = output.err.splitlines()
    assert output.out == ""
    assert len(lines) == 3
    assert all(EPOCHS.match(line) for line in lines)
    assert [line.endswith(" left") for line in lines] == [True, True, False]


def test_pipe__training_that_goes_on_counts_on(small_digits, capfd):
    clf = fit(small_digits, verbose=1, warm_start=True)
    capfd.readouterr()
    clf.fit(*small_digits)
    assert "epoch 4/6" in capfd.readouterr().err


def on_a_terminal(program):
    """Return what a program shows on a terminal of 100 columns, and what it writes to stdout."""
    main, end = pty.openpty()
    environment = os.environ | {"COLUMNS": "100", "TERM": "xterm", "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=end,
        env=environment,
        text=True,
    )
    os.close(end)
    shown = b""
    while True:
        try:
            part = os.read(main, 10_000)
        except OSError:  # how Linux says that the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(main)
    out, _ = process.communicate()
    assert process.returncode == 0
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown.decode()).replace("\r", ""), out


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no such terminals")
def test_terminal__a_bar_and_what_came_of_it():
    shown, out = on_a_terminal(FIT.format("1, callbacks=[print]"))
    assert out.count("train_loss") == 3
    assert "train_loss" not in shown
    assert "━━━" in shown
    assert END.search(shown)
    assert not EPOCHS.search(shown)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no such terminals")
def test_terminal__lines_above_the_bar():
    shown, _ = on_a_terminal(FIT.format(2))
    assert "━━━" in shown
    assert len(EPOCHS.findall(shown)) == 3
    assert not END.search(shown)


def in_a_notebook(*programs):
    """Return the text of the one output that each cell of a notebook leaves."""
    cells = [nbformat.v4.new_code_cell(program) for program in programs]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    outputs = [output for cell in notebook.cells for output in cell.outputs]
    assert len(outputs) == len(programs)
    return [output.get("text") or output.data["text/plain"] for output in outputs]


@pytest.mark.slow
def test_notebook__one_output_that_ends_with_what_came_of_it_or_lines_of_epochs():
    bar, lines = in_a_notebook(FIT.format(1) + "None", FIT.format(2) + "None")
    assert END.fullmatch(bar)
    assert len(EPOCHS.findall(lines)) == len(lines.splitlines()) == 3


SEARCHES = """
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, cross_validate
from skdigits import CNNDigitClassifier
X, y = load_digits(return_X_y=True)
X, y = X[:300], y[:300]
clf = CNNDigitClassifier(max_epochs=3, validation_fraction=0.2, verbose=1)
cross_validate(clf, X, y, cv=2, n_jobs={n_jobs})
search = GridSearchCV(clf, {{"learning_rate": [0.01, 0.02]}}, cv=2, n_jobs={n_jobs}, refit=False)
search.fit(X, y)
"""


@pytest.mark.slow
@pytest.mark.parametrize(("n_jobs", "n_epochs", "n_fits"), [(1, 18, 0), (2, 0, 6)])
def test_search_and_cross_validation__a_line_an_epoch_or_a_fit(n_jobs, n_epochs, n_fits):
    program = SEARCHES.format(n_jobs=n_jobs)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == ""
    assert len(EPOCHS.findall(done.stderr)) == n_epochs
    assert len(END.findall(done.stderr)) == n_fits


# The log


def test_log__a_line_a_fit_and_a_line_an_epoch(small_digits, caplog):
    caplog.set_level(logging.DEBUG, logger="skdigits")
    fit(small_digits)
    levels = [record.levelname for record in caplog.records if record.name == "skdigits"]
    assert levels == ["DEBUG"] * 3 + ["INFO"]
    assert END.match(caplog.messages[-1])


def test_log__what_it_writes_is_not_shown_twice(small_digits, capfd, caplog):
    caplog.set_level(logging.DEBUG, logger="skdigits")
    fit(small_digits, verbose=2)
    assert capfd.readouterr().err == ""
    assert len(caplog.messages) == 4


def test_log__nothing_is_set_up_by_us():
    program = "import logging, skdigits; skdigits.CNNDigitClassifier; " + (
        "print(logging.root.handlers, logging.getLogger('skdigits').handlers)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[] []"
