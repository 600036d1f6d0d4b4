"""Pictures of what the normaliser did."""

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
    problem : str or None
        Why there is no ``NAME-steps.png`` now. One that exists is left alone, and another name
        taken.
    """
    from skdigits.displays import NormalizationDisplay

    try:
        display = NormalizationDisplay(answer.diagnosis, answer=answer, picture=answer.name)
        picture = draw_picture(
            lambda axes: display.plot(ax=axes),
            (10, 3.6),
            n_panels=4,
        )
        _write_new(Path(answer.name).stem, picture)
    except OSError as error:
        return str(error)
    except ValueError as error:
        return f"The steps of {answer.name} cannot be saved: {error}"
    return None


def _write_new(stem, content):
    """Write a file of a name that is free."""
    for number in count(1):
        try:
            return write_new(f"{stem}-steps{f'-{number}' if number > 1 else ''}.png", content)
        except FileExistsError:
            continue
