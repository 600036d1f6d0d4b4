"""Every estimator passes every one of scikit-learn's common checks, with default parameters.

With SCIPY_ARRAY_API=1, as `tox` sets it, none is skipped.
"""

import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator, parametrize_with_checks

from skdigits import CNNDigitClassifier, PixelScaler

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning"),
    # Their rows are no images.
    pytest.mark.filterwarnings("ignore:X has .* features, which is not a square"),
]


@parametrize_with_checks([CNNDigitClassifier(), PixelScaler()])
def test_common_check(estimator, check):
    check(estimator)


def failures(*steps):
    """Return the names of the checks that a pipeline of these steps fails."""
    results = check_estimator(make_pipeline(*steps), on_fail=None)
    return {result["check_name"] for result in results if result["status"] == "failed"}


def test_a_pipeline_passes_what_a_pipeline_can():
    # Its size is nothing to the pipeline; the default one is checked alone, above.
    ours = failures(PixelScaler(), CNNDigitClassifier(filters=(8,), random_state=0))
    assert ours <= failures(StandardScaler(), LogisticRegression())
