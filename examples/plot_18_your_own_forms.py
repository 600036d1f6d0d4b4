"""
Teach the reader your own forms
===============================

The reader that comes with the package has learned from many hands. If all of
your forms are filled in by a few, some dozens of labelled pictures teach it
theirs.
"""

# %%
# A hand of its own
# -----------------
# Here stands a writer whose digits :func:`~skdigits.datasets.make_digits`
# draws, with a heavy slant, on grey forms with rules.

import matplotlib.pyplot as plt
import numpy as np

from skdigits import load_reader
from skdigits.datasets import compose_strings, make_digits
from skdigits.displays import ReadingDisplay

writer = make_digits(n_writers=1, n_copies=60, random_state=11)
form = {"lengths": 4, "slants": 48, "gaps": (0, 0.3), "heights": (12, 18), "rules": 1}
pictures, strings = compose_strings(*writer, 200, **form, random_state=0)
unseen, their_strings = pictures[50:], strings[50:]

ReadingDisplay.from_picture(load_reader(), unseen[0])
plt.show()

# %%
# Some pictures, and then more
# ----------------------------
# With ``warm_start=True``, ``fit`` continues from what the reader can.
# Composed numbers of many hands are learned beside the pictures, so that it
# does not forget those. By default, training takes several times as long as
# here.

others, other_strings = compose_strings(*make_digits(random_state=5), 100, random_state=1)
numbers, on_forms, on_others = [0, 10, 20, 50], [], []
for n in numbers:
    reader = load_reader().set_params(warm_start=True, min_probability=0, random_state=0)
    reader.set_params(n_rehearsed=300, max_epochs=5)
    if n:
        reader.fit(pictures[:n], strings[:n])
    on_forms.append(reader.score(unseen, their_strings))
    on_others.append(reader.score(others, other_strings))
    print(f"{n:2} pictures: {on_forms[-1]:.1%} of the forms, {on_others[-1]:.1%} of other hands")

# %%
# What they bring
# ---------------

# sphinx_gallery_thumbnail_number = 2
figure, ax = plt.subplots(figsize=(6, 3.6), layout="constrained")
ax.plot(numbers, np.multiply(on_forms, 100), marker="o", label="these forms")
ax.plot(numbers, np.multiply(on_others, 100), marker="s", label="other hands")
ax.set(xlabel="pictures of the forms for fit", ylabel="read exactly (%)", xticks=numbers)
ax.set_title("Some dozens of pictures teach the reader a hand")
ax.legend()
plt.show()
