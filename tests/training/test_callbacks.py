"""What happens between epochs: functions, skorch's callbacks, scikit-learn's, and Ctrl-C."""

import copy
import os
import pickle
import signal
import subprocess
import sys

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from skorch.callbacks import BatchScoring, Callback, Checkpoint, EarlyStopping, EpochScoring

from skdigits import CNNDigitClassifier, PixelScaler, SelectiveClassifier
from skdigits.training import _finishing


def classifier(**parameters):
    """Return a classifier that trains for a moment."""
    return CNNDigitClassifier(**{"max_epochs": 5, "random_state": 0, **parameters})


def test_a_function_gets_each_row_of_the_history(small_digits):
    rows = []
    clf = classifier(callbacks=[rows.append]).fit(*small_digits)
    assert rows == clf.history_


class CountBatches(Callback):
    """Counts."""

    def on_train_begin(self, net, **kwargs):
        self.n_ = 0

    def on_batch_end(self, net, training=False, **kwargs):
        self.n_ += training


@pytest.mark.parametrize(
    "callback",
    [CountBatches, CountBatches(), ("count", CountBatches())],
    ids=["class", "instance", "with a name"],
)
def test_skorch_callbacks(digits, callback):
    X, y = digits
    clf = classifier(max_epochs=2, callbacks=[callback]).fit(X[:600], y[:600])
    (count,) = [c for _, c in clf.net_.callbacks_ if isinstance(c, CountBatches)]
    assert count.n_ == 2 * np.ceil(600 / clf.batch_size_)
    for copied in (clone(clf), pickle.loads(pickle.dumps(clf)), copy.deepcopy(clf)):
        assert len(copied.callbacks) == 1


def test_the_callbacks_given_stay_as_they_were(small_digits):
    callback = EarlyStopping("train_loss")
    before = vars(callback).copy()
    classifier(callbacks=[callback]).fit(*small_digits)
    assert vars(callback) == before


def test_early_stopping_of_skorch_is_no_ctrl_c(small_digits):
    stop = EarlyStopping("train_loss", patience=2, threshold=1e9, sink=lambda text: None)
    clf = classifier(max_epochs=20, callbacks=[stop]).fit(*small_digits)
    assert clf.n_epochs_ < 20


@pytest.mark.parametrize("on_train", [True, False])
@pytest.mark.parametrize("use_caching", [True, False])
@pytest.mark.parametrize("scoring", ["accuracy", "f1_macro", "neg_log_loss", None])
def test_skorch_scores_an_epoch(scoring, use_caching, on_train, small_digits):
    score = EpochScoring(
        scoring, on_train=on_train, name="score", lower_is_better=False, use_caching=use_caching
    )
    clf = classifier(callbacks=[score], validation_fraction=0.2, precision="float32").fit(
        *small_digits
    )
    scores = [row["score"] for row in clf.net_.history]
    assert scores[-1] > scores[0]
    if scoring == "accuracy" and not on_train:
        assert scores == pytest.approx(clf.validation_scores_)


@pytest.mark.parametrize("on_train", [True, False])
def test_skorch_scores_batches(on_train, digits):
    X, y = (each[:600] for each in digits)
    score = BatchScoring("accuracy", on_train=on_train, name="score", lower_is_better=False)
    clf = classifier(max_epochs=2, callbacks=[score], validation_fraction=0.2).fit(X, y)
    scores = [row["score"] for row in clf.net_.history]
    assert scores[-1] > scores[0]
    if not on_train:
        assert scores == pytest.approx(clf.validation_scores_)
    score.set_params(use_caching=False)
    with pytest.raises(ValueError, match="set use_caching=True"):
        clf.fit(X, y)


def test_skorch_watches_a_validation_set(small_digits, tmp_path):
    callbacks = [
        Checkpoint(dirname=tmp_path),
        EarlyStopping(sink=lambda text: None),
        EarlyStopping("valid_acc", lower_is_better=False, patience=2, sink=lambda text: None),
    ]
    clf = classifier(max_epochs=30, callbacks=callbacks, validation_fraction=0.2)
    assert clf.fit(*small_digits).n_epochs_ < 30
    assert (tmp_path / "params.pt").exists()


@pytest.mark.parametrize("callback", [Checkpoint, EarlyStopping])
def test_without_a_validation_set_skorch_s_need_of_one_is_told(callback, small_digits):
    with pytest.raises(ValueError, match="set validation_fraction"):
        classifier(callbacks=[callback()]).fit(*small_digits)


@pytest.mark.parametrize("callback", [type, int, 3, ("name", 3), object()])
def test_what_is_no_callback_is_refused(callback, small_digits):
    with pytest.raises(ValueError, match="skorch callbacks or functions, got "):
        classifier(callbacks=[callback]).fit(*small_digits)


def test_scikit_learn_s_callbacks_are_sent_to_set_callbacks(small_digits):
    sklearn_callback = pytest.importorskip("sklearn.callback", reason="below scikit-learn 1.9")
    with pytest.raises(ValueError, match="callbacks to set_callbacks"):
        classifier(callbacks=[sklearn_callback.ProgressBar()]).fit(*small_digits)


def test_early_stopping_ends_with_the_best_epoch_s_weights(small_digits):
    X, y = small_digits
    parameters = {"learning_rate": 0.3, "validation_fraction": 0.3, "schedule": "constant"}
    parameters |= {"augment": False, "label_smoothing": 0.0}  # nothing is drawn after the end
    clf = classifier(max_epochs=60, early_stopping=True, patience=4, **parameters).fit(X, y)
    losses = [row["valid_loss"] for row in clf.history_]
    best = np.argmin(losses) + 1
    assert clf.n_epochs_ == best + 4 < 60
    short = classifier(max_epochs=best, **parameters).fit(X, y)
    np.testing.assert_array_equal(clf.predict_proba(X), short.predict_proba(X))


# Ctrl-C


class PressCtrlC:
    """Sends this process the signal of Ctrl-C after an epoch."""

    def __init__(self, epoch):
        self.epoch = epoch

    def __call__(self, row):
        if row["epoch"] == self.epoch:
            os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_raises_and_leaves_nothing_fitted(small_digits):
    X, y = small_digits
    clf = classifier(callbacks=[PressCtrlC(2)])
    with pytest.raises(KeyboardInterrupt):
        clf.fit(X, y)
    with pytest.raises(NotFittedError):
        clf.predict(X)


def test_ctrl_c_leaves_a_former_model(small_digits):
    X, y = small_digits
    clf = classifier().fit(X, y)
    before = clf.predict_proba(X)
    for warm_start, epoch in ((False, 2), (True, 7)):
        clf.set_params(callbacks=[PressCtrlC(epoch)], warm_start=warm_start)
        with pytest.raises(KeyboardInterrupt):
            clf.fit(X, y)
        assert clf.n_epochs_ == 5
        np.testing.assert_array_equal(clf.predict_proba(X), before)


def test_ctrl_c_keeps_the_partly_trained_model_on_request(small_digits):
    X, y = small_digits
    clf = classifier(max_epochs=50, callbacks=[PressCtrlC(20)], on_interrupt="keep")
    with pytest.warns(
        ConvergenceWarning, match="after 20 of 50 epochs; the network is kept, as far"
    ):
        clf.fit(X, y)
    assert clf.interrupted_
    assert clf.n_epochs_ == 20
    assert clf.score(X, y) > 0.9


def test_ctrl_c_keeps_the_best_epoch_of_those_with_a_hold_out(small_digits):
    X, y = small_digits
    # A learning rate this high makes the validation loss go up and down.
    parameters = {"max_epochs": 40, "learning_rate": 0.3, "validation_fraction": 0.3}
    parameters |= {"augment": False, "label_smoothing": 0.0}  # nothing is drawn after the end
    losses = [row["valid_loss"] for row in classifier(**parameters).fit(X, y).history_]
    last = next(n for n in range(10, 40) if losses[n - 1] > min(losses[:n]))
    clf = classifier(**parameters, callbacks=[PressCtrlC(last)], on_interrupt="keep")
    with pytest.warns(ConvergenceWarning, match=f"after {last} of 40 epochs") as warned:
        clf.fit(X, y)
    best = min(clf.history_, key=lambda row: row["valid_loss"])["epoch"]
    assert best < last == clf.n_epochs_
    assert f"from epoch {best}, the best" in str(warned[0].message)
    short = classifier(**parameters, callbacks=[PressCtrlC(best)], on_interrupt="keep")
    with pytest.warns(ConvergenceWarning):
        short.fit(X, y)
    np.testing.assert_array_equal(clf.predict_proba(X), short.predict_proba(X))


def test_ctrl_c_in_the_first_epoch_keeps_nothing(small_digits):
    class PressInBatch(Callback):
        def on_batch_end(self, net, training=False, **kwargs):
            os.kill(os.getpid(), signal.SIGINT)

    clf = classifier(callbacks=[PressInBatch()], on_interrupt="keep")
    with pytest.raises(KeyboardInterrupt):
        clf.fit(*small_digits)
    assert not hasattr(clf, "net_")


@pytest.mark.parametrize("on_interrupt", ["keep", "raise"])
@pytest.mark.parametrize("where", ["refresh_statistics", "calibrate", "learn_typical"])
def test_ctrl_c_at_the_end_keeps_the_trained_network(
    where, on_interrupt, small_digits, monkeypatch
):
    X, y = small_digits
    finish = getattr(_finishing, where)

    def finish_half(net, *args):
        finish(net, *args)
        os.kill(os.getpid(), signal.SIGINT)

    parameters = {"augment": True, "label_smoothing": 0.1, "max_epochs": 30}
    clf = classifier(on_interrupt=on_interrupt, **parameters)
    monkeypatch.setattr(_finishing, where, finish_half)
    if on_interrupt == "raise":
        with pytest.raises(KeyboardInterrupt):
            clf.fit(X, y)
        assert not hasattr(clf, "net_")
    else:
        with pytest.warns(ConvergenceWarning, match="its probabilities are not calibrated"):
            clf.fit(X, y)
        assert clf.interrupted_
        assert clf.n_epochs_ == 30
        assert clf.score(X, y) > 0.9
        assert clf.net_.module_.temperature == 1
    monkeypatch.undo()
    assert not clf.fit(X, y).interrupted_


def test_ctrl_c_ends_a_whole_search(small_digits):
    search = GridSearchCV(
        classifier(callbacks=[PressCtrlC(2)]), {"learning_rate": [0.01, 0.02]}, cv=2
    )
    with pytest.raises(KeyboardInterrupt):
        search.fit(*small_digits)
    assert not hasattr(search, "cv_results_")


# scikit-learn's own, from version 1.9 on


@pytest.fixture
def sklearn_callback():
    return pytest.importorskip("sklearn.callback", reason="scikit-learn has none below 1.9")


def test_scoring_monitor_scores_each_epoch(small_digits, sklearn_callback):
    X, y = small_digits
    monitor = sklearn_callback.ScoringMonitor(scoring="accuracy")
    clf = classifier(max_epochs=10).set_callbacks(monitor).fit(X, y)
    logs = monitor.get_logs().data
    scores = [log["accuracy"] for log in logs if log["task_name"] == "epoch"]
    assert len(scores) == 10
    assert scores[-1] == clf.score(X, y) > scores[0]
    assert pickle.loads(pickle.dumps(clf)).n_epochs_ == 10


def test_each_epoch_hands_over_an_estimator_of_its_own(small_digits, sklearn_callback):
    X, y = small_digits

    class Keep:
        def setup(self, estimator, context):
            self.fitted = []

        def teardown(self, estimator, context):
            pass

        def on_fit_task_begin(self, estimator, context):
            pass

        def on_fit_task_end(self, estimator, context, *, fitted_estimator):
            self.fitted.append(fitted_estimator)

    keep = Keep()
    parameters = {"validation_fraction": 0.2, "label_smoothing": 0.1}
    clf = classifier(**parameters).set_callbacks(keep).fit(X, y)
    *epochs, last = keep.fitted
    assert [each.n_epochs_ for each in epochs] == [1, 2, 3, 4, 5]
    assert [each.history_[-1] for each in epochs] == clf.history_
    assert epochs[0].score(X, y) < epochs[4].score(X, y)
    np.testing.assert_array_equal(last.predict_proba(X), clf.predict_proba(X))


def test_scoring_monitor_takes_the_history_through_a_search(small_digits, sklearn_callback):
    monitor = sklearn_callback.ScoringMonitor(scoring=lambda clf, X, y: clf.history_[-1])
    clf = classifier(validation_fraction=0.2).set_callbacks(monitor)
    search = GridSearchCV(clf, {"learning_rate": [0.01, 0.02]}, cv=2, n_jobs=2)
    search.fit(*small_digits)
    rows = [row for row in monitor.get_logs().data if row["task_name"] == "epoch"]
    assert len(rows) == (2 * 2 + 1) * 5
    assert {row["epoch"] for row in rows} == {1, 2, 3, 4, 5}
    assert all(row["valid_loss"] > 0 for row in rows)


def test_progress_bar_works_in_a_pipeline(small_digits, sklearn_callback, capsys):
    bar = sklearn_callback.ProgressBar(max_propagation_depth=None)
    make_pipeline(PixelScaler(), classifier()).set_callbacks(bar).fit(*small_digits)
    assert "CNNDigitClassifier - fit" in capsys.readouterr().out


def test_progress_bars_nest_through_search_wrapper_and_pipeline(
    small_digits, sklearn_callback, capsys, monkeypatch
):
    monkeypatch.setenv("COLUMNS", "200")
    bar = sklearn_callback.ProgressBar(max_propagation_depth=None)
    selective = SelectiveClassifier(
        make_pipeline(PixelScaler(), classifier()), max_error_rate=0.5, random_state=0
    )
    search = GridSearchCV(selective, {"confidence": [0.9, 0.95]}, cv=2)
    search.set_callbacks(bar).fit(*small_digits)
    shown = capsys.readouterr().out
    depth = {line.strip(): len(line) - len(line.lstrip()) for line in shown.splitlines()}
    names = ("GridSearchCV - fit", "SelectiveClassifier - fit", "Pipeline - fit")
    names += ("CNNDigitClassifier - fit",)
    found = [min(deep for line, deep in depth.items() if name in line) for name in names]
    assert found == sorted(set(found))


def test_progress_bar_works_in_a_search_with_processes(small_digits, sklearn_callback):
    bar = sklearn_callback.ProgressBar(max_propagation_depth=None)
    search = GridSearchCV(classifier(), {"learning_rate": [0.01, 0.02]}, cv=2, n_jobs=2)
    search.set_callbacks(bar).fit(*small_digits)
    assert search.best_estimator_.n_epochs_ == 5


class StopAfter:
    """A callback of scikit-learn's form, that asks to stop."""

    def __init__(self, n_epochs):
        self.n_epochs = n_epochs

    def setup(self, estimator, context):
        """Do nothing."""

    def teardown(self, estimator, context):
        """Do nothing."""

    def on_fit_task_begin(self, estimator, context):
        """Do nothing."""

    def on_fit_task_end(self, estimator, context):
        return context.task_name == "epoch" and context.task_id + 1 >= self.n_epochs


@pytest.mark.usefixtures("sklearn_callback")
def test_a_callback_can_stop_the_fit(small_digits):
    clf = classifier().set_callbacks(StopAfter(3)).fit(*small_digits)
    assert clf.n_epochs_ == 3


# Forked workers

FORKED = """
import multiprocessing
from joblib import Parallel, delayed
from sklearn.datasets import load_digits
from skdigits import CNNDigitClassifier

X, y = load_digits(return_X_y=True)
clf = CNNDigitClassifier(max_epochs=2, random_state=0).fit(X, y)
multiprocessing.set_start_method("fork")
with Parallel(n_jobs=2, backend="multiprocessing") as parallel:
    first, second = parallel(delayed(clf.fit)(X, y) for _ in range(2))
    scores = parallel(delayed(fitted.score)(X, y) for fitted in (first, second))
print(scores[0] == scores[1] > 0.5)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_forked_workers_do_not_hang():
    finished = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKED],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert finished.stdout.strip() == "True"
