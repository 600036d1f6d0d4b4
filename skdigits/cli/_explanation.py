"""Pictures of what the normaliser did."""

import io
from itertools import count
from pathlib import Path

from skdigits.cli._evaluation import save_picture


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

    picture = io.BytesIO()
    try:
        save_picture(
            picture,
            lambda axes: NormalizationDisplay.from_diagnosis(diagnosis, classifier, ax=axes),
            (10, 3.6),
            n_panels=4,
        )
        _write_new(Path(file).stem, picture.getvalue())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        return f"The steps of {file} cannot be saved: {reason}."
    return None


def _write_new(stem, content):
    """Write a file of a name that is free."""
    for number in count(1):
        path = Path(f"{stem}-steps{f'-{number}' if number > 1 else ''}.png")
        try:
            file = path.open("xb")
        except FileExistsError:
            continue
        try:
            with file:
                file.write(content)
        except BaseException:
            path.unlink()
            raise
        return
