"""Pictures of the steps of the normaliser."""

from itertools import count
from pathlib import Path

from skdigits._utils.files import write_new
from skdigits.cli._evaluation import draw_picture


def save_steps(answer):
    """Save the steps from a picture to the answer as PNG in the current folder.

    Parameters
    ----------
    answer : Answer
        To an image file, with the diagnosis.

    Returns
    -------
    path : str
        ``NAME-steps.png``, or with a number if that exists.

    Raises
    ------
    OSError, ValueError
        If it cannot be written or drawn.
    """
    from skdigits.displays import NormalizationDisplay

    try:
        display = NormalizationDisplay(answer.diagnosis, answer=answer, picture=answer.name)
        picture = draw_picture(lambda axes: display.plot(ax=axes), (6.4, 6), 2, 2)
    except ValueError as error:
        raise ValueError(f"The steps of {answer.name} cannot be drawn: {error}") from error
    return _write_new(Path(answer.name).stem, picture)


def _write_new(stem, content):
    """Write a file of a name that is free, and return that."""
    for number in count(1):
        path = f"{stem}-steps{f'-{number}' if number > 1 else ''}.png"
        try:
            write_new(path, content)
        except FileExistsError:
            continue
        return path
