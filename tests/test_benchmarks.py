"""The comparison with the peers: what it computes, writes, repeats and refuses."""

import json
import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT))  # last: an installed skdigits goes before the checkout's

# After the path is set, so not at the top (E402).
from examples.benchmarks import bare, circumstances, compare, fits  # noqa: E402
from examples.benchmarks.entries import ENTRIES, OURS  # noqa: E402
from examples.benchmarks.plot import COLORS, spread_out  # noqa: E402
from examples.benchmarks.report import (  # noqa: E402
    brief_table,
    show,
    show_accuracy,
    show_seconds,
    write_report,
)
from examples.benchmarks.summary import mean_curve, summarize, targets, time_to  # noqa: E402

SETTING = {
    "hardware": {"processor": "Abacus", "cores": 2, "threads": 2, "gpu": None},
    "versions": {"python": "3.11", "torch": "2.13", "onnx": None},
    "sources": "0123456789abcdef",
    "protocol": {"n_train": 60_000, "quick": False},
}


def a_run(entry, seed=0, curve=((10.0, 98.0), (20.0, 99.6)), setting=SETTING, **figures):
    """Return what a run writes."""
    return {
        "entry": entry,
        "parameters": compare.parameters_of(ENTRIES[entry]),
        "seed": seed,
        "n_train": setting["protocol"]["n_train"],
        "setting": setting,
        "weights": 19_000,
        "epochs": len(curve),
        "curve": [list(point) for point in curve],
        "fit_seconds": curve[-1][0],
        "accuracy": curve[-1][1],
        "images_per_second": 30_000.0,
        "one_image_ms": 0.3,
        "bare_one_image_ms": 0.25,
        "peak_mb": 100.0,
        **figures,
    }


def write_runs(folder, runs):
    (folder / "runs").mkdir(parents=True)
    for run in runs:
        path = folder / "runs" / f"{run['entry']}-{run['seed']}.json"
        path.write_text(json.dumps(run))


def targets_of(runs):
    return {row["what"]: row for row in targets(summarize(runs))}


def find(rows, beginning):
    (row,) = [row for what, row in rows.items() if what.startswith(beginning)]
    return row


def test_curve_is_the_mean_accuracy_at_the_median_time():
    curves = [[[1, 90], [3, 96]], [[2, 94], [4, 98]], [[6, 98], [8, 100]]]
    assert mean_curve([{"curve": curve} for curve in curves]) == [[2, 94], [4, 98]]


def test_curve_of_runs_of_several_lengths_ends_with_the_whole_fits():
    curves = [[[1, 90], [2, 95], [3, 99]], [[1, 92], [5, 97]]]
    assert mean_curve([{"curve": curve} for curve in curves]) == [[1, 91], [4, 98]]


@pytest.mark.parametrize(("goal", "seconds"), [(90, 1), (90.1, 2), (95, 2), (95.1, None)])
def test_time_ends_with_the_first_epoch_that_reaches_the_goal(goal, seconds):
    assert time_to([[1, 90], [2, 95], [3, 94]], goal) == seconds


def test_goal_is_reached_by_the_mean_not_by_the_best_seed():
    runs = [a_run("default", 0, [(10, 99.8)]), a_run("default", 1, [(10, 99.0)])]
    figures = summarize(runs)["default"]
    assert figures["time_to"] == {"98": 10, "99": 10, "99.5": None, "99.7": None}
    assert figures["accuracy_mean"] == pytest.approx(99.4)
    assert figures["accuracy_sd"] == pytest.approx(0.8 / 2**0.5)


def test_time_target_takes_the_best_of_ours_in_epochs_of_the_recipe():
    runs = [
        a_run("default", curve=[(10, 98.0), (20, 99.6)]),
        a_run("fast", curve=[(6, 99.1)]),
        a_run("recipe", curve=[(48, 98.2), (96, 99.0)]),
    ]
    row = find(targets_of(runs), "time of fit to 99 %")
    assert (row["measured"], row["verdict"]) == ("0.125 epochs", "missed")
    assert '"fast"' in row["what"]
    row = find(targets_of(runs), "time of fit to 99.5 %")
    assert (row["measured"], row["verdict"]) == ("0.417 epochs", "missed")
    row = find(targets_of(runs), "time of fit to 99.7 %")
    assert (row["measured"], row["verdict"]) == ("never", "missed")


@pytest.mark.parametrize(
    ("what", "runs", "measured", "verdict"),
    [
        ('preset "accurate"', [a_run("accurate", curve=[(9, 99.75)])], "99.75 %", "must"),
        ('preset "accurate"', [a_run("accurate", curve=[(9, 99.85)])], "99.85 %", "aim"),
        ('preset "small"', [a_run("small", curve=[(9, 99.5)])], "99.50 %", "must"),
        (
            'preset "small"',
            [a_run("small", curve=[(9, 99.6)], weights=20_001)],
            "99.60 %",
            "missed",
        ),
        (
            "fit against the bare",
            [a_run("default", fit_seconds=10.3), a_run("bare", fit_seconds=10.0)],
            "1.03 ×",
            "must",
        ),
        (
            "predict, images/s, against plain skorch",
            [a_run("default"), a_run("skorch", images_per_second=10_000.0)],
            "3.00 ×",
            "missed",
        ),
        (
            "predict, images/s, against ONNX",
            [a_run("default"), a_run("onnxruntime", images_per_second=20_000.0)],
            "1.50 ×",
            "aim",
        ),
        ("predict of one row", [a_run("default")], "1.20 ×", "aim"),
        ("peak memory", [a_run("default"), a_run("fast", peak_mb=300.0)], "300 MB", "must"),
        (
            "doubling n, time",
            [a_run("half", fit_seconds=10.0), a_run("whole", fit_seconds=17.0)],
            "1.70 ×",
            "missed",
        ),
        (
            "doubling n, more memory",
            [a_run("half", peak_mb=80, x_mb=22.0), a_run("whole", peak_mb=103, x_mb=44.0)],
            "23 MB",
            "must",
        ),
        (
            "two fits at once",
            [a_run("in-turn", fit_seconds=10.0), a_run("at-once", fit_seconds=11.0)],
            "1.10 ×",
            "missed",
        ),
        ("two fits at once", [a_run("at-once")], None, "not measured"),
    ],
)
def test_target(what, runs, measured, verdict):
    row = find(targets_of(runs), what)
    assert (row["measured"], row["verdict"]) == (measured, verdict)


def test_report_writes_tables_figures_and_plot(tmp_path):
    runs = [a_run("default", seed, [(10, 98), (20 + seed, 99.5)]) for seed in range(3)]
    runs.append(a_run("svc", curve=[(30.0, 95.9)], n_train=10_000))
    text = write_report(tmp_path, runs, date(2026, 1, 2))
    assert (tmp_path / "results.md").read_text() == text
    assert "Abacus, 2 cores, 2 threads; python 3.11, torch 2.13; 2026-01-02" in text
    assert "| skdigits | 19,000 | 2 | 3 | 21.0 (20.0–22.0) | 99.50 ± 0.00 | 10.0 | 21.0 |" in text
    assert "| SVC(rbf), 10,000 images | 19,000 | 1 | 1 | 30.0 | 95.90 | – | – | – | – |" in text
    assert "| skdigits | 19,000 | 21.0 (20.0–22.0) | 99.50 ± 0.00 | 30,000 |\n| SVC(rbf)" in text
    assert "Not run: " in text
    document = json.loads((tmp_path / "results.json").read_text())
    assert document["summary"]["default"]["fit_seconds"]["median"] == 21
    assert len(document["runs"]) == 4
    with Image.open(tmp_path / "accuracy_against_seconds.png") as image:
        assert image.width >= 1200


def test_report_of_the_quick_comparison_says_so(tmp_path):
    setting = SETTING | {"protocol": {"n_train": 10_000, "quick": True}}
    text = write_report(tmp_path, [a_run("default", setting=setting)], date(2026, 1, 2))
    assert "quick comparison" in text
    assert "first 10,000 of the 60,000" in text


def test_report_of_no_trained_model_shows_no_picture(tmp_path):
    run = a_run("onnxruntime")
    text = write_report(tmp_path, [{name: run[name] for name in run if name != "accuracy"}], None)
    assert "png" not in text


def test_every_model_of_ours_has_a_colour():
    assert {entry.name for entry in OURS} <= COLORS.keys()


def test_labels_keep_their_order_and_do_not_overlap():
    places = spread_out([0.5, 0.51, 1.0, 0.98], 0.1)
    assert np.argsort(places).tolist() == [0, 1, 3, 2]
    assert np.diff(np.sort(places)).min() >= 0.1 - 1e-9
    assert 0 <= places.min() <= places.max() <= 1


@pytest.mark.parametrize(
    ("entry", "arguments", "seconds", "n"),
    [
        ("default", [], 20, 10),
        ("default", [], 60, 5),
        ("recipe", [], 600, 3),
        ("svc", [], 10, 1),
        ("recipe", ["--seeds", "7"], 600, 7),
        ("default", ["--quick"], 2, 1),
    ],
)
def test_number_of_seeds_goes_by_the_time_of_a_fit(entry, arguments, seconds, n):
    options = compare.parse(arguments)
    first_run = {"fit_seconds": seconds}
    assert compare.number_of_seeds(ENTRIES[entry], options, first_run) == n


@pytest.mark.parametrize(
    "arguments",
    [["--only", "tensorflow"], ["--seeds", "0"], ["--train-size", "70000"], ["--seed", "x"]],
)
def test_wrong_usage_ends_with_code_2(arguments, capsys):
    with pytest.raises(SystemExit) as error:
        compare.parse(arguments)
    assert error.value.code == 2
    assert "error:" in capsys.readouterr().err


def measured_here(folder, **changes):
    """Fill a folder with a finished run of two entries, as this machine would measure them."""
    setting = circumstances.current_setting({"n_train": 10_000, "quick": True}) | changes
    write_runs(folder, [a_run(name, setting=setting) for name in ("default", "mlp")])
    return ["--quick", "--only", "default", "mlp", "--output", str(folder)]


def test_finished_runs_are_not_repeated(tmp_path, capsys):
    arguments = measured_here(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "runs").iterdir()}
    assert compare.main(arguments) == 0
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "runs").iterdir()} == before
    assert "| MLPClassifier |" in capsys.readouterr().out


def test_runs_with_other_parameters_are_not_reported(tmp_path, capsys):
    changed = {"parameters": {"max_epochs": 7}}
    others = [a_run("fast") | changed, a_run("svc") | {"entry": "an old one"}]
    write_runs(tmp_path, [a_run("default"), a_run("mlp"), *others])
    assert compare.main(["--report-only", "--output", str(tmp_path)]) == 0
    assert '| skdigits "fast"' not in capsys.readouterr().out
    assert (tmp_path / "runs/fast-0.json").exists()


@pytest.mark.parametrize("what", ["hardware", "versions", "sources", "protocol"])
def test_runs_of_other_circumstances_are_not_mixed(tmp_path, capsys, what):
    arguments = measured_here(tmp_path, **{what: SETTING[what]})
    assert compare.main(arguments) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert f"other {what}" in captured.err
    assert "--restart" in captured.err
    assert not (tmp_path / "results.md").exists()


def test_report_alone_needs_not_the_same_machine(tmp_path, capsys):
    write_runs(tmp_path, [a_run("default")])
    assert compare.main(["--report-only", "--output", str(tmp_path)]) == 0
    assert "Abacus" in capsys.readouterr().out
    assert (tmp_path / "results.md").exists()


def test_report_alone_refuses_mixed_runs(tmp_path, capsys):
    write_runs(tmp_path, [a_run("default"), a_run("mlp", setting=SETTING | {"sources": "f" * 16})])
    assert compare.main(["--report-only", "--output", str(tmp_path)]) == 1
    assert "other sources" in capsys.readouterr().err


def test_report_of_nothing_is_refused(tmp_path, capsys):
    assert compare.main(["--report-only", "--output", str(tmp_path / "none")]) == 1
    assert "holds no runs" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_entry_without_its_packages_is_left_out(monkeypatch, capsys):
    monkeypatch.setattr(compare, "find_spec", lambda name: None)
    assert compare.choose_entries(compare.parse(["--only", "onnxruntime"])) == []
    assert 'pip install "skdigits[benchmark]"' in capsys.readouterr().out


def test_comments_do_not_change_the_hash_of_the_sources(monkeypatch, tmp_path):
    (tmp_path / "skdigits/network").mkdir(parents=True)
    monkeypatch.setattr(circumstances, "ROOT", tmp_path)
    hashes = []
    for code in ('def f():\n    """Say one."""\n    return 1', "def f():  # one\n    return 1"):
        (tmp_path / "skdigits/network/f.py").write_text(code)
        hashes.append(circumstances.hash_of_sources())
    (tmp_path / "skdigits/network/f.py").write_text("def f():\n    return 2")
    assert hashes[0] == hashes[1] != circumstances.hash_of_sources()


@pytest.fixture(scope="module")
def stripes():
    """600 images of bytes, each with a bright stripe that tells its label."""
    labels = np.arange(600) % 10
    X = np.random.default_rng(0).integers(0, 50, (600, 28, 28), dtype=np.uint8)
    X[np.arange(600), 2 * labels + 4] = 200
    return X.reshape(600, 784), labels.astype(str).astype(object)


def test_bare_loop_computes_what_the_classifier_does(stripes):
    one, other = (
        fit(*stripes, seed=3, max_epochs=2, after_epoch=lambda module: None)
        for fit in (fits.skdigits, bare.bare_loop)
    )
    tensors, expected = one.module.state_dict(), other.module.state_dict()
    assert tensors.keys() == expected.keys()
    # The bare loop does not learn what is typical.
    names = [name for name in tensors if "typical" not in name]
    assert all(torch.equal(tensors[name], expected[name]) for name in names)
    assert (one.predict(stripes[0]) == other.predict(stripes[0])).all()


@pytest.mark.parametrize("fit", [fits.recipe, fits.plain_skorch, fits.mlp, fits.svc])
def test_peer_learns_and_answers_with_the_labels_given(fit, stripes):
    epochs, max_epochs = [], None if fit is fits.mlp else 2
    model = fit(*stripes, seed=0, max_epochs=max_epochs, after_epoch=epochs.append)
    assert (model.predict(stripes[0]) == stripes[1]).mean() > 0.5
    assert len(epochs) == (2 if model.module is not None else 0)
    assert model.n_weights > 50_000


def start(folder, home, *arguments):
    """Start a tiny comparison of two entries."""
    command = [sys.executable, "-m", "examples.benchmarks.compare", "--quick"]
    command += ["--train-size", "600", "--only", "fast", "mlp", "--output", str(folder)]
    return subprocess.Popen(
        [*command, *arguments],
        cwd=ROOT,
        env=os.environ | {"SCIKIT_LEARN_DATA": str(home), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_interrupted_comparison_goes_on_where_it_stopped(tmp_path, mnist_home):
    process = start(tmp_path, mnist_home)
    assert process.stdout.readline().startswith("fast, seed 0:")
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert "The same command continues" in errors
    assert len(errors.splitlines()) == 1
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["fast-0.json"]

    process = start(tmp_path, mnist_home)
    output, errors = process.communicate()
    assert process.returncode == 0, errors
    assert "mlp, seed 0:" in output
    assert "fast, seed 0:" not in output
    names = {"runs", "results.json", "results.md", "accuracy_against_seconds.png"}
    assert set(os.listdir(tmp_path)) == names
    run = json.loads((tmp_path / "runs/fast-0.json").read_text())
    assert run["n_train"] == 600
    assert run["epochs"] == len(run["curve"])
    assert run["curve"][-1] == [run["fit_seconds"], run["accuracy"]]
    assert 80 < run["accuracy"] < 100
    assert 0 < run["peak_mb"] < 1000


def test_onnx_runtime_is_measured(tmp_path, mnist_home):
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    process = start(tmp_path, mnist_home, "--only", "onnxruntime")
    _, errors = process.communicate()
    assert process.returncode == 0, errors
    run = json.loads((tmp_path / "runs/onnxruntime-0.json").read_text())
    assert run["images_per_second"] > 0
    assert run["one_image_ms"] > 0


def test_readme_has_the_figures_of_the_documented_run():
    summary = json.loads((ROOT / "docs/benchmarks/results.json").read_text())["summary"]
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    rows = {
        cells[0].strip(): [cell.strip() for cell in cells[1:]]
        for cells in (line.strip("|").split("|") for line in lines if line.startswith("|"))
    }
    names = {
        "skdigits": "default",
        "skdigits, preset `accurate`": "accurate",
        "PyTorch's MNIST example": "recipe",
        "scikit-learn's `MLPClassifier`": "mlp",
    }
    for label, name in names.items():
        figures = summary[name]
        seconds = show_seconds(figures["fit_seconds"]["median"])
        assert rows[label] == [seconds, show(figures["accuracy_mean"], 2)]


def test_page_of_presets_has_the_figures_of_the_documented_run():
    summary = json.loads((ROOT / "docs/benchmarks/results.json").read_text())["summary"]
    page = (ROOT / "docs/how_to/presets.rst").read_text(encoding="utf-8")
    rows = page.split("   * - ")[2:]
    for row, name in zip(rows, ("fast", "default", "small", "accurate"), strict=True):
        _, seconds, accuracy = (line.strip(" -") for line in row.split("\n")[:3])
        figures = summary[name]
        assert float(seconds) == pytest.approx(figures["fit_seconds"]["median"], rel=0.02)
        assert accuracy == show_accuracy(figures)
    assert f"{summary['small']['weights']:,.0f} weights" in page


def test_documented_report_has_the_brief_table():
    summary = json.loads((ROOT / "docs/benchmarks/results.json").read_text())["summary"]
    report = (ROOT / "docs/benchmarks/results.md").read_text(encoding="utf-8")
    assert brief_table(summary) in report
