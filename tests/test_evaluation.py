"""Evaluations of probabilities, compared with scikit-learn's own measures."""

import json

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss, recall_score
from sklearn.naive_bayes import GaussianNB

from skdigits import expected_calibration_error
from skdigits.evaluation import Evaluation


@pytest.fixture(scope="module", params=[int, str])
def given(digits, request):
    """The truth of unseen digits, what a weak classifier gives, and its classes."""
    X, y = digits[0], digits[1].astype(request.param)
    classifier = GaussianNB(var_smoothing=0.1).fit(X[:1000], y[:1000])
    y_proba = 0.99 * classifier.predict_proba(X[1000:]) + 0.001  # no 0, which log_loss clips
    return y[1000:], y_proba, classifier.classes_


def test_figures_are_scikit_learn_s(given):
    y_true, y_proba, labels = given
    evaluation = Evaluation(*given)
    y_pred = labels[y_proba.argmax(axis=1)]
    figures = json.loads(json.dumps(evaluation.figures()))
    assert figures["n_images"] == 797
    assert figures["n_errors"] == (y_true != y_pred).sum()
    assert figures["accuracy"] == accuracy_score(y_true, y_pred)
    assert figures["loss"] == pytest.approx(log_loss(y_true, y_proba))
    assert figures["calibration_error"] == expected_calibration_error(y_true, y_proba)
    assert figures["confusion_matrix"] == confusion_matrix(y_true, y_pred).tolist()
    recalls = [row["recall"] for row in figures["per_label"].values()]
    np.testing.assert_allclose(recalls, recall_score(y_true, y_pred, average=None))
    assert list(figures["per_label"]) == list("0123456789")


def test_table_has_a_line_for_each_label(given):
    evaluation = Evaluation(*given)
    table = evaluation.table()
    assert table.startswith(f"accuracy {evaluation.accuracy:.2%}, {evaluation.n_errors} errors")
    assert [line.split()[0] for line in table.splitlines()[4:14]] == list("0123456789")


def test_images_of_one_label_are_measured_without_a_warning():
    evaluation = Evaluation(["3", "3"], [[0.1, 0.9], [0.2, 0.8]], ["1", "3"])
    assert evaluation.figures()["confusion_matrix"] == [[2]]
    assert "100.00%" in evaluation.table()


def test_a_label_that_is_ruled_out_costs_much_but_not_infinitely():
    evaluation = Evaluation([1, 0], [[1.0, 0.0], [1.0, 0.0]], [0, 1])
    assert 100 < evaluation.loss < 1000


def test_bad_input(given):
    y_true, y_proba, labels = given
    with pytest.raises(ValueError, match="labelled 9, but this model knows only 0, 1"):
        Evaluation(y_true, y_proba[:, :9] / y_proba[:, :9].sum(axis=1, keepdims=True), labels[:9])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        Evaluation(y_true[1:], y_proba, labels)
    with pytest.raises(ValueError, match="does not contain probabilities"):
        Evaluation(y_true, 2 * y_proba, labels)
