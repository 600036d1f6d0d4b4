"""The report: tables in Markdown, all figures in JSON, and the plot."""

import json

from examples.benchmarks.entries import ENTRIES, SCALING
from examples.benchmarks.plot import plot_accuracy
from examples.benchmarks.summary import GOALS, summarize, targets

PICTURE = "accuracy_against_seconds.png"
PROTOCOL = (
    "The hyperparameters of skdigits were tuned on training images only, of which 10,000 or 20,000 "
    "were held out. The models here are trained on the first {n_train:,} of the 60,000. The 10,000 "
    "test images are used only at the end of a run. Accuracy is that of the last epoch; no run, "
    "epoch or seed is selected."
)
LEGEND = (
    "Seconds are for the whole call of `fit`: median (lowest–highest) of the runs; a tiny fit "
    "before has loaded all libraries. Accuracy is the mean ± standard deviation over the runs. "
    "*s to p %* is the time to the end of the first epoch whose mean accuracy is p % or more; – "
    "means never. *images/s* is for predicting 10,000 rows (median of 5 calls), *one image ms* for "
    "predicting one row (median of 200 calls). *peak MB* is the highest memory of `fit` beyond "
    "imports and X. Each run is a process of its own; entries take turns."
)
BRIEF_HEAD = ["", "weights", "seconds of `fit`", "test accuracy %", "images/s predicted"]
HEAD = ["", "weights", "epochs", "runs", "fit s", "accuracy %"]
HEAD += [f"s to {goal} %" for goal in GOALS] + ["images/s", "one image ms", "peak MB"]


def describe(entry, run):
    """Return one line about a finished run."""
    parts = [f"{entry.name}, seed {run['seed']}:"]
    if "fit_seconds" in run:
        parts.append(f"fit {run['fit_seconds']:.1f} s")
    if "accuracy" in run:
        parts.append(f"accuracy {run['accuracy']:.2f} %")
    if "images_per_second" in run:
        parts.append(f"{run['images_per_second']:,.0f} images/s")
    return " ".join(parts)


def show(value, digits=0):
    """Return a number for the table, – if there is none."""
    return "–" if value is None else f"{value:,.{digits}f}"


def show_seconds(value):
    """Return seconds with about three figures."""
    return show(value, 0 if value is None or value >= 100 else 1 if value >= 10 else 2)


def show_spread(seconds):
    """Return median and range."""
    if seconds is None:
        return "–"
    middle, least, most = (show_seconds(seconds[name]) for name in ("median", "min", "max"))
    return f"{middle} ({least}–{most})" if least != most else middle


def show_accuracy(figures):
    """Return mean and standard deviation."""
    sd = figures["accuracy_sd"]
    return show(figures["accuracy_mean"], 2) + ("" if sd is None else f" ± {sd:.2f}")


def table(head, rows):
    """Return a Markdown table; all columns but the first are numbers."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def row_of(figures):
    """Return an entry's cells."""
    return [
        figures["label"],
        show(figures["weights"]),
        show(figures["epochs"]),
        str(figures["n_runs"]),
        show_spread(figures["fit_seconds"]),
        show_accuracy(figures),
        *(show_seconds(figures["time_to"][str(goal)]) for goal in GOALS),
        show(figures["images_per_second"]),
        show(figures["one_image_ms"], 2),
        show(figures["peak_mb"]),
    ]


def brief_table(summary):
    """Return the table of accuracy against seconds, the fastest fit first; "" for no model."""
    trained = [figures for figures in summary.values() if figures["accuracy_mean"] is not None]
    trained.sort(key=lambda figures: figures["fit_seconds"]["median"])
    rows = [
        [
            figures["label"],
            show(figures["weights"]),
            show_spread(figures["fit_seconds"]),
            show_accuracy(figures),
            show(figures["images_per_second"]),
        ]
        for figures in trained
    ]
    return table(BRIEF_HEAD, rows) if rows else ""


def machine(setting):
    """Return a line about the hardware."""
    hardware = setting["hardware"]
    gpu = f", {hardware['gpu']}" if hardware["gpu"] else ""
    return f"{hardware['processor']}, {hardware['cores']} cores, {hardware['threads']} threads{gpu}"


def packages(setting):
    """Return the packages that were measured, with their versions."""
    versions = setting["versions"].items()
    return ", ".join(f"{name} {number}" for name, number in versions if number)


def header(setting, day):
    """Return the line above the tables."""
    return f"{machine(setting)}; {packages(setting)}; {day}; sources {setting['sources'][:12]}."


def notes(summary, setting):
    """Return the lines below the table of entries."""
    lines = [LEGEND]
    lines += [
        f"{ENTRIES[name].label}: {ENTRIES[name].note}." for name in summary if ENTRIES[name].note
    ]
    if setting["protocol"]["quick"]:
        lines.insert(
            0,
            "This is the quick comparison, with fewer images, epochs and entries: do not compare "
            "its figures with those of the full one. The learning-rate schedules of skdigits end "
            "with the last epoch that is run here; that of pytorch/examples does not.",
        )
    absent = [entry for entry in ENTRIES.values() if entry.name not in summary]
    if absent:
        needing = [entry.label for entry in absent if entry.packages]
        needs = f' ({needing[0]} needs `pip install "skdigits[benchmark]"`)' if needing else ""
        lines.append(f"Not run: {', '.join(entry.label for entry in absent)}{needs}.")
    return "\n".join(f"- {line}" for line in lines)


def to_markdown(summary, setting, day):
    """Return the report as text."""
    n_train = setting["protocol"]["n_train"]
    scaling = {entry.name for entry in SCALING}
    rows = [row_of(figures) for name, figures in summary.items() if name not in scaling]
    extra = [
        [
            figures["label"],
            str(figures["n_runs"]),
            show_spread(figures["fit_seconds"]),
            show(figures["peak_mb"]),
        ]
        for name, figures in summary.items()
        if name in scaling
    ]
    aims = [
        [row["what"], row["must"], row["aim"], row["measured"] or "–", row["verdict"]]
        for row in targets(summary)
    ]
    parts = ["# skdigits and its peers on MNIST", header(setting, day)]
    parts.append(PROTOCOL.format(n_train=n_train))
    if brief := brief_table(summary):
        parts += [f"![Test accuracy against seconds of fit]({PICTURE})", brief, "All figures:"]
    parts += [table(HEAD, rows), notes(summary, setting)]
    if extra:
        parts += [
            f"More images, and two fits (skdigits, always with the epochs for {n_train:,} images):",
            table(["", "runs", "fit s", "peak MB"], extra),
        ]
    parts += ["Targets:", table(["", "must", "aim", "measured", "reached"], aims)]
    return "\n\n".join(parts) + "\n"


def write_report(folder, runs, day):
    """Write ``results.json``, ``results.md`` and ``accuracy_against_seconds.png``.

    Returns
    -------
    text : str
        Content of ``results.md``.
    """
    summary, setting = summarize(runs), runs[0]["setting"]
    text = to_markdown(summary, setting, day)
    document = {
        "date": str(day),
        "setting": setting,
        "summary": summary,
        "targets": targets(summary),
        "runs": [{key: run[key] for key in run if key != "setting"} for run in runs],
    }
    (folder / "results.json").write_text(
        json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    (folder / "results.md").write_text(text, encoding="utf-8")
    plot_accuracy(summary, folder / PICTURE, machine(setting))
    return text
