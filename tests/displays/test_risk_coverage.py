"""The risk-coverage curve, with classifiers of scikit-learn."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import polars as pl
import pytest
from matplotlib.figure import Figure
from sklearn.calibration import CalibratedClassifierCV
from sklearn.dummy import DummyClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from skdigits import CNNDigitClassifier, SelectiveClassifier
from skdigits.displays import RiskCoverageDisplay, SamplePredictionsDisplay, TrainingCurveDisplay


@pytest.fixture(scope="module")
def selective(digits):
    clf = SelectiveClassifier(GaussianNB(), max_error_rate=0.1, random_state=0)
    return clf.fit(digits[0][:1000], digits[1][:1000])


def probabilities(confidence, y_pred):
    """Return the probabilities of two classes whose answers and confidences are those given."""
    of_one = np.where(y_pred, confidence, 1 - np.asarray(confidence))
    return np.column_stack([1 - of_one, of_one])


def curve_of(confidence, is_right, **parameters):
    y_pred = np.arange(len(confidence)) % 2
    y_true = np.where(is_right, y_pred, 1 - y_pred)
    y_proba = probabilities(confidence, y_pred)
    return RiskCoverageDisplay.from_predictions(y_true, y_proba, labels=[0, 1], **parameters)


def legend(display):
    return [text.get_text() for text in display.ax_.get_legend().get_texts()]


def assert_brute_force(display, classifier, X, y):
    """The curve is what answering at each threshold on its own gives."""
    confidence = classifier.predict_proba(X).max(axis=1)
    is_wrong = classifier.predict(X) != y
    np.testing.assert_array_equal(display.thresholds, np.sort(np.unique(confidence))[::-1])
    answered = confidence >= display.thresholds[:, None]
    np.testing.assert_allclose(display.coverage, answered.mean(axis=1))
    np.testing.assert_allclose(display.risk, [is_wrong[row].mean() for row in answered])
    at_each = [is_wrong[confidence >= own].mean() for own in confidence]
    assert display.aurc == pytest.approx(np.mean(at_each))


@pytest.mark.parametrize(
    "classifier",
    [
        LogisticRegression(max_iter=20),
        DecisionTreeClassifier(max_depth=4, random_state=0),  # many equal confidences
        DummyClassifier(),
        make_pipeline(MinMaxScaler(), GaussianNB()),
        GridSearchCV(GaussianNB(), {}, cv=2),
    ],
    ids=lambda classifier: type(classifier).__name__,
)
@pytest.mark.parametrize("kind", [int, str])
@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_curve__is_the_brute_force_one(classifier, kind, digits, unseen):
    X, y = unseen[0], unseen[1].astype(kind)
    classifier.fit(digits[0][:1000], digits[1][:1000].astype(kind))
    display = RiskCoverageDisplay.from_estimator(classifier, X, y)
    assert_brute_force(display, classifier, X, y)
    assert legend(display) == [f"{type(classifier).__name__} (AURC = {100 * display.aurc:.3g} %)"]


def test_curve__is_drawn_in_percent_and_its_area_is_the_attribute():
    display = curve_of([0.9, 0.8, 0.7, 0.6], [True, False, True, False])
    np.testing.assert_allclose(display.coverage, [0.25, 0.5, 0.75, 1])
    np.testing.assert_allclose(display.risk, [0, 1 / 2, 1 / 3, 1 / 2])
    x, y = display.line_.get_data()
    np.testing.assert_allclose(x, [0, 25, 50, 75, 100])
    np.testing.assert_allclose(y, 100 * np.append(0, display.risk))
    steps = display.line_.get_path().vertices  # of the corners, whatever the style of drawing
    assert display.line_.get_drawstyle() == "steps-pre"
    assert np.diff(steps[:, 0]) @ steps[1:, 1] == pytest.approx(1e4 * display.aurc)
    assert display.ax_.get_xlim() == (0, 100)


def test_ties__are_answered_together_in_any_order():
    confidence, is_right = [0.9, 0.7, 0.7, 0.7, 0.6], [True, False, True, True, True]
    displays = [curve_of(confidence, is_right), curve_of(confidence[::-1], is_right[::-1])]
    for display in displays:
        np.testing.assert_allclose(display.thresholds, [0.9, 0.7, 0.6])
        np.testing.assert_allclose(display.coverage, [0.2, 0.8, 1])
        np.testing.assert_allclose(display.risk, [0, 1 / 4, 1 / 5])
        assert display.aurc == pytest.approx(0.2 * 0 + 0.6 / 4 + 0.2 / 5)


def test_all_equal__is_one_level_line():
    display = curve_of([0.8] * 4, [True, True, True, False])
    np.testing.assert_allclose(display.line_.get_xydata(), [[0, 25], [100, 25]])
    assert display.aurc == 0.25


@pytest.mark.parametrize(("is_right", "risk"), [(True, 0), (False, 1)])
def test_perfect_and_worst(is_right, risk):
    display = curve_of(np.linspace(0.6, 0.9, 20), np.full(20, is_right))
    assert set(display.risk) == {risk}
    assert display.aurc == risk
    bottom, top = display.ax_.get_ylim()
    assert bottom < 100 * risk < top


def test_order__an_error_where_it_is_sure_costs_more():
    confidence = np.linspace(0.9, 0.6, 20)
    first, last = (curve_of(confidence, np.arange(20) != wrong) for wrong in (0, 19))
    assert first.risk[-1] == last.risk[-1] == 0.05
    assert first.aurc > last.aurc == 0.05 / 20


def test_y_axis__is_not_ruled_by_the_first_few_samples():
    display = curve_of(np.linspace(0.9, 0.6, 200), np.arange(200) != 0)
    assert display.risk[0] == 1
    assert display.ax_.get_ylim()[1] == pytest.approx(105 * 0.1)


def test_one_sample_and_one_class():
    display = RiskCoverageDisplay.from_predictions(["seven"], [[1.0]])
    assert (display.coverage, display.risk, display.aurc) == ([1], [0], 0)


# The threshold of a selective classifier


@pytest.mark.parametrize(
    "around",
    [
        lambda selective: selective,
        FrozenEstimator,
        lambda selective: make_pipeline(FunctionTransformer(), selective),
    ],
    ids=["bare", "frozen", "pipeline"],
)
def test_selective__marks_what_predict_answers(around, selective, unseen):
    estimator = around(selective)
    display = RiskCoverageDisplay.from_estimator(estimator, *unseen)
    answers = estimator.predict(unseen[0])
    answered = answers != -1
    errors = (answers != unseen[1])[answered]
    assert 0 < answered.mean() < 1
    np.testing.assert_allclose(
        display.point_.get_xydata(), [[100 * answered.mean(), 100 * errors.mean()]]
    )
    assert set(display.limit_.get_ydata()) == {10}
    assert display.max_error_rate == 0.1
    assert legend(display)[1:] == [
        f"{100 * errors.mean():.3g} % errors if {100 * answered.mean():.3g} % are answered",
        "limit 10 %",
    ]


def test_selective__curve_is_that_of_the_classifier_inside(selective, unseen):
    display = RiskCoverageDisplay.from_estimator(selective, *unseen)
    inner = RiskCoverageDisplay.from_estimator(selective.estimator_, *unseen)
    np.testing.assert_array_equal(display.risk, inner.risk)
    assert inner.point_ is inner.limit_ is inner.threshold is None
    assert len(inner.ax_.lines) == 1


@pytest.mark.filterwarnings("ignore:Nothing will be answered")
def test_selective__that_answers_nothing__marks_nothing(small_digits):
    X, y = small_digits
    selective = SelectiveClassifier(GaussianNB(), max_error_rate=1e-6).fit(X, y)
    display = RiskCoverageDisplay.from_estimator(selective, X, y)
    assert display.point_ is display.limit_ is None
    assert display.ax_.lines[:] == [display.line_]


def test_threshold__marks_the_last_step_that_passes_it():
    confidence, is_right = [0.9, 0.8, 0.7, 0.6], [True, False, True, False]
    for threshold, coverage in [(0.85, 25), (0.75, 50), (0.1, 100)]:
        display = curve_of(confidence, is_right, threshold=threshold)
        assert display.point_.get_xdata() == [coverage]
        assert display.limit_ is None
    assert curve_of(confidence, is_right, threshold=0.95).point_ is None


def test_marks__are_within_the_axes():
    confidence, is_right = np.linspace(0.9, 0.6, 200), np.arange(200) != 0
    display = curve_of(confidence, is_right, threshold=0.7, max_error_rate=0.5)
    assert display.ax_.get_ylim()[1] > 50
    display = curve_of(confidence, is_right, threshold=confidence[1])
    assert display.ax_.get_ylim()[1] > display.point_.get_ydata()[0] == 50
    assert curve_of(confidence, is_right, max_error_rate=0.5).ax_.get_ylim()[1] < 50


# Drawing


def test_on_given_axes__opens_no_figure_and_passes_the_style_on(unseen, digits):
    ax = Figure().subplots()
    classifier = GaussianNB().fit(*digits)
    display = RiskCoverageDisplay.from_estimator(
        classifier, *unseen, ax=ax, color="k", name="Bayes"
    )
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert display.line_.get_color() == "k"
    assert legend(display)[0].startswith("Bayes (AURC")
    assert plt.get_fignums() == []


@pytest.mark.parametrize("order", [1, -1])
def test_two_curves_on_the_same_axes(order):
    good, bad = (curve_of(np.linspace(0.9, 0.6, 20), np.arange(20) < n) for n in (18, 5))
    first, second = (good, bad)[::order]
    ax = Figure().subplots()
    first.plot(ax=ax, name="first")
    second.plot(ax=ax, name="second")
    assert [text.split()[0] for text in legend(second)] == ["first", "second"]
    assert first.line_.get_color() != second.line_.get_color()
    assert ax.get_ylim()[1] > 75


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, list])
@pytest.mark.parametrize("column", [pd.Series, pl.Series, list])
def test_any_table(kind, column, selective, unseen):
    X, y = unseen
    y_proba = selective.predict_proba(X)
    expected = RiskCoverageDisplay.from_predictions(y, y_proba)
    display = RiskCoverageDisplay.from_predictions(
        column(y.astype(str)), kind(y_proba), labels=column(list("0123456789"))
    )
    np.testing.assert_array_equal(display.risk, expected.risk)


def test_single_precision__keeps_its_thresholds(selective, unseen):
    y_proba = selective.predict_proba(unseen[0]).astype(np.float32)
    display = RiskCoverageDisplay.from_predictions(unseen[1], y_proba)
    assert display.thresholds.dtype == np.float32


# Bad input

TWO = [[0.7, 0.3], [0.2, 0.8]]


@pytest.mark.parametrize(
    ("y_true", "y_proba", "parameters", "message"),
    [
        ([0, 1, 1], TWO, {}, "inconsistent numbers of samples"),
        ([], np.empty((0, 2)), {}, "0 sample"),
        ([0, 1], [[0.7, 0.3], [np.nan, 0.8]], {}, "y_proba contains NaN"),
        ([0, 1], [[0.7, 0.3], [-0.2, 1.2]], {}, r"Row 1 of y_proba .* from 0 to 1"),
        ([0, 1], [[0.7, 0.7], [0.2, 0.8]], {}, r"Row 0 of y_proba .* sum to 1"),
        ([0, 1], [0.7, 0.8], {}, r"y_proba must have the shape .*got \(2,\)"),
        ([0, 1], [TWO, TWO], {}, r"got \(2, 2, 2\)"),
        ([0, 0], TWO, {}, "columns in y_proba, 2, must equal the number of labels, 1: give"),
        ([0, 1], TWO, {"labels": [0, 1, 2]}, "y_proba, 2, must equal the number of labels, 3"),
        ([0, 7], TWO, {"labels": [0, 1]}, "labelled 7, but this model knows only 0, 1"),
        (["a", "x"], TWO, {"labels": ["a", "b"]}, "labelled x, but this model knows only a, b"),
        (["0", "1"], TWO, {"labels": [0, 1]}, "Mix of label input types"),
        ([0, np.nan], TWO, {"labels": [0, 1]}, "NaN"),
    ],
)
def test_bad_predictions(y_true, y_proba, parameters, message):
    with pytest.raises(ValueError, match=message):
        RiskCoverageDisplay.from_predictions(y_true, y_proba, **parameters)
    assert plt.get_fignums() == []


def test_bad_estimator_input(selective, unseen):
    X, y = unseen
    with pytest.raises(ValueError, match="LinearSVC has no predict_proba"):
        RiskCoverageDisplay.from_estimator(LinearSVC(C=1e-6).fit(X, y), X, y)
    with pytest.raises(ValueError, match="not fitted"):
        RiskCoverageDisplay.from_estimator(GaussianNB(), X, y)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        RiskCoverageDisplay.from_estimator(selective, X, y[:-1])
    with pytest.raises(ValueError, match="labelled 11, but this model knows only 0, 1"):
        RiskCoverageDisplay.from_estimator(selective, X, np.where(y == 3, 11, y))
    with pytest.raises(ValueError, match="0 sample"):
        RiskCoverageDisplay.from_estimator(selective, X[:0], y[:0])


def test_no_predict_proba__the_advice_helps(small_digits):
    calibrated = CalibratedClassifierCV(LinearSVC(C=1e-6), cv=2).fit(*small_digits)
    assert RiskCoverageDisplay.from_estimator(calibrated, *small_digits).aurc < 1


# The classifier inside a selective one, for the other displays


def test_other_displays_see_into_a_selective_classifier(digits):
    classifier = CNNDigitClassifier(
        filters=(16,), image_shape=(4, 16), max_epochs=2, augment=False, random_state=0
    )
    inner = make_pipeline(MinMaxScaler(), classifier)
    selective = SelectiveClassifier(inner, max_error_rate=0.5, random_state=0).fit(*digits)
    curve = TrainingCurveDisplay.from_estimator(selective)
    images = SamplePredictionsDisplay.from_estimator(selective, *digits)
    assert len(curve.history) == 2
    assert images.images.shape[1:] == (4, 16)
