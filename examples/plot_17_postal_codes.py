"""
Read a doubtful postal code
===========================

A number is more than its digits: a postal code is one of a list, a year begins
with 19, an ISBN has a check digit. :class:`~skdigits.DigitReader` uses that
exactly.
"""

# %%
# A code that is hard to read
# ---------------------------
# Pictures are composed here, as :func:`~skdigits.datasets.compose_strings`
# does it, of digits that :func:`~skdigits.datasets.make_digits` draws. The
# reader comes with the package.

import matplotlib.pyplot as plt
import numpy as np

from skdigits import load_reader
from skdigits.datasets import compose_strings, make_digits
from skdigits.displays import ReadingDisplay

pictures, codes = compose_strings(
    *make_digits(random_state=3), 200, lengths=5, heights=(10, 16), blur=3, cuts=0, random_state=0
)
reader = load_reader()
readings = list(reader.read_many(pictures))
doubtful = np.argsort([reading.confidence for reading in readings])
wrong = [int(i) for i in doubtful if readings[i].best_unconstrained != codes[i]]
print(f"{len(wrong)} of {len(codes)} codes are misread")

# %%
# One of them: its doubt shows in the probabilities, and as "?" where it is too
# large.

hard = [i for i in wrong if len(readings[i].best_unconstrained) == 5][-1]
print("on the paper:", codes[hard])
ReadingDisplay.from_picture(reader, pictures[hard])
plt.show()

# %%
# What is known
# -------------
# It has five digits; and it is one of the 8,000 codes that there are. Each
# time, the reader finds the most probable number among all that are possible,
# and says how probable it is among them.

rng = np.random.default_rng(0)
possible = {f"{code:05}" for code in rng.choice(100_000, 8_000, replace=False)} | set(codes)
for known in ({"length": 5}, {"allowed": sorted(possible)}):
    reader.set_params(**known)
    print(f"{next(iter(known)):8} {reader.read(pictures[hard])}")

# %%
# All codes together: the less is possible, the more is read.

shares = []
for known in (
    {"length": None, "allowed": None},
    {"length": 5},
    {"length": None, "allowed": sorted(possible)},
):
    reader.set_params(min_probability=0, **known)
    shares.append(reader.score(pictures, codes))
figure, ax = plt.subplots(figsize=(6, 2.4), layout="constrained")
bars = ax.barh(["nothing", "5 digits", "one of 8,000"], shares, color="tab:blue")
ax.bar_label(bars, [f"{share:.1%}" for share in shares], padding=4)
ax.set(xlim=(0, 1.1), xlabel="share of codes read exactly", ylabel="known")
ax.invert_yaxis()
ax.set_title("What is known makes up for what is hard to see")
plt.show()
