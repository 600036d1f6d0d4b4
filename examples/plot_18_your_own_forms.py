"""
Teach the reader your own forms
===============================

The pretrained reader was trained with many handwritings. If only a few people
fill in your forms, some dozens of labelled pictures make it more accurate on
them.
"""

# %%
# A handwriting of its own
# ------------------------
# Here, :func:`~skdigits.datasets.make_digits` draws the digits of one writer.
# They are very slanted, and on grey forms with rules.

import matplotlib.pyplot as plt
import numpy as np

from skdigits import load_reader
from skdigits.datasets import compose_strings, make_digits
from skdigits.displays import ReadingDisplay

writer = make_digits(n_writers=1, n_copies=60, random_state=11)
form = {"lengths": 4, "slants": 48, "gaps": (0, 0.3), "heights": (12, 18)}
form |= {"rules": 1, "random_state": 0}
pictures, strings = compose_strings(*writer, 200, **form)
unseen, their_strings = pictures[20:], strings[20:]

reader = load_reader().set_params(min_probability=0)
ReadingDisplay.from_picture(reader, unseen[0])
plt.show()

# %%
# Train it with some pictures
# ---------------------------
# With ``warm_start=True``, ``fit`` continues from the pretrained reader. It
# also learns composed numbers in many handwritings (``n_rehearsed``), so that
# the reader stays accurate on these. By default, training takes several times
# as long as here.

others = make_digits(n_writers=20, n_copies=5, random_state=5)
others, other_strings = compose_strings(*others, 60, random_state=1)


def print_accuracy(when):
    """Print and return the accuracy on these forms and on other numbers."""
    accuracy = [
        reader.score(unseen, their_strings),
        reader.score(others, other_strings),
    ]
    print(f"{when}: {accuracy[0]:.0%}, other handwritings {accuracy[1]:.0%}")
    return accuracy


before = print_accuracy("before")
reader.set_params(warm_start=True, n_rehearsed=300, max_epochs=5)
reader.set_params(random_state=0).fit(pictures[:20], strings[:20])
after = print_accuracy("after 20 pictures")

# %%
# The result
# ----------

# sphinx_gallery_thumbnail_number = 2
figure, ax = plt.subplots(figsize=(6, 3), layout="constrained")
rows = np.arange(2)
for shift, accuracy, label, color in (
    (-0.2, before, "pretrained", "silver"),
    (0.2, after, "after 20 pictures of the forms", "#0072B2"),
):
    bars = ax.barh(
        rows + shift,
        np.multiply(accuracy, 100),
        height=0.38,
        label=label,
        color=color,
    )
    ax.bar_label(bars, fmt="%.0f %%", padding=3)
ax.set_yticks(rows, ["these forms", "other handwritings"])
ax.invert_yaxis()
ax.set(xlim=(0, 110), xlabel="numbers read correctly (%)")
ax.set_title("Twenty pictures teach a handwriting")
figure.legend(loc="outside lower center", ncols=2)
plt.show()
