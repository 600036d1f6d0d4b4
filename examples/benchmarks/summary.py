"""The figures of each entry over its runs, and the table of targets."""

from statistics import mean, median, stdev

from examples.benchmarks.entries import ENTRIES, OURS

GOALS = (98, 99, 99.5, 99.7)
"""Test accuracies in percent; the time to reach each is reported."""


def spread(values):
    """Return median, lowest and highest of some values, or None if there are none."""
    if not values:
        return None
    return {"median": median(values), "min": min(values), "max": max(values)}


def mean_curve(runs):
    """Return ``[seconds, mean accuracy]`` after each epoch, and last, after the whole fit.

    Epochs that only some of the runs have are left out.
    """
    curves = [run["curve"] for run in runs if "curve" in run]
    if not curves:
        return []
    inner = zip(*(curve[:-1] for curve in curves), strict=False)
    last = tuple(curve[-1] for curve in curves)
    return [
        [median(seconds for seconds, _ in points), mean(accuracy for _, accuracy in points)]
        for points in [*inner, last]
    ]


def time_to(curve, goal):
    """Return the seconds at the end of the first epoch whose accuracy reaches the goal, or None."""
    return next((seconds for seconds, accuracy in curve if accuracy >= goal), None)


def summarize(runs):
    """Return the figures of each entry, by name.

    Parameters
    ----------
    runs : list of dict
        As `measure` writes them.
    """
    return {
        name: _summarize_entry([run for run in runs if run["entry"] == name])
        for name in dict.fromkeys(run["entry"] for run in runs)
    }


def _summarize_entry(runs):
    def values(name):
        return [run[name] for run in runs if run.get(name) is not None]

    curve, accuracies = mean_curve(runs), values("accuracy")
    label, n_train = ENTRIES[runs[0]["entry"]].label, runs[0]["n_train"]
    if n_train != runs[0]["setting"]["protocol"]["n_train"]:
        label += f", {n_train:,} images"
    return {
        "label": label,
        "n_runs": len(runs),
        "n_train": n_train,
        "weights": median(values("weights")) if values("weights") else None,
        "epochs": median(values("epochs")) if values("epochs") else None,
        "fit_seconds": spread(values("fit_seconds")),
        "accuracy_mean": mean(accuracies) if accuracies else None,
        "accuracy_sd": stdev(accuracies) if len(accuracies) > 1 else None,
        "curve": curve,
        "time_to": {str(goal): time_to(curve, goal) for goal in GOALS},
        **{
            name: median(values(name)) if values(name) else None
            for name in (
                "images_per_second",
                "one_image_ms",
                "bare_images_per_second",
                "bare_one_image_ms",
                "peak_mb",
                "x_mb",
            )
        },
    }


def targets(summary):
    """Return the rows of the target table: what, must, aim, measured, verdict."""

    def figure(entry, name):
        value = summary.get(entry, {}).get(name)
        return value["median"] if isinstance(value, dict) else value

    ours = [entry.name for entry in OURS if entry.name in summary]
    epoch = ratio(figure("recipe", "fit_seconds"), figure("recipe", "epochs"))
    rows = []

    def add(what, measured, must, aim=None, *, at_least=False, sign="×"):
        met = [
            measured is not None
            and limit is not None
            and (measured >= limit if at_least else measured <= limit)
            for limit in (must, aim)
        ]
        relation = "≥ " if at_least else "≤ "
        verdict = "aim" if met[1] else "must" if met[0] else "missed"
        rows.append(
            {
                "what": what,
                "must": "–" if must is None else relation + _with_sign(must, sign),
                "aim": "–" if aim is None else relation + _with_sign(aim, sign),
                "measured": None if measured is None else _with_sign(measured, sign),
                "verdict": "not measured" if measured is None else verdict,
            }
        )

    for goal, must, aim in ((99, 1 / 12, 1 / 24), (99.5, 1 / 3, 1 / 5), (99.7, 4, 2)):
        times = {name: summary[name]["time_to"][str(goal)] for name in ours}
        times = {name: time for name, time in times.items() if time is not None}
        best = min(times, key=times.get, default=None)
        what = f"time of fit to {goal} % mean accuracy, in epochs of pytorch/examples"
        what += f' (with "{best}")' if best else " (no preset reached it)"
        add(what, ratio(times.get(best), epoch), must, aim, sign="epochs")
        if not best and ours and epoch:
            rows[-1] |= {"measured": "never", "verdict": "missed"}
    accuracy = figure("accurate", "accuracy_mean")
    add('preset "accurate", mean accuracy', accuracy, 99.72, 99.78, at_least=True, sign="%")
    add(
        "fit against the bare torch loop",
        ratio(figure("default", "fit_seconds"), figure("bare", "fit_seconds")),
        1.05,
        1.02,
    )
    rate = figure("default", "images_per_second")
    add(
        "predict, images/s, against plain skorch",
        ratio(rate, figure("skorch", "images_per_second")),
        4,
        8,
        at_least=True,
    )
    add(
        "predict, images/s, against ONNX Runtime float32",
        ratio(rate, figure("onnxruntime", "images_per_second")),
        1,
        1.5,
        at_least=True,
    )
    add(
        "predict of one row against the bare network call",
        ratio(figure("default", "one_image_ms"), figure("default", "bare_one_image_ms")),
        2,
        1.3,
    )
    weights = figure("small", "weights")
    small = (
        f'preset "small", mean accuracy ({weights:,.0f} weights, at most 20,000)'
        if weights
        else 'preset "small"'
    )
    add(small, figure("small", "accuracy_mean"), 99.45, 99.55, at_least=True, sign="%")
    if weights and weights > 20_000:
        rows[-1]["verdict"] = "missed"
    peaks = {name: figure(name, "peak_mb") for name in ours}
    most = max(peaks, key=peaks.get, default=None)
    add(f'peak memory of fit, the highest ("{most}")', peaks.get(most), 600, 250, sign="MB")
    _add_doubling(add, rows, figure)
    add(
        "two fits at once against two sequential fits",
        ratio(figure("at-once", "fit_seconds"), figure("in-turn", "fit_seconds")),
        1.05,
    )
    return rows


def _add_doubling(add, rows, figure):
    times = ratio(figure("whole", "fit_seconds"), figure("half", "fit_seconds"))
    add("doubling n, time", times, 2.2)
    rows[-1]["must"] = "1.8–2.2 ×"
    if times is not None and times < 1.8:
        rows[-1]["verdict"] = "missed"
    more = difference(figure("whole", "peak_mb"), figure("half", "peak_mb"))
    more_x = difference(figure("whole", "x_mb"), figure("half", "x_mb"))
    must = None if more_x is None else 1.1 * more_x
    add(
        "doubling n, more memory (limit: that of the additional X, and a tenth)",
        more,
        must,
        sign="MB",
    )


def difference(a, b):
    """Return a - b, or None if either is missing."""
    return None if a is None or b is None else a - b


def ratio(a, b):
    """Return a / b, or None if either is missing."""
    return None if a is None or b is None else a / b


def _with_sign(value, sign):
    digits = {"MB": ".0f", "×": ".2f", "epochs": ".3f", "%": ".2f"}[sign]
    return f"{value:{digits}} {sign}"
