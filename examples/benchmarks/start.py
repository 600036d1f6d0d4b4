"""Measure the seconds and the memory of reading one digit from the shell.

    python -m examples.benchmarks.start --output benchmark_results

Run it in the repository's root; it takes two minutes. Each command is a process of its own.
Commands take turns with a process that only imports PyTorch.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from statistics import median

import numpy as np
import onnxruntime
from PIL import Image
from tqdm import tqdm

from examples.benchmarks.circumstances import current_setting
from examples.benchmarks.report import machine, packages, show, show_spread, table
from skdigits import load_pretrained
from skdigits.datasets import make_digits

N_RUNS, N_CALLS, N_MANY = 11, 500, 10_000


def commands(picture):
    """Return the commands to time, by name."""
    predict = [sys.executable, "-m", "skdigits", "predict", str(picture)]
    # A module that is None cannot be imported, so that PyTorch answers.
    code = (
        "import sys; sys.modules['onnxruntime'] = None; from skdigits.cli import main; "
        f"sys.exit(main(['predict', {str(picture)!r}]))"
    )
    return {
        "import torch": [sys.executable, "-c", "import torch"],
        "skdigits predict, ONNX Runtime": predict,
        "skdigits predict, PyTorch": [sys.executable, "-c", code],
        "skdigits read, ONNX Runtime": [sys.executable, "-m", "skdigits", "read", str(picture)],
        "import skdigits": [sys.executable, "-c", "import skdigits"],
    }


def run(command):
    """Return the seconds of a process and its highest memory in megabytes."""
    launch = [sys.executable, "-S", str(Path(__file__).with_name("launch.py")), *command]
    return json.loads(subprocess.check_output(launch))


def time_commands():
    """Return seconds and megabytes of each command; commands take turns."""
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "digit.png"
        X, _ = make_digits(1, n_copies=1, side=200, random_state=0)
        Image.fromarray(255 - X[3].reshape(200, 200).astype(np.uint8)).save(picture)
        to_run, found = commands(picture), defaultdict(list)
        for command in to_run.values():
            run(command)  # once for the file system
        for _ in tqdm(range(N_RUNS), disable=None):
            for name, command in to_run.items():
                found[name].append(run(command))
    return {
        name: {"seconds": [each[0] for each in runs], "megabytes": max(each[1] for each in runs)}
        for name, runs in found.items()
    }


def calls(function, X, n_calls):
    """Return the seconds of each call."""
    seconds = []
    for i in range(n_calls):
        start = time.perf_counter()
        function(X[i % len(X)][None] if n_calls == N_CALLS else X)
        seconds.append(time.perf_counter() - start)
    return seconds


def time_calls():
    """Return the seconds for one row and for many, of each backend and of a bare session."""
    X, _ = make_digits(N_MANY // 10, n_copies=1, side=28, random_state=0)
    by_onnx, by_torch = (load_pretrained(backend=backend) for backend in ("onnx", "torch"))
    session: onnxruntime.InferenceSession = by_onnx[-1].net_.session
    pixels = by_onnx[-1].net_.standardize(X.reshape(-1, 28, 28) / np.float32(255))

    def bare(images):
        session.run(None, {"images": images})

    functions = {
        "bare call of ONNX Runtime": (bare, pixels),
        "predict_proba, ONNX Runtime": (by_onnx.predict_proba, X),
        "predict_proba, PyTorch": (by_torch.predict_proba, X),
        "predict, PyTorch in bfloat16 first": (by_torch.predict, X),
        "predict, ONNX Runtime": (by_onnx.predict, X),
    }
    found = {}
    for name, (function, rows) in functions.items():
        calls(function, rows, 3)
        found[name] = {"row": calls(function, rows, N_CALLS), "many": calls(function, rows, 5)}
    return found


def spread_of(seconds):
    """Return median and range."""
    return {"median": median(seconds), "min": min(seconds), "max": max(seconds)}


def to_markdown(started, called, setting):
    """Return the report."""
    least = median(started["import torch"]["seconds"])
    rows = [
        [
            name,
            show_spread(spread_of(each["seconds"])),
            show(median(each["seconds"]) / least, 2),
            show(each["megabytes"]),
        ]
        for name, each in started.items()
    ]
    bare = median(called["bare call of ONNX Runtime"]["row"])
    more = [
        [
            name,
            show(1000 * median(each["row"]), 3),
            show(median(each["row"]) / bare, 2),
            show(N_MANY / median(each["many"])),
        ]
        for name, each in called.items()
    ]
    return "\n\n".join(
        [
            "# Time to start and to read one image",
            f"{machine(setting)}; {packages(setting)}.",
            f"Each command is a process of its own; {N_RUNS} runs, in which commands take turns. "
            "Seconds: median (lowest–highest).",
            table(["", "seconds", "× import torch", "peak MB"], rows),
            f"The pretrained model in a running process: one row (median of {N_CALLS} calls), and "
            f"{N_MANY:,} rows (median of 5 calls):",
            table(["", "one row, ms", "× bare call", "images/s, many"], more),
        ]
    )


def main():
    """Measure, and write the report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("benchmark_results"),
        metavar="FOLDER",
        help="folder for start.md and start.json (benchmark_results)",
    )
    arguments = parser.parse_args()
    started = time_commands()  # before this process uses its threads
    called = time_calls()
    setting = current_setting({"n_runs": N_RUNS})
    text = to_markdown(started, called, setting) + "\n"
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "start.md").write_text(text, encoding="utf-8")
    document = json.dumps({"setting": setting, "started": started, "called": called}, indent=1)
    (arguments.output / "start.json").write_text(document + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
