"""The training curves of one fit, of several, of a cross-validation and of a search."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from sklearn.model_selection import (
    GridSearchCV,
    RandomizedSearchCV,
    StratifiedKFold,
    cross_validate,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline

from skdigits import CNNDigitClassifier, PixelScaler
from skdigits.displays import TrainingCurveDisplay
from skdigits.displays._shared import BLUE, VERMILION

HISTORY = [
    {"epoch": 1, "train_loss": 0.4, "valid_loss": 0.3, "valid_accuracy": 0.9, "seconds": 1.0},
    {"epoch": 2, "train_loss": 0.2, "valid_loss": 0.2, "valid_accuracy": 0.95, "seconds": 1.0},
]
WITHOUT_HOLD_OUT = [{"epoch": row["epoch"], "train_loss": row["train_loss"]} for row in HISTORY]


def run_of(*valid_losses):
    return [
        {
            "epoch": epoch,
            "train_loss": 1 / epoch,
            "valid_loss": loss,
            "valid_accuracy": 1 - loss / 4,
        }
        for epoch, loss in enumerate(valid_losses, start=1)
    ]


RUNS = [run_of(0.6, 0.4, 0.5), run_of(0.7, 0.3), run_of(0.9, 0.8, 0.7, 0.6)]


def curves(ax):
    return [line for line in ax.lines if line.get_linestyle() != "None"]


def stars(ax):
    return [tuple(line.get_xydata()[0]) for line in ax.lines if line.get_linestyle() == "None"]


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def colors(lines):
    return [to_rgb(line.get_color()) for line in lines]


# One run


def test_with_hold_out__has_loss_and_accuracy():
    display = TrainingCurveDisplay(HISTORY).plot()
    loss, accuracy = display.axes_
    assert [ax.get_ylabel() for ax in display.axes_] == ["loss", "accuracy (%)"]
    assert [ax.get_title() for ax in display.axes_] == ["Loss per epoch", "Accuracy per epoch"]
    assert legend(loss) == ["training", "validation", "best epoch 2"]
    assert legend(accuracy) == ["validation", "best epoch 2"]
    assert colors(curves(loss)) == [to_rgb(BLUE), to_rgb(VERMILION)]
    np.testing.assert_array_equal(accuracy.lines[0].get_xydata(), [[1, 90], [2, 95]])
    assert display.figure_ is loss.figure


def test_without_hold_out__has_loss_only_and_no_best_epoch():
    display = TrainingCurveDisplay(WITHOUT_HOLD_OUT).plot()
    assert [ax.get_ylabel() for ax in display.axes_] == ["loss"]
    assert legend(display.axes_[0]) == ["training"]
    assert display.best_epochs_ == [None]


def test_best_epoch__is_that_of_the_least_hold_out_loss():
    display = TrainingCurveDisplay(RUNS[0]).plot()
    assert display.best_epochs_ == [2]
    assert stars(display.axes_[0]) == [(2, 0.4)]
    assert stars(display.axes_[1]) == [(2, 90)]


def test_best_epoch__of_equal_ones_is_the_first():
    assert TrainingCurveDisplay(run_of(0.5, 0.4, 0.4)).plot().best_epochs_ == [2]


@pytest.mark.parametrize("n_epochs", [2, 25, 70])
def test_epochs_are_whole_numbers_from_1(n_epochs):
    ax = TrainingCurveDisplay(run_of(*np.linspace(0.5, 0.1, n_epochs))).plot().axes_[0]
    assert all(float(tick).is_integer() for tick in ax.get_xticks())
    assert ax.get_xlim()[0] >= 0.5


@pytest.mark.parametrize("losses", [(0.1, 0.0), (0.0, 0.0), (0.4, 0.3)])
def test_accuracy__ends_at_100_percent(losses):
    ax = TrainingCurveDisplay(run_of(*losses)).plot().axes_[1]
    low, high = ax.get_ylim()
    assert low < 100 * (1 - max(losses) / 4)
    assert 100 * (1 - min(losses) / 4) <= high <= 100


def test_a_run_over_another__the_axes_hold_both():
    better = TrainingCurveDisplay(run_of(0.3, 0.2), name="short").plot()
    TrainingCurveDisplay(run_of(3.0, 2.0, 1.5, 1.0), name="long").plot(ax=better.axes_)
    accuracy = better.axes_[1]
    assert accuracy.get_ylim()[0] < 100 * (1 - 3.0 / 4)
    assert accuracy.get_xlim()[1] > 4


def test_single_epoch__is_drawn_as_bars():
    display = TrainingCurveDisplay(HISTORY[:1]).plot()
    loss, accuracy = display.axes_
    assert [bar.get_height() for bar in loss.patches] == [0.4, 0.3]
    assert [bar.get_height() for bar in accuracy.patches] == [90]
    assert [text.get_text() for text in (*loss.texts, *accuracy.texts)] == ["0.4", "0.3", "90"]
    for ax, names in ((loss, ["training", "validation"]), (accuracy, ["validation"])):
        assert [tick.get_text() for tick in ax.get_xticklabels()] == names
        assert ax.get_title().endswith(" after epoch 1")
        assert not ax.lines
    assert display.best_epochs_ == [1]
    assert accuracy.get_ylim() == (0, 100)


def test_epochs_without_hold_out_leave_a_gap():
    display = TrainingCurveDisplay([*HISTORY, {"epoch": 3, "train_loss": 0.1}]).plot()
    assert np.isnan(display.axes_[1].lines[0].get_ydata()[-1])
    assert display.best_epochs_ == [2]


def test_on_given_axes__opens_no_figure():
    axes = Figure().subplots(1, 2)
    assert TrainingCurveDisplay(HISTORY).plot(ax=axes).axes_[1] is axes[1]
    assert plt.get_fignums() == []


def test_from_estimator__pipeline_and_search(small_digits):
    classifier = CNNDigitClassifier(max_epochs=2, validation_fraction=0.2, random_state=0)
    search = GridSearchCV(make_pipeline(classifier), {}, cv=2).fit(*small_digits)
    for estimator in (search, search.best_estimator_, search.best_estimator_[-1]):
        display = TrainingCurveDisplay.from_estimator(estimator)
        assert len(display.history) == 2
        assert len(display.axes_) == 2


# Several runs


def test_runs__each_has_a_colour_and_a_name_with_its_best_epoch():
    display = TrainingCurveDisplay(RUNS, name=["a", "b", "c"]).plot()
    loss, accuracy = display.axes_
    assert display.best_epochs_ == [2, 2, 4]
    assert legend(loss) == ["a (best: 2)", "b (best: 2)", "c (best: 4)"]
    assert legend(accuracy) == ["training", "validation", "best epoch"]
    titles = [ax.get_legend().get_title().get_text() for ax in display.axes_]
    assert titles == ["Loss per epoch", "Accuracy per epoch"]
    assert [ax.get_title() for ax in display.axes_] == ["", ""]
    assert [line.get_linestyle() for line in curves(loss)] == ["-", "--"] * 3
    assert colors(curves(loss))[::2] == colors(curves(loss))[1::2] == colors(curves(accuracy))
    assert len(set(colors(curves(accuracy)))) == 3
    assert stars(loss) == [(2, 0.4), (2, 0.3), (4, 0.6)]
    assert [len(line.get_xdata()) for line in curves(accuracy)] == [3, 2, 4]


def test_runs__without_names_are_numbered():
    display = TrainingCurveDisplay([WITHOUT_HOLD_OUT, RUNS[0]]).plot()
    assert legend(display.axes_[0]) == ["run 1", "run 2 (best: 2)"]
    assert display.best_epochs_ == [None, 2]


def test_runs__of_one_panel_have_one_legend():
    display = TrainingCurveDisplay([WITHOUT_HOLD_OUT] * 2, name=["a", "b"]).plot()
    (loss,) = display.axes_
    assert legend(loss) == ["a", "b", "training"]


def test_runs__an_empty_one_is_not_drawn():
    display = TrainingCurveDisplay([[], HISTORY], name=["none", "some"]).plot()
    assert legend(display.axes_[0]) == ["some (best: 2)"]
    assert display.best_epochs_ == [None, 2]


def test_runs__more_than_colours():
    display = TrainingCurveDisplay([run_of(0.1 * index) for index in range(1, 10)]).plot()
    assert len(legend(display.axes_[0])) == 9
    assert len(set(colors(curves(display.axes_[1])))) == 7


def test_overlay__goes_on_with_colours_and_legend():
    together = TrainingCurveDisplay(RUNS, name=["a", "b", "c"]).plot()
    first = TrainingCurveDisplay(RUNS[0], name="a").plot()
    for run, name in zip(RUNS[1:], ["b", "c"], strict=True):
        display = TrainingCurveDisplay(run, name=name).plot(ax=first.axes_)
    assert display.best_epochs_ == [4]
    for ax, expected in zip(first.axes_, together.axes_, strict=True):
        assert legend(ax) == legend(expected)
        assert colors(ax.lines) == colors(expected.lines)


def test_overlay__without_names():
    first = TrainingCurveDisplay(HISTORY).plot()
    TrainingCurveDisplay(RUNS[0]).plot(ax=first.axes_)
    expected = ["training", "validation", "best epoch 2", "run 2 (best: 2)"]
    assert legend(first.axes_[0]) == expected
    assert len(set(colors(curves(first.axes_[0])))) == 3


def test_overlay__a_run_without_hold_out_leaves_the_accuracy_alone():
    first = TrainingCurveDisplay(RUNS[0], name="a").plot()
    TrainingCurveDisplay(WITHOUT_HOLD_OUT, name="b").plot(ax=first.axes_)
    assert legend(first.axes_[0]) == ["a (best: 2)", "b"]
    assert len(curves(first.axes_[1])) == 1


def test_overlay__from_estimator(small_digits):
    classifier = CNNDigitClassifier(max_epochs=2, validation_fraction=0.2, random_state=0)
    classifier.fit(*small_digits)
    first = TrainingCurveDisplay.from_estimator(classifier, name="first")
    TrainingCurveDisplay.from_estimator(classifier, name="second", ax=first.axes_)
    assert [entry.partition(" (")[0] for entry in legend(first.axes_[0])] == ["first", "second"]


@pytest.mark.parametrize("width", [600, 800])
def test_legends_hide_no_curve_and_are_not_cut_off(width):
    names = [f"learning_rate={0.01 * index:.2f}, augment=True" for index in range(5)]
    runs = [run_of(*np.linspace(1, 0.1 * index, 9)) for index in range(1, 6)]
    figure = Figure(figsize=(width / 100, 4.4), dpi=100, layout="constrained")
    display = TrainingCurveDisplay(runs, name=names).plot(ax=figure.subplots(1, 2))
    figure.draw_without_rendering()
    boxes = [ax.get_legend().get_window_extent() for ax in display.axes_]
    assert not boxes[0].overlaps(boxes[1])
    for ax, box in zip(display.axes_, boxes, strict=True):
        panel = ax.get_window_extent()
        assert not box.overlaps(panel)
        assert panel.width > 0.3 * width
        assert 0 <= box.x0 < box.x1 <= width
        assert box.y1 <= 440


# A cross-validation


def test_from_cv_results__a_run_for_each_split(small_digits):
    classifier = CNNDigitClassifier(max_epochs=2, validation_fraction=0.2, random_state=0)
    model = make_pipeline(PixelScaler(), classifier)
    results = cross_validate(model, *small_digits, cv=3, return_estimator=True)
    display = TrainingCurveDisplay.from_cv_results(results)
    names = [entry.partition(" (")[0] for entry in legend(display.axes_[0])]
    assert names == ["split 0", "split 1", "split 2"]
    assert display.history == [each[-1].history_ for each in results["estimator"]]


@pytest.mark.parametrize("results", [{"test_score": [0.9]}, [0.9], None])
def test_from_cv_results__without_estimators(results):
    with pytest.raises(ValueError, match="no estimators: give what cross_validate"):
        TrainingCurveDisplay.from_cv_results(results)


def test_from_cv_results__of_another_classifier(small_digits):
    results = cross_validate(GaussianNB(), *small_digits, cv=2, return_estimator=True)
    with pytest.raises(ValueError, match="GaussianNB has no history_"):
        TrainingCurveDisplay.from_cv_results(results)


# A search


PARAMETERS = {
    "filters": (8,),
    "max_epochs": 3,
    "validation_fraction": 0.2,
    "precision": "float64",
    "random_state": 0,
}


@pytest.fixture
def scoring_monitor():
    """scikit-learn's class, where it has it."""
    reason = "scikit-learn has none below 1.9"
    return pytest.importorskip("sklearn.callback", reason=reason).ScoringMonitor


@pytest.fixture
def monitor(scoring_monitor):
    """What logs the row of each epoch."""
    return scoring_monitor(scoring=lambda clf, X, y: clf.history_[-1])


def classifier(monitor, **parameters):
    return CNNDigitClassifier(**{**PARAMETERS, **parameters}).set_callbacks(monitor)


def test_from_search__means_over_the_splits_best_first(small_digits, monitor):
    X, y = small_digits
    grid = {"learning_rate": [0.001, 0.03, 0.01], "patience": [5]}
    splits = list(StratifiedKFold(2).split(X, y))
    search = GridSearchCV(classifier(monitor), grid, cv=splits, n_jobs=2).fit(X, y)
    display = TrainingCurveDisplay.from_search(search, monitor.get_logs())
    order = np.argsort(search.cv_results_["rank_test_score"], kind="stable")
    rates = [grid["learning_rate"][index] for index in order]
    assert display.name == [f"learning_rate={rate:g}" for rate in rates]
    for run, rate in zip(display.history, rates, strict=True):
        clf = CNNDigitClassifier(**PARAMETERS, learning_rate=rate)
        histories = [clf.fit(X[train], y[train]).history_ for train, _ in splits]
        for name in ("train_loss", "valid_loss", "valid_accuracy"):
            expected = np.mean([[row[name] for row in rows] for rows in histories], axis=0)
            np.testing.assert_allclose([row[name] for row in run], expected)
    assert len(display.best_epochs_) == 3


def test_from_search__in_a_pipeline_with_other_parameters(small_digits, monitor):
    model = make_pipeline(PixelScaler(), classifier(monitor))
    grid = [
        {"cnndigitclassifier__learning_rate": [0.001, 0.02]},
        {"cnndigitclassifier__optimizer": ["sgd"], "cnndigitclassifier__max_epochs": [2]},
    ]
    search = GridSearchCV(model, grid, cv=2, refit=False).fit(*small_digits)
    display = TrainingCurveDisplay.from_search(search, monitor.get_logs(), n_candidates=9)
    lengths = dict(zip(display.name, map(len, display.history), strict=True))
    assert lengths == {
        "learning_rate=0.001": 3,
        "learning_rate=0.02": 3,
        "max_epochs=2, optimizer=sgd": 2,
    }


def test_from_search__n_candidates_and_candidates_alike(small_digits, monitor):
    space = {"learning_rate": [0.01]}
    grid = [{**space, "patience": [2]}, space, space]
    search = GridSearchCV(classifier(monitor), grid, cv=2).fit(*small_digits)
    log = monitor.get_logs()
    display = TrainingCurveDisplay.from_search(search, log)
    assert set(display.name) == {"patience=2", "candidate 1", "candidate 2"}
    assert len(TrainingCurveDisplay.from_search(search, log, n_candidates=2).history) == 2


def test_from_search__random_and_by_one_of_several_scores(small_digits, monitor):
    search = RandomizedSearchCV(
        classifier(monitor),
        {"learning_rate": np.geomspace(0.01, 0.02, 7)},
        n_iter=2,
        cv=2,
        random_state=0,
        scoring=["accuracy", "neg_log_loss"],
        refit="neg_log_loss",
    )
    search.fit(*small_digits)
    log = monitor.get_logs()
    display = TrainingCurveDisplay.from_search(search, log, n_candidates=1)
    assert display.name == [f"learning_rate={search.best_params_['learning_rate']:.3g}"]
    search.refit = False
    with pytest.raises(ValueError, match="several scores: name the one to rank by as its refit"):
        TrainingCurveDisplay.from_search(search, log)


def test_from_search__means_end_with_the_split_that_stops_first(small_digits, monitor):
    clf = classifier(monitor, max_epochs=40, early_stopping=True, patience=1, learning_rate=0.01)
    search = GridSearchCV(clf, {}, cv=3).fit(*small_digits)
    log = monitor.get_logs()
    display = TrainingCurveDisplay.from_search(search, log)
    ends = {
        row["task_id_path"][2]: row["epoch"]
        for row in log.data
        if row["task_name"] == "epoch" and len(row["task_id_path"]) == 4
    }
    assert len(set(ends.values())) > 1
    assert len(display.history[0]) == min(ends.values())


@pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.FitFailedWarning", "ignore:One or more of the test scores"
)
def test_from_search__candidates_that_failed_are_left_out(small_digits, monitor):
    grid = {"optimizer": ["adamw", "none"]}
    search = GridSearchCV(classifier(monitor, max_epochs=2), grid, cv=2).fit(*small_digits)
    display = TrainingCurveDisplay.from_search(search, monitor.get_logs())
    assert display.name == ["optimizer=adamw"]


def test_from_search__log_of_something_else(small_digits, monitor):
    clf = classifier(monitor, max_epochs=2)
    search = GridSearchCV(clf, {"learning_rate": [0.01, 0.02]}, cv=2).fit(*small_digits)
    clf.fit(*small_digits)
    with pytest.raises(ValueError, match="log is of CNNDigitClassifier, not of a GridSearchCV"):
        TrainingCurveDisplay.from_search(search, monitor.get_logs())
    for grid in ({}, {"learning_rate": [0.01, 0.02, 0.03]}):
        GridSearchCV(clf, grid, cv=2).fit(*small_digits)
        with pytest.raises(ValueError, match=r"epochs of \d fits, but the search made 4"):
            TrainingCurveDisplay.from_search(search, monitor.get_logs())


def test_from_search__log_without_rows(small_digits, scoring_monitor):
    monitor = scoring_monitor(scoring="accuracy")
    search = GridSearchCV(classifier(monitor, max_epochs=2), {}, cv=2).fit(*small_digits)
    with pytest.raises(ValueError, match=r"no rows of history_: set ScoringMonitor\(scoring=lam"):
        TrainingCurveDisplay.from_search(search, monitor.get_logs())


# What is refused


@pytest.mark.parametrize("estimator", [GaussianNB(), CNNDigitClassifier(), None])
def test_estimator_without_history(estimator):
    with pytest.raises(ValueError, match=f"{type(estimator).__name__} has no history_"):
        TrainingCurveDisplay.from_estimator(estimator)


@pytest.mark.parametrize("search", [GaussianNB(), GridSearchCV(GaussianNB(), {}), None])
def test_not_a_fitted_search(search):
    with pytest.raises(ValueError, match=f"{type(search).__name__} has no cv_results_"):
        TrainingCurveDisplay.from_search(search, None)


@pytest.mark.parametrize("log", [None, [], "monitor"])
def test_not_a_log(log, small_digits):
    search = GridSearchCV(GaussianNB(), {}, cv=2).fit(*small_digits)
    with pytest.raises(ValueError, match=r"not of a GridSearchCV: give get_logs\(\)"):
        TrainingCurveDisplay.from_search(search, log)


@pytest.mark.parametrize(("value", "error"), [(0, ValueError), (1.5, TypeError)])
def test_bad_number_of_candidates(value, error):
    with pytest.raises(error, match="n_candidates"):
        TrainingCurveDisplay.from_search(None, None, n_candidates=value)


@pytest.mark.parametrize(
    ("history", "n_axes", "message"),
    [(HISTORY, 1, r"fills 2 panels .* ax holds 1"), (WITHOUT_HOLD_OUT, 3, "fills 1 panels")],
)
def test_wrong_number_of_axes(history, n_axes, message):
    with pytest.raises(ValueError, match=message):
        TrainingCurveDisplay(history).plot(ax=Figure().subplots(1, n_axes))


@pytest.mark.parametrize("history", [[], [{"epoch": 1, "seconds": 1.0}], [[], []], ()])
def test_nothing_to_plot(history):
    with pytest.raises(ValueError, match="no epoch with a loss"):
        TrainingCurveDisplay(history).plot()
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    "history", [None, 3, "history", [1, 2], [HISTORY, None], [{"train_loss": 1.0}], [HISTORY, [1]]]
)
def test_not_a_history(history):
    with pytest.raises(ValueError, match='list of dicts with an "epoch" each'):
        TrainingCurveDisplay(history).plot()


@pytest.mark.parametrize(
    ("history", "name", "message"),
    [
        (HISTORY, ["a", "b"], "2 names for 1 run"),
        (RUNS, ["a"], "1 names for 3 runs"),
        (RUNS, "a", "1 names for 3 runs"),
        (RUNS, [], "0 names for 3 runs"),
    ],
)
def test_wrong_number_of_names(history, name, message):
    with pytest.raises(ValueError, match=message):
        TrainingCurveDisplay(history, name=name).plot()
    assert plt.get_fignums() == []
