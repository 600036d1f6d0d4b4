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
unseen, their_strings = pictures[50:], strings[50:]

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
sizes = [0, 10, 20, 50]
accuracies = []

for n in sizes:
    reader = load_reader().set_params(min_probability=0)
    if n:
        reader.set_params(warm_start=True, n_rehearsed=300, max_epochs=5)
        reader.set_params(random_state=0).fit(pictures[:n], strings[:n])
    accuracy = (
        reader.score(unseen, their_strings),
        reader.score(others, other_strings),
    )
    accuracies.append(accuracy)
    print(f"{n} pictures: {accuracy[0]:.0%}, others {accuracy[1]:.0%}")

# %%
# The learning curve
# ------------------

# sphinx_gallery_thumbnail_number = 2
figure, ax = plt.subplots(figsize=(6, 3.5), layout="constrained")
for accuracy, label, style in zip(
    np.transpose(accuracies),
    ("these forms", "other handwritings"),
    ("o-", "s--"),
    strict=True,
):
    ax.plot(sizes, 100 * accuracy, style, label=label)
ax.set(
    xlabel="labelled pictures of the forms",
    ylabel="numbers read correctly (%)",
    title="Some dozens of pictures teach a handwriting",
)
ax.legend()
plt.show()
