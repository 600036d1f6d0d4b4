"""Every estimator passes every one of scikit-learn's common checks, with default parameters."""

import os
import subprocess
import sys

import pytest
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator, parametrize_with_checks

from skdigits import CNNDigitClassifier, PixelScaler


@parametrize_with_checks([CNNDigitClassifier(), PixelScaler()])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore:SCIPY_ARRAY_API is not set")
def test_common_check(estimator, check):
    check(estimator)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_pipeline_passes_every_check():
    check_estimator(make_pipeline(PixelScaler(), CNNDigitClassifier()))


ARRAY_API_CHECKS = """
from collections import Counter
from sklearn.utils.estimator_checks import check_estimator
from skdigits import CNNDigitClassifier, PixelScaler
for estimator in (CNNDigitClassifier(), PixelScaler()):
    print(Counter(result["status"] for result in check_estimator(estimator)))
"""


def test_checks_pass_and_none_is_skipped_with_the_array_api():
    environment = {**os.environ, "SCIPY_ARRAY_API": "1"}
    output = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ARRAY_API_CHECKS],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert output.count("passed") == 2
    assert "skipped" not in output
