"""Every public estimator passes all of scikit-learn's common checks.

With SCIPY_ARRAY_API=1, as `tox` sets it, none is skipped.
"""

from unittest import SkipTest

import pytest
import sklearn
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import (
    check_estimator,
    check_estimator_cloneable,
    check_estimator_repr,
    check_get_params_invariance,
    check_no_attributes_set_in_init,
    check_parameters_default_constructible,
    check_set_params,
    estimator_checks_generator,
    parametrize_with_checks,
)
from sklearn.utils.fixes import parse_version

import skdigits
from skdigits import (
    CNNDigitClassifier,
    DigitNormalizer,
    DigitReader,
    Distortion,
    PixelScaler,
    SelectiveClassifier,
)

# Constructor arguments with which each is checked, such that the checks take little time.
ARGUMENTS = {
    CNNDigitClassifier: [{"filters": (4,), "max_epochs": 20}],
    DigitNormalizer: [{}],
    DigitReader: [],  # scikit-learn has checks for rows of a table only, see below
    PixelScaler: [{}, {"clip": True}, {"clip": False}, {"pixel_range": (-1000, 1000)}],
    # 20 samples cannot show a small error rate. The checks of sparse data set no seed, and one
    # split of theirs in 24,000 holds out all seven samples of a class.
    SelectiveClassifier: [
        {"estimator": estimator, "max_error_rate": 0.5, "random_state": 0}
        for estimator in (LogisticRegression(), GaussianNB())
    ],
}
# How many checks there are, from a version of scikit-learn on.
N_CHECKS = {
    "1.6": {
        CNNDigitClassifier: 62,
        DigitNormalizer: 44,
        PixelScaler: 46,
        SelectiveClassifier: 54,
    },
    "1.7": {
        CNNDigitClassifier: 62,
        DigitNormalizer: 45,
        PixelScaler: 47,
        SelectiveClassifier: 55,
    },
    "1.9": {
        CNNDigitClassifier: 63,
        DigitNormalizer: 45,
        PixelScaler: 47,
        SelectiveClassifier: 55,
    },
}

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning"),
    pytest.mark.filterwarnings("ignore:Nothing will be answered"),
    # The rows of the checks are no images.
    pytest.mark.filterwarnings("ignore:X has .* features, which is not a square"),
]


@parametrize_with_checks(
    [estimator(**arguments) for estimator, several in ARGUMENTS.items() for arguments in several]
)
def test_common_check(estimator, check):
    try:
        check(estimator)
    except SkipTest as skipped:
        if "SCIPY_ARRAY_API is not set" not in str(skipped):
            raise AssertionError("scikit-learn has skipped this check") from skipped
        raise


@pytest.mark.parametrize(
    "check",
    [
        check_estimator_cloneable,
        check_estimator_repr,
        check_get_params_invariance,
        check_no_attributes_set_in_init,
        check_parameters_default_constructible,
        check_set_params,
    ],
)
@pytest.mark.parametrize("estimator", [DigitReader(), Distortion()])
def test_parameters_of_what_takes_no_rows(estimator, check):
    check(type(estimator).__name__, estimator)


def test_every_public_estimator_is_checked():
    public = (getattr(skdigits, name) for name in skdigits.__all__)
    estimators = {
        each for each in public if isinstance(each, type) and issubclass(each, BaseEstimator)
    }
    assert {each for each in estimators if hasattr(each, "fit")} == ARGUMENTS.keys()


@pytest.mark.parametrize("estimator", N_CHECKS["1.6"], ids=lambda estimator: estimator.__name__)
def test_no_check_is_missing(estimator):
    """A newer scikit-learn than those listed has as many checks as the last of them, or more."""
    installed = parse_version(sklearn.__version__)
    listed = [version for version in N_CHECKS if parse_version(version) <= installed]
    expected = N_CHECKS[listed[-1]][estimator]
    n_checks = len(list(estimator_checks_generator(estimator(**ARGUMENTS[estimator][0]))))
    print(f"{estimator.__name__}: {n_checks} checks of scikit-learn {sklearn.__version__}")
    is_newer = installed.release[:2] > parse_version(max(N_CHECKS, key=parse_version)).release[:2]
    assert n_checks == expected or (is_newer and n_checks > expected)


def failures(*steps):
    """Return the names of the checks that a pipeline of these steps fails."""
    results = check_estimator(make_pipeline(*steps), on_fail=None)
    return {result["check_name"] for result in results if result["status"] == "failed"}


def test_a_pipeline_passes_what_a_pipeline_can():
    (arguments,) = ARGUMENTS[CNNDigitClassifier]
    ours = failures(PixelScaler(), CNNDigitClassifier(**arguments, random_state=0))
    assert ours <= failures(StandardScaler(), LogisticRegression())


@pytest.mark.slow
@parametrize_with_checks([CNNDigitClassifier()])
def test_common_check__default_parameters(estimator, check):
    check(estimator)
