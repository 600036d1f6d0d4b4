"""
Read a doubtful postal code
===========================

Much is known about a number besides its digits: a postal code is one of a
list, a year begins with 19, an ISBN has a check digit.
:class:`~skdigits.DigitReader` uses such knowledge exactly.
"""

# %%
# A code that is hard to read
# ---------------------------
# The pictures are made here: :func:`~skdigits.datasets.make_digits` draws
# digits, and :func:`~skdigits.datasets.compose_strings` puts them together.
# The pretrained reader reads them.

import matplotlib.pyplot as plt
import numpy as np

from skdigits import load_reader
from skdigits.datasets import compose_strings, make_digits
from skdigits.displays import ReadingDisplay

form = {"lengths": 5, "heights": (10, 16), "blur": 3, "cuts": 0}
digits = make_digits(n_writers=20, n_copies=5, random_state=3)
pictures, codes = compose_strings(*digits, 100, **form, random_state=0)
reader = load_reader()
readings = list(reader.read_many(pictures))
numbers = np.array([reading.best_unconstrained for reading in readings])
wrong = np.flatnonzero(numbers != codes)
print(f"{len(wrong)} of {len(codes)} codes are misread")

# %%
# For one of them, the probabilities show which digit is doubtful. If a digit
# is too doubtful, the answer has a "?" in its place.

hard = max(
    (i for i in wrong if len(numbers[i]) == 5),
    key=lambda i: readings[i].confidence,
)
print("on the paper:", codes[hard])
ReadingDisplay.from_picture(reader, pictures[hard])
plt.show()

# %%
# Add what is known
# -----------------
# The number has five digits, and it is one of the 8,000 codes that exist. In
# each case, the reader finds the most probable of all possible numbers, and
# its probability among them.

rng = np.random.default_rng(0)
possible = {f"{code:05}" for code in rng.choice(100_000, 8_000, replace=False)}
possible |= set(codes)
five_digits = {"length": 5}
in_list = {"length": None, "allowed": sorted(possible)}
print("nothing known:", readings[hard])
print("five digits:  ", reader.set_params(**five_digits).read(pictures[hard]))
print("one of 8,000: ", reader.set_params(**in_list).read(pictures[hard]))

# %%
# All codes together: the fewer numbers are possible, the more are read
# correctly.

accuracy = {"nothing": np.mean(numbers == codes)}
reader.set_params(min_probability=0, length=5, allowed=None)
accuracy["5 digits"] = reader.score(pictures, codes)
reader.set_params(**in_list)
accuracy["one of 8,000"] = reader.score(pictures, codes)

figure, ax = plt.subplots(figsize=(6, 2.4), layout="constrained")
bars = ax.barh(list(accuracy), 100 * np.array([*accuracy.values()]))
ax.bar_label(bars, fmt="%.0f %%", padding=4)
ax.set(xlim=(0, 110), xlabel="codes read correctly (%)", ylabel="known")
ax.set_xticks(range(0, 101, 20))
ax.invert_yaxis()
ax.set_title("The more is known, the more codes are read")
plt.show()
