"""A classifier that rejects uncertain samples to keep a limit on the error rate."""

import warnings
from dataclasses import replace
from math import ceil, inf
from numbers import Real

import numpy as np
from sklearn import get_config
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.frozen import FrozenEstimator
from sklearn.utils import assert_all_finite, check_random_state, get_tags
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d

from skdigits._utils.nested import probabilities_and_scores
from skdigits._utils.probabilities import most_probable
from skdigits._utils.sklearn import (
    CallbackSupportMixin,
    EcosystemMixin,
    HasMethods,
    Interval,
    StrOptions,
    _fit_context,
    with_callbacks,
)
from skdigits.selective._splitting import check_classes, clone_with_seeds, split, which_count
from skdigits.selective._threshold import (
    best_bound,
    choose_fraction,
    choose_threshold,
    n_needed,
)


def choose_reject_label(classes):
    """Return a label that is not a class."""
    if isinstance(classes[0], str):
        return "?"
    return min(-1, ceil(min(classes)) - 1)


def selective_from(estimator, confidence, is_right, **parameters):
    """Return a selective classifier, given the predictions of its held-out samples.

    Parameters
    ----------
    estimator : estimator instance
        Fitted classifier.
    confidence : ndarray of shape (n_samples,)
        Largest probability of each held-out sample; -inf if its `score_samples` is below 0.
    is_right : ndarray of bool of shape (n_samples,)
        Whether each sample was predicted correctly.
    **parameters
        As for `SelectiveClassifier`.

    Returns
    -------
    selective : SelectiveClassifier
        Fitted.
    """
    selective = SelectiveClassifier(FrozenEstimator(estimator), **parameters)
    selective._validate_params()
    selective.estimator_ = selective.estimator
    return selective._choose_threshold(confidence, is_right)


class SelectiveClassifier(
    CallbackSupportMixin, EcosystemMixin, ClassifierMixin, MetaEstimatorMixin, BaseEstimator
):
    """Classifier that rejects uncertain samples, so that the error rate stays below a limit.

    A part of the samples is held out, and the classifier is trained on the others. The held-out
    samples determine the threshold on its confidence, below which a sample is rejected: it is the
    lowest one at which the error rate among the answered samples is below `max_error_rate` with the
    probability `confidence`.

    Parameters
    ----------
    estimator : estimator instance
        A classifier with `predict_proba`; its confidence is the largest probability. If it has
        `score_samples`, as :class:`~skdigits.CNNDigitClassifier` has, samples with a score below 0
        are rejected, too: they are unlike the training samples. To use a classifier that is already
        fitted, wrap it in a :class:`~sklearn.frozen.FrozenEstimator`: then all samples given to
        `fit` determine the threshold, and it must not have been trained on them.
    max_error_rate : float, default=0.01
        Limit on the share of errors among the answered samples; in (0, 1).
    confidence : float, default=0.95
        Probability, over the draw of the held-out samples, that the limit is kept; in (0, 1).
    validation_fraction : float or "auto", default="auto"
        Fraction of the samples to hold out, in (0, 1). "auto" means twice as many samples as are
        needed to show the limit if all of them are predicted correctly, but at least a fifth and at
        most half of the samples.
    reject_label : label or None, default=None
        Label that `predict` returns for rejected samples; it must not be a class. None means
        ``"?"`` if the labels are strings, otherwise -1 or the next lower integer that is below all
        labels.
    random_state : int, RandomState instance or None, default=None
        Controls which samples are held out. Pass an int for reproducible results: unless it is
        None, it also seeds each ``random_state`` of the classifier that is None.

    Attributes
    ----------
    estimator_ : estimator instance
        The fitted classifier.
    classes_ : ndarray of shape (n_classes,)
        Labels, without `reject_label_`.
    reject_label_ : label
        Label of rejected samples.
    threshold_ : float
        Lowest confidence at which a sample is answered; infinite if no threshold keeps the limit.
    coverage_ : float
        Share of the held-out samples that are answered, from 0 to 1.
    n_features_in_ : int
        Number of features. Only defined if the classifier defines it.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features. Only defined if the classifier defines them.

    See Also
    --------
    skdigits.displays.RiskCoverageDisplay : The error rate that each threshold leaves.
    sklearn.model_selection.TunedThresholdClassifierCV : Tunes the threshold between two classes.

    Notes
    -----
    The guarantee is a statistical one: of many fits on different samples, at most a share of
    ``1 - confidence`` exceeds the limit in the long run. It holds if new samples are drawn in the
    same way as the held-out ones (exchangeable with them). It does not hold for samples of another
    kind: a limit that is shown with MNIST says nothing about photographs, nor about letters and
    scribbles, for which the classifier may be confident and wrong. Nor does it hold for each class
    by itself.

    To show a low error rate, many held-out samples are needed: for 0.01, about 530 if all of them
    are predicted correctly, and twice as many for half the rate.

    The guarantee counts each sample once. So ``sample_weight`` is only used to train the
    classifier, except that held-out samples of weight 0 are left out.

    An alternative is conformal prediction, which returns a set of labels that contains the true one
    with a stated probability. The package MAPIE provides it, and accepts the classifiers and
    pipelines of this package.

    References
    ----------
    Geifman & El-Yaniv, "Selective Classification for Deep Neural Networks", NeurIPS 2017.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import train_test_split
    >>> from skdigits import SelectiveClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> X_train, X_test, y_train, y_test = train_test_split(X / 16, y, random_state=0)
    >>> clf = SelectiveClassifier(LogisticRegression(), max_error_rate=0.05, random_state=0)
    >>> answers = clf.fit(X_train, y_train).predict(X_test)
    >>> answered = answers != clf.reject_label_
    >>> bool(answered.mean() > 0.5), bool((answers != y_test)[answered].mean() < 0.05)
    (True, True)
    """

    _parameter_constraints = {
        "estimator": [HasMethods(["fit", "predict_proba"])],
        "max_error_rate": [Interval(Real, 0, 1, closed="neither")],
        "confidence": [Interval(Real, 0, 1, closed="neither")],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither"), StrOptions({"auto"})],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        estimator,
        *,
        max_error_rate=0.01,
        confidence=0.95,
        validation_fraction="auto",
        reject_label=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.max_error_rate = max_error_rate
        self.confidence = confidence
        self.validation_fraction = validation_fraction
        self.reject_label = reject_label
        self.random_state = random_state

    @with_callbacks
    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, **fit_params):
        """Train the classifier and choose the threshold.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Samples, in any form that the classifier accepts.
        y : array-like of shape (n_samples,)
            Labels, of two classes or more.
        **fit_params : dict
            Parameters of the classifier's `fit`, such as ``sample_weight``. A parameter with a
            value for each sample is split in the same way as the samples. With scikit-learn's
            ``enable_metadata_routing``, the classifier must have requested the parameters.

        Returns
        -------
        self : SelectiveClassifier
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter or the data is invalid, or `reject_label` is a class.

        Warns
        -----
        UserWarning
            If no threshold keeps the limit, so that all samples will be rejected.
        """
        y = column_or_1d(y, warn=True)
        assert_all_finite(y, input_name="y")
        check_classification_targets(y)
        if get_config()["enable_metadata_routing"]:
            fit_params = process_routing(self, "fit", **fit_params).estimator.fit
        context = self._init_callback_context(max_subtasks=1)
        context.call_on_fit_task_begin(estimator=self, X=X, y=y)
        X_held_out, y_held_out, params = self._fit_classifier(X, y, fit_params, context)
        labels, confidence = self._most_probable(X_held_out)
        counts = which_count(y_held_out, params)
        self._choose_threshold(confidence[counts], (labels == y_held_out)[counts])
        context.call_on_fit_task_end(estimator=self, X=X, y=y, reconstruction_attributes={})
        return self

    def _fit_classifier(self, X, y, fit_params, context):
        """Train the classifier; return the held-out samples, labels and parameters."""
        if isinstance(self.estimator, FrozenEstimator):
            self.estimator_ = self.estimator
            return X, y, fit_params
        check_classes(y, which_count(y, fit_params))
        rng, fraction = check_random_state(self.random_state), self.validation_fraction
        if fraction == "auto":
            fraction = choose_fraction(len(y), self.max_error_rate, 1 - self.confidence)
        train, held_out = split(X, y, fit_params, test_size=fraction, random_state=rng)
        self.estimator_ = (
            clone(self.estimator)
            if self.random_state is None
            else clone_with_seeds(self.estimator, rng)
        )
        X, y, fit_params = train
        task = context.subcontext(task_name="fit-classifier")
        with task.propagate_callback_context(self.estimator_):
            task.call_on_fit_task_begin(estimator=self, X=X, y=y)
            self.estimator_.fit(X, y, **fit_params)
            task.call_on_fit_task_end(estimator=self, X=X, y=y)
        return held_out

    def _most_probable(self, X):
        """Return labels and confidences, -inf for samples unlike the training samples."""
        probabilities, scores = probabilities_and_scores(self.estimator_, X)
        labels, confidence = most_probable(probabilities, self.estimator_.classes_)
        return labels, confidence if scores is None else np.where(scores < 0, -inf, confidence)

    def _choose_threshold(self, confidence, is_right):
        self.classes_ = self.estimator_.classes_
        self.reject_label_ = self._reject_label()
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(self.estimator_, name):
                setattr(self, name, getattr(self.estimator_, name))
        risk = 1 - self.confidence
        is_like = confidence > -inf
        self.threshold_ = choose_threshold(
            confidence[is_like], is_right[is_like], self.max_error_rate, risk
        )
        n_answered, n = int((confidence >= self.threshold_).sum()), len(confidence)
        self.coverage_ = n_answered / max(n, 1)
        if self.threshold_ == inf:
            needed = n_needed(self.max_error_rate, risk)
            few = (
                f"This needs {needed} held-out samples without an error; {n} can show "
                f"{best_bound(n, risk):.2g} at best. "
                if n < needed
                else ""
            )
            warnings.warn(
                f"Nothing will be answered: with {n} held-out samples, {(~is_right).sum()} of them "
                f"errors, no threshold shows that the error rate is below {self.max_error_rate:g} "
                f"with confidence {self.confidence:g}. {few}Give more samples, or raise "
                "max_error_rate.",
                stacklevel=3,
            )
        return self

    def _reject_label(self):
        label = (
            choose_reject_label(self.classes_) if self.reject_label is None else self.reject_label
        )
        if label in self.classes_.tolist():
            raise ValueError(f"reject_label={label!r} is a class: choose another label.")
        return label

    def predict(self, X):
        """Return the most probable label of each sample, or `reject_label_`.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Samples.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels from `classes_`, or `reject_label_` if the largest probability is below
            `threshold_` or the sample is unlike the training samples.
        """
        check_is_fitted(self)
        labels, confidence = self._most_probable(X)
        return np.where(confidence >= self.threshold_, labels, self.reject_label_)

    def predict_proba(self, X):
        """Return the classifier's probability of each class, also for rejected samples.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Samples.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes)
            In the order of `classes_`.
        """
        check_is_fitted(self)
        return self.estimator_.predict_proba(X)

    @available_if(lambda self: hasattr(self.estimator, "score_samples"))
    def score_samples(self, X):
        """Return how similar each sample is to those that the classifier was trained on.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Samples.

        Returns
        -------
        scores : ndarray of shape (n_samples,)
            Scores of the classifier; samples below 0 are rejected.
        """
        check_is_fitted(self)
        return self.estimator_.score_samples(X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        tags.input_tags = inner.input_tags
        # If there are few samples, all may be rejected.
        tags.classifier_tags = replace(inner.classifier_tags, multi_label=False, poor_score=True)
        tags.non_deterministic, tags.no_validation = inner.non_deterministic, inner.no_validation
        return tags

    def get_metadata_routing(self):
        """Return which parameters of `fit` the classifier has requested.

        Returns
        -------
        routing : MetadataRouter
            For scikit-learn's metadata routing.
        """
        mapping = MethodMapping().add(caller="fit", callee="fit")
        router = MetadataRouter(owner=self).add_self_request(self)
        return router.add(estimator=self.estimator, method_mapping=mapping)
