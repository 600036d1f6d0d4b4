"""What a model reads in image files."""

from dataclasses import dataclass, field, replace
from typing import Any

from skdigits.cli._images import MNIST, image_shape

CHUNK = 16  # files that are read before the model is asked


@dataclass
class Answer:
    """What is said of a file.

    Parameters
    ----------
    file : str
        As it was named.
    label : str, default=None
        None where there is no ink; where a selective classifier rejects the image, its
        ``reject_label_``.
    probability : float, default=None
        Of the most probable label.
    runners_up : list of dict
        The next two, with label and probability; where the image was rejected, the best two.
    score : float, default=None
        What ``score_samples`` gives.
    like_a_digit : bool, default=None
        Whether the score is that of a digit.
    findings : list of str
        What the normaliser found.
    error : str, default=None
        Why the file could not be read.
    rejected : bool, default=False
        Whether a selective classifier gave no answer.
    diagnosis : Diagnosis, default=None
        The normaliser's, where the reader keeps it.
    """

    file: str
    label: str | None = None
    probability: float | None = None
    runners_up: list = field(default_factory=list)
    score: float | None = None
    like_a_digit: bool | None = None
    findings: list = field(default_factory=list)
    error: str | None = None
    rejected: bool = False
    diagnosis: Any = None


class Reader:
    """A model, with a normaliser in front where it reads images of MNIST's form.

    Parameters
    ----------
    model : estimator instance
        Fitted classifier of this package, or a pipeline that ends in one.
    keep_diagnoses : bool, default=False
        Whether answers have the diagnosis, which holds images of the size of the picture.
    """

    def __init__(self, model, keep_diagnoses=False):
        from skdigits.normalizer import DigitNormalizer, find_normalizer, without_normalizer

        self.keep_diagnoses = keep_diagnoses
        self.shape = image_shape(model)
        self.normalizer, self.classifier = find_normalizer(model), model
        if self.normalizer is not None:
            self.classifier = without_normalizer(model)
        elif self.shape == MNIST:
            self.normalizer = DigitNormalizer()

    def answers(self, files):
        """Yield an Answer for each of some files, as soon as a chunk of them is read."""
        for start in range(0, len(files), CHUNK):
            looks = [self._look(file) for file in files[start : start + CHUNK]]
            images = [image for _, image in looks if image is not None]
            replies = iter(self._ask(images) if images else ())
            for answer, image in looks:
                yield answer if image is None else replace(answer, **next(replies))

    def _look(self, file):
        """Return an answer to complete and the image to ask the model about, if there is one."""
        from skdigits.normalizer import read_image

        answer = Answer(str(file))
        try:
            if self.normalizer is None:
                return answer, read_image(file, self.shape)
            diagnosis = self.normalizer.diagnose(file)
        except ValueError as error:
            answer.error = str(error)
            return answer, None
        answer.findings = list(diagnosis.findings)
        if self.keep_diagnoses:
            answer.diagnosis = diagnosis
        if diagnosis.empty:
            answer.like_a_digit = False
            return answer, None
        return answer, diagnosis.row

    def _ask(self, images):
        """Yield what the model says of each image, as the fields of an Answer."""
        classes = [str(label) for label in self.classifier.classes_]
        labels, probabilities, scores = (
            getattr(self.classifier, name)(images)
            for name in ("predict", "predict_proba", "score_samples")
        )
        for label, row, score in zip(map(str, labels), probabilities, scores, strict=True):
            best = [
                {"label": classes[index], "probability": float(row[index])}
                for index in (-row).argsort()[:3]
            ]
            yield {
                "label": label,
                "probability": best[0]["probability"],
                "runners_up": [each for each in best if each["label"] != label][:2],
                "score": float(score),
                "like_a_digit": bool(score >= 0),
                "rejected": label not in classes,
            }
