"""Plots of a fitted classifier of images, in scikit-learn's Display form."""

from skdigits.displays._confusion_gallery import ConfusionGalleryDisplay
from skdigits.displays._embedding import EmbeddingDisplay
from skdigits.displays._feature_maps import FeatureMapsDisplay
from skdigits.displays._label_issues import LabelIssuesDisplay
from skdigits.displays._misclassified import MisclassifiedDisplay
from skdigits.displays._normalization import NormalizationDisplay
from skdigits.displays._reading import ReadingDisplay
from skdigits.displays._risk_coverage import RiskCoverageDisplay
from skdigits.displays._saliency import SaliencyDisplay
from skdigits.displays._sample_predictions import SamplePredictionsDisplay
from skdigits.displays._training_curve import TrainingCurveDisplay

__all__ = [
    "ConfusionGalleryDisplay",
    "EmbeddingDisplay",
    "FeatureMapsDisplay",
    "LabelIssuesDisplay",
    "MisclassifiedDisplay",
    "NormalizationDisplay",
    "ReadingDisplay",
    "RiskCoverageDisplay",
    "SaliencyDisplay",
    "SamplePredictionsDisplay",
    "TrainingCurveDisplay",
]
