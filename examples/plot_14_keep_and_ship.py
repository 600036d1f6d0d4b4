"""
Keep and ship a model
=====================

A trained network goes into one file, which anyone can open without running code that it might hold.
And one such file comes with the package.
"""

# %%
# Save and load
# -------------
# A classifier, or a pipeline of this package's steps.

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
from safetensors import safe_open
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from skdigits import (
    CNNDigitClassifier,
    DigitNormalizer,
    ModelFileError,
    PixelScaler,
    load_model,
    load_pretrained,
    pretrained_card,
    save_model,
)
from skdigits.datasets import fetch_mnist
from skdigits.displays import SamplePredictionsDisplay

try:
    X, y = fetch_mnist(download_if_missing=False, return_X_y=True)
except OSError:  # MNIST is not on this machine
    X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X[:10_000], y[:10_000], random_state=0)
model = make_pipeline(PixelScaler(), CNNDigitClassifier(max_epochs=3, random_state=0))
model.fit(X_train, y_train)

folder = TemporaryDirectory()
path = Path(folder.name, "digits.safetensors")
save_model(model, path)
loaded = load_model(path)
print(f"{path.name} has {path.stat().st_size / 1000:,.0f} kB")
print(f"same answers: {(loaded.predict(X_test) == model.predict(X_test)).all()}")

# %%
# What is in the file
# -------------------
# The network's tensors, and a JSON text of all else: parameters, what ``fit`` learned, and with
# which versions. Any program that reads safetensors can look at it.

with safe_open(path, framework="numpy") as file:
    description = json.loads(file.metadata()["skdigits"])
    print(f"{len(list(file.keys()))} tensors")
print(f"versions: {description['versions']}")
for name, step in description["model"]["steps"]:
    print(f"{name}: {', '.join(step['learned'])}")

# %%
# What has been altered is refused
# --------------------------------
# A checksum is part of the text, so that a file that was damaged on its way does not answer
# wrongly.

content = bytearray(path.read_bytes())
content[-1] ^= 1
path.write_bytes(content)
try:
    load_model(path)
except ModelFileError as error:
    print(str(error).replace(folder.name, "..."))
folder.cleanup()

# %%
# The pretrained model
# --------------------
# :func:`~skdigits.load_pretrained` opens a file of the same kind. It reads images in MNIST's form;
# :class:`~skdigits.DigitNormalizer` brings others there, such as the 8x8 digits of scikit-learn,
# which it was not trained on.

others = load_digits()
reader = make_pipeline(DigitNormalizer(), load_pretrained())
y_others = reader.classes_[others.target[:300]]
print(f"{reader.score(others.data[:300], y_others):.1%} of 300 are read right")
SamplePredictionsDisplay.from_estimator(
    reader, others.data[:300], y_others, n_images=12, random_state=0
)
plt.show()

# %%
# Its card
# --------
# A model to be shipped should say what it was trained on, how well it does, and what it cannot.
# :func:`~skdigits.pretrained_card` returns that as plain data.

card = pretrained_card()
print(f"trained on {card['data']['name']}: {card['data']['train']}")
print(f"{card['figures']['accuracy']:.2%} of MNIST's test images are read right")
for limit in card["limits"]:
    print(f"- {limit}")

# %%
# Test images that were corrupted in fifteen ways show where it is weak.

# sphinx_gallery_thumbnail_number = 2
errors = dict(sorted(card["figures"]["corruption_errors"].items(), key=lambda item: item[1]))
names = [name.replace("_", " ") for name in errors]
figure, ax = plt.subplots(figsize=(6.5, 4.2), layout="constrained")
bars = ax.barh(names, [100 * error for error in errors.values()], color="#0072B2")
ax.bar_label(bars, fmt="%.1f", padding=3)
ax.set(xlabel="read wrong (%)", title="Errors of the pretrained network on corrupted MNIST")
ax.margins(x=0.08)
ax.spines[["top", "right"]].set_visible(False)
plt.show()
