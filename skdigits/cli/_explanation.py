"""Pictures of what the normaliser did."""

from itertools import count
from pathlib import Path

from skdigits._utils.files import write_new
from skdigits.cli._evaluation import draw_picture


def save_steps(file, diagnosis, classifier):
    """Save the steps from a picture to the answer as PNG in the current folder.

    Parameters
    ----------
    file : str
        The picture.
    diagnosis : Diagnosis
        Of it.
    classifier : estimator instance
        Fitted classifier that reads rows of 28x28 pixels.

    Returns
    -------
    problem : str or None
        Why there is no ``NAME-steps.png`` now. One that exists is left alone, and another name
        taken.
    """
    from skdigits.displays import NormalizationDisplay

    try:
        picture = draw_picture(
            lambda axes: NormalizationDisplay.from_diagnosis(diagnosis, classifier, ax=axes),
            (10, 3.6),
            n_panels=4,
        )
        _write_new(Path(file).stem, picture)
    except OSError as error:
        return str(error)
    except ValueError as error:
        return f"The steps of {file} cannot be saved: {error}"
    return None


def _write_new(stem, content):
    """Write a file of a name that is free."""
    for number in count(1):
        try:
            return write_new(f"{stem}-steps{f'-{number}' if number > 1 else ''}.png", content)
        except FileExistsError:
            continue
