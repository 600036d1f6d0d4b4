"""Train and time skdigits and its peers on MNIST, each run in a process of its own.

    python -m examples.benchmarks.compare --quick

Run it in the repository's root. Entries take turns. Runs that are already in the output folder are
not repeated, unless the entry's parameters have changed.
"""

import argparse
import json
import subprocess
import sys
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from examples.benchmarks.circumstances import current_setting, hash_of_sources
from examples.benchmarks.entries import (
    ENTRIES,
    QUICK_EPOCHS,
    QUICK_LIMITS,
    QUICK_TRAIN,
    QUICK_WITHOUT,
)
from examples.benchmarks.report import describe, write_report

ROOT = Path(__file__).parents[2]
LONG_FIT = 60  # seconds


class Refused(Exception):
    """An error that is told in one sentence."""


def parse(arguments):
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.benchmarks.compare", description=__doc__.splitlines()[0]
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FOLDER",
        help="folder for runs and report (default: benchmark_results; with --quick, its subfolder "
        "quick)",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help=f"one run of most entries on {QUICK_TRAIN:,} images, in three minutes on two cores",
    )
    parser.add_argument(
        "--only",
        nargs="+",
        choices=ENTRIES,
        metavar="NAME",
        help=f"entries to run: {', '.join(ENTRIES)}",
    )
    parser.add_argument("--seeds", type=int, metavar="N", help="number of runs of each entry")
    parser.add_argument(
        "--train-size", type=int, metavar="N", help="train on the first N images only"
    )
    parser.add_argument(
        "--restart", action="store_true", help="delete the runs in the folder first"
    )
    parser.add_argument(
        "--report-only",
        action="store_true",
        help="run nothing; write the report of the finished runs",
    )
    options = parser.parse_args(arguments)
    if options.seeds is not None and options.seeds < 1:
        parser.error("--seeds must be 1 or more")
    if options.train_size is not None and not 100 <= options.train_size <= 60_000:
        parser.error("--train-size must be from 100 to 60000")
    if options.output is None:
        options.output = Path("benchmark_results", "quick" if options.quick else "")
    return options


def read_runs(folder):
    """Return the runs in a folder that are current, sorted by entry and seed."""
    runs = [json.loads(path.read_text("utf-8")) for path in (folder / "runs").glob("*.json")]
    order = list(ENTRIES)
    return sorted(
        filter(is_current, runs), key=lambda run: (order.index(run["entry"]), run["seed"])
    )


def is_current(run):
    """Tell whether the run's entry still exists and has the same parameters."""
    entry = ENTRIES.get(run["entry"])
    return entry is not None and run.get("parameters") == parameters_of(entry)


def parameters_of(entry):
    """Return an entry's parameters as they are after a round trip through JSON."""
    return json.loads(json.dumps(entry.parameters))


def check_alike(folder, runs, setting):
    """Refuse to mix runs that were measured in different circumstances."""
    for run in runs:
        for what, value in setting.items():
            if run["setting"][what] != value:
                raise Refused(
                    f"{folder} contains runs with other {what}: choose another folder with "
                    "--output, or delete these runs with --restart."
                )


def missing_packages(entry):
    """Return the packages that an entry needs and that are not installed."""
    return [name for name in entry.packages if find_spec(name) is None]


def choose_entries(options):
    """Return the entries to run; print which are skipped."""
    names = options.only or [
        name for name in ENTRIES if not (options.quick and name in QUICK_WITHOUT)
    ]
    entries = [ENTRIES[name] for name in names]
    for entry in entries:
        if missing := missing_packages(entry):
            print(
                f"{entry.label} is skipped, because {' and '.join(missing)} cannot be imported: "
                'pip install "skdigits[benchmark]"'
            )
    return [entry for entry in entries if not missing_packages(entry)]


def number_of_seeds(entry, options, first_run):
    """Return how often an entry runs: fewer times if a fit takes long."""
    if options.seeds or options.quick:
        return options.seeds or 1
    if entry.n_seeds:
        return entry.n_seeds
    return 5 if first_run and first_run.get("fit_seconds", 0) >= LONG_FIT else 10


def job_of(entry, seed, setting):
    """Return what a process has to do, as a dict for JSON."""
    n_train, quick = setting["protocol"]["n_train"], setting["protocol"]["quick"]
    limits = [entry.max_epochs]
    if quick:
        limits.append(QUICK_LIMITS.get(entry.name, QUICK_EPOCHS))
    return {
        "entry": entry.name,
        "parameters": parameters_of(entry),
        "seed": seed,
        "n_train": min(n_train, entry.n_train or n_train),
        "max_epochs": min(filter(None, limits), default=None),
        "setting": setting,
    }


def run(job, path):
    """Run a job in a process of its own, which writes `path`; return the result."""
    command = [sys.executable, "-m", "examples.benchmarks.measure"]
    command.append(json.dumps({**job, "path": str(path.resolve())}))
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        raise Refused(f"{job['entry']}, seed {job['seed']}, failed: {lines[-1]}")
    return json.loads(path.read_text("utf-8"))


def run_all(options, setting):
    """Run what is missing: seed 0 of every entry, then seed 1, and so on."""
    folder = options.output / "runs"
    folder.mkdir(parents=True, exist_ok=True)
    entries, first_runs = choose_entries(options), {}
    finished = {(run["entry"], run["seed"]): run for run in read_runs(options.output)}
    for seed in range(max([10, options.seeds or 0])):
        for entry in entries:
            if seed >= number_of_seeds(entry, options, first_runs.get(entry.name)):
                continue
            result = finished.get((entry.name, seed))
            if result is None:
                if hash_of_sources() != setting["sources"]:
                    raise Refused("The sources have changed since the start: start again.")
                result = run(job_of(entry, seed, setting), folder / f"{entry.name}-{seed}.json")
                print(describe(entry, result), flush=True)
            first_runs.setdefault(entry.name, result)


def main(arguments=None):
    """Run the comparison; return the process's exit code."""
    options = parse(arguments)
    folder = options.output
    try:
        if options.restart and not options.report_only:
            for path in (folder / "runs").glob("*.json"):
                path.unlink()
        if not options.report_only:
            n_train = options.train_size or (QUICK_TRAIN if options.quick else 60_000)
            setting = current_setting({"n_train": n_train, "quick": options.quick})
            check_alike(folder, read_runs(folder), setting)
            run_all(options, setting)
        runs = read_runs(folder)
        if not runs:
            raise Refused(f"{folder} holds no runs: run without --report-only first.")
        check_alike(folder, runs, runs[0]["setting"])
        print("\n" + write_report(folder, runs, date.today()))
    except Refused as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(
            f"Interrupted: the finished runs are in {folder}. The same command continues with the "
            "others.",
            file=sys.stderr,
        )
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
