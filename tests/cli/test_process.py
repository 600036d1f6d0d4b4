"""Commands whose streams are closed, full or broken, that are ended, or that end beside others."""

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
import warnings

import numpy as np
import pytest
from commands import run
from PIL import Image
from sklearn.datasets import load_digits

from skdigits.cli import main
from skdigits.cli._folder import RESULTS
from skdigits.io import load_model

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="needs a shell and signals as of Unix"),
]

COMMAND = f"{shlex.quote(sys.executable)} -m skdigits"
QUICK = "train --dataset digits --epochs 2 --set 'filters=(8,)' --set augment=False --output"
LONG = "train --dataset digits --epochs 100000 --set 'filters=(8,)' --set augment=False --output"
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1"}


def shell(line, **kwargs):
    """Run a line of the shell, in which $C is the command."""
    line = line.replace("$C", COMMAND)
    return subprocess.run(
        ["sh", "-c", line], capture_output=True, text=True, env=ENVIRONMENT, timeout=120, **kwargs
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a photograph of a 3."""
    folder = tmp_path_factory.mktemp("pictures")
    image = Image.fromarray((255 - load_digits().images[3] * 15).astype(np.uint8))
    image.resize((80, 80)).save(folder / "3.png")
    return folder


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full", "<&-", "</dev/null"])
def test_answers_reach_stdout_whatever_the_other_streams(redirection, folder):
    done = shell(f"$C predict 3.png none.png {redirection}", cwd=folder)
    assert done.returncode == 1, "one picture is missing"
    assert done.stdout.startswith("3.png: 3 (")
    assert ("none.png is missing" in done.stderr) == redirection.startswith("<")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("redirection", "words"),
    [(">&-", "standard output is closed"), (">/dev/full", "No space left on device")],
)
@pytest.mark.parametrize("command", ["doctor", "predict 3.png", "predict 3.png --csv"])
def test_what_cannot_be_printed__is_said_and_the_code_is_1(command, redirection, words, folder):
    done = shell(f"$C {command} {redirection}", cwd=folder)
    assert done.returncode == 1
    assert done.stderr.startswith("skdigits: What this command found cannot be printed: ")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_who_reads_no_more__is_no_error_to_speak_of(folder):
    done = shell("{ $C predict 3.png; echo code $? >&2; } | head -0", cwd=folder)
    assert done.stderr == "code 1\n"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("2>&-", 0),
        (">&- 2>&- <&-", 1),
        ("2>&1 >/dev/null | head -1", 0),  # the code of head
    ],
)
def test_train__writes_its_results_whatever_the_streams(line, code, tmp_path):
    done = shell(f"$C {QUICK} results {line}", cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert {path.name for path in (tmp_path / "results").iterdir()} == {*RESULTS}
    load_model(tmp_path / "results" / "model.safetensors")
    json.loads((tmp_path / "results" / "report.json").read_text())


def start(*lines, **kwargs):
    """Start a training, and wait until an epoch of it is done."""
    process = subprocess.Popen(
        ["sh", "-c", "; ".join([*lines[:-1], f"exec {COMMAND} {lines[-1]}"])],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
        **kwargs,
    )
    line = process.stderr.readline()
    assert line.startswith("epoch "), line
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_train__ended_by_a_signal__keeps_the_best_so_far(number, tmp_path):
    process = start(f"{LONG} results", cwd=tmp_path)
    process.send_signal(number)
    if number == signal.SIGHUP:  # comes from the shell and from the kernel
        time.sleep(0.1)
        process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "accuracy" in out
    assert "To continue: skdigits train --from results" in err
    assert os.listdir(tmp_path) == ["results"]
    assert {path.name for path in (tmp_path / "results").iterdir()} == {*RESULTS}


def test_train__ignored_signal_stays_ignored(tmp_path):
    """As under nohup."""
    process = start("trap '' HUP", f"{LONG} results", cwd=tmp_path)
    process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 1


def test_train__closed_terminal__keeps_the_best_so_far(tmp_path):
    """What is said then reaches nobody, and must not stop it."""
    pty = pytest.importorskip("pty")
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(tmp_path)
        os.environ["OMP_NUM_THREADS"] = "1"
        os.execv("/bin/sh", ["sh", "-c", f"exec {COMMAND} {LONG} results"])
    shown = b""
    while b"epoch" not in shown:
        shown += os.read(terminal, 1000)
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 1
    assert {path.name for path in (tmp_path / "results").iterdir()} == {*RESULTS}


def test_train__second_into_the_same_new_folder__is_refused(tmp_path, monkeypatch):
    process = start(f"{LONG} results", cwd=tmp_path)
    monkeypatch.chdir(tmp_path)
    second = run(*shlex.split(QUICK), "results")
    assert second.code == 1
    assert second.err == (
        "skdigits: Another process is writing results: wait for it, or give another --output.\n"
    )
    process.kill()
    process.communicate()
    assert os.listdir(tmp_path) == [".writing-results"]
    third = run(*shlex.split(QUICK), "results")
    assert third.code == 0, third.err
    assert os.listdir(tmp_path) == ["results"]


def test_train__killed__leaves_a_report_and_its_own_model_or_none(tmp_path, monkeypatch):
    """At three moments; tests/cli/test_folder.py goes through each change of the disk."""
    monkeypatch.chdir(tmp_path)
    line = f"{QUICK} results --force --seed"
    assert run(*shlex.split(line), 0).code == 0
    for seed in range(1, 4):
        process = start(f"{line} {seed}")
        assert process.stderr.readline().startswith("epoch 2/2")
        time.sleep(0.4 * seed)  # in which it evaluates and writes
        process.kill()
        process.communicate()
        model = load_model(tmp_path / "results" / "model.safetensors")
        path = tmp_path / "results" / "report.json"
        if path.exists():
            parameters = json.loads(path.read_text())["training"]["parameters"]
            assert parameters["random_state"] == model[-1].random_state
    assert run(*shlex.split(line), 9).code == 0
    assert {path.name for path in (tmp_path / "results").iterdir()} == {*RESULTS}
    assert os.listdir(tmp_path) == ["results"]


def test_main__leaves_the_process_as_it_was(folder, capfd):
    def state():
        handlers = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)]
        return (
            [sys.excepthook, sys.stdout, sys.stderr, threading.excepthook, sys.displayhook],
            [warnings.showwarning, [*warnings.filters]],
            handlers,
        )

    before = state()
    for args in (["predict", str(folder / "3.png")], ["predict", "none"], ["trian"], ["--help"]):
        main(args)
        assert state() == before
    capfd.readouterr()


def test_main__works_in_a_thread(folder, capfd):
    codes = []
    thread = threading.Thread(target=lambda: codes.append(main(["predict", str(folder)])))
    thread.start()
    thread.join()
    assert codes == [0]
    assert ": 3 (" in capfd.readouterr().out


def test_main__handler_of_the_host_stays(folder, capfd):
    def handler(number, frame):
        raise AssertionError("nobody sends it")

    before = signal.signal(signal.SIGTERM, handler)
    try:
        main(["--version"])
        assert signal.getsignal(signal.SIGTERM) is handler
    finally:
        signal.signal(signal.SIGTERM, before)
    capfd.readouterr()


@pytest.mark.parametrize("form", ["--json", "--jsonl"])
def test_picture_on_stdin(form, folder):
    done = shell(f"cat 3.png | $C predict - {form}", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert '"file": "stdin", "label": "3"' in done.stdout


@pytest.mark.parametrize(
    ("redirection", "words"),
    [("<&-", "stdin is closed"), ("</dev/null", "stdin is not an image")],
)
def test_nothing_on_stdin__is_said(redirection, words, folder):
    done = shell(f"$C predict - 3.png {redirection}", cwd=folder)
    assert done.returncode == 1
    assert done.stdout.startswith("3.png: 3 (")
    assert done.stderr.startswith(f"skdigits: {words}")
    assert done.stderr.count("\n") == 1
