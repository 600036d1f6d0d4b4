"""The answer to a picture of a digit."""

from dataclasses import dataclass, field, fields

from skdigits._utils.wording import percent
from skdigits.normalizer import Diagnosis


@dataclass
class Answer:
    """The digit read from a picture, as returned by `read_digits`.

    Its text (``str``) is a short summary, as in the examples below.

    Parameters
    ----------
    name : str
        The path of the picture, the name of an open file, or its place, as in ``"pictures[3]"``.
    label : str, default=None
        The most probable label. If `rejected`, the classifier's ``reject_label_``, such as ``"?"``.
        None if there is no ink or the picture cannot be read.
    probability : float, default=None
        Probability of the most probable label, in [0, 1]. None if the classifier has no
        ``predict_proba``.
    runners_up : tuple of dict, default=()
        The next two labels, each with its "label" and "probability". If `rejected`, the best two.
    score : float, default=None
        Similarity of the picture to the training images, from ``score_samples``. None if the
        classifier has no such method.
    like_a_digit : bool, default=None
        Whether the score is 0 or more. False if there is no ink, None if there is no score.
    several : bool, default=None
        Whether parts of the ink are side by side, as in several digits. None if it is unknown,
        because the model does not read images of 28 × 28 pixels.
    rejected : bool, default=False
        Whether the classifier gives no label, because it is too uncertain or the picture is not
        like a digit.
    findings : tuple of str, default=()
        What the normaliser found and changed, in words.
    error : str, default=None
        Why the picture could not be read; None if it was read.
    diagnosis : Diagnosis, default=None
        Everything that the normaliser found, if it was kept.

    See Also
    --------
    read_digits : Reads pictures.

    Examples
    --------
    >>> from skdigits import Answer
    >>> str(Answer("photo.jpg", "7", 0.93, ({"label": "1", "probability": 0.04},)))
    '7 (93 %), then 1 (4 %)'
    >>> str(Answer("photo.jpg", "7", 0.93, like_a_digit=False, several=True))
    '7 (93 %), but not like a digit, perhaps several digits'
    """

    name: str
    label: str | None = None
    probability: float | None = None
    runners_up: tuple = ()
    score: float | None = None
    like_a_digit: bool | None = None
    several: bool | None = None
    rejected: bool = False
    findings: tuple = ()
    error: str | None = None
    diagnosis: Diagnosis | None = field(default=None, repr=False, compare=False)

    def to_dict(self):
        """Return the answer as a dict of plain values, for JSON.

        Returns
        -------
        values : dict
            All attributes except `name` and `diagnosis`.
        """
        names = [each.name for each in fields(self) if each.name not in ("name", "diagnosis")]
        return {name: getattr(self, name) for name in names}

    def __str__(self):
        if self.error is not None:
            return self.error
        if self.label is None:
            return "no ink found"
        doubts = []
        if self.like_a_digit is False:
            doubts.append("not like a digit")
        if self.several:
            doubts.append("perhaps several digits")
        if self.rejected:
            guess = f"best guess {self.runners_up[0]['label']}, {percent(self.probability)}"
            return ", ".join([f"{self.label} ({guess})", *doubts])
        label = self.label
        if self.probability is not None:
            label += f" ({percent(self.probability)})"
        if doubts:
            return f"{label}, but {', '.join(doubts)}"
        others = [f"{each['label']} ({percent(each['probability'])})" for each in self.runners_up]
        return f"{label}, then {', '.join(others)}" if others else label
