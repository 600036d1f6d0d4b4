"""
Save and share a model
======================

A trained network is saved in one file. Loading it runs no code from the file.
The pretrained model is such a file.
"""

# %%
# Save and load
# -------------
# This works for a classifier, or a pipeline of steps of this package.

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
X, y = X[:10_000], y[:10_000]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
classifier = CNNDigitClassifier(max_epochs=3, random_state=0)
model = make_pipeline(PixelScaler(), classifier)
model.fit(X_train, y_train)

folder = TemporaryDirectory()
path = Path(folder.name, "digits.safetensors")
save_model(model, path)
loaded = load_model(path)
print(f"{path.name} has {path.stat().st_size / 1000:,.0f} kB")
same = (loaded.predict(X_test) == model.predict(X_test)).all()
print(f"same predictions: {same}")

# %%
# What is in the file
# -------------------
# The tensors of the network, and a JSON text with everything else: parameters,
# what ``fit`` learned, and versions. Any program that reads safetensors can
# open it.

with safe_open(path, framework="numpy") as file:
    description = json.loads(file.metadata()["skdigits"])
    print(f"{len(list(file.keys()))} tensors")
print(f"versions: {description['versions']}")
for name, step in description["model"]["steps"]:
    print(f"{name}: {', '.join(step['learned'])}")

# %%
# Damaged files are refused
# -------------------------
# The text contains a checksum, so that a damaged file is refused instead of
# making wrong predictions.

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
# :func:`~skdigits.load_pretrained` opens a file of the same kind. The model
# reads images in MNIST's form. :class:`~skdigits.DigitNormalizer` brings other
# images to this form, such as the 8x8 digits of scikit-learn, on which it was
# not trained.

others = load_digits()
reader = make_pipeline(DigitNormalizer(), load_pretrained())
y_others = reader.classes_[others.target[:300]]
accuracy = reader.score(others.data[:300], y_others)
print(f"accuracy on 300 of the 8x8 digits: {accuracy:.1%}")
SamplePredictionsDisplay.from_estimator(
    reader,
    others.data[:300],
    y_others,
    random_state=0,
)
plt.show()

# %%
# Its card
# --------
# A model that you share should say what it was trained on, how accurate it is,
# and what its limits are. :func:`~skdigits.pretrained_card` returns this for
# the pretrained model, as plain data.

card = pretrained_card()
print(f"trained on {card['data']['name']}: {card['data']['train']}")
print(f"accuracy on MNIST's test images: {card['figures']['accuracy']:.2%}")
for limit in card["limits"]:
    print(f"- {limit}")

# %%
# Its accuracy on test images that were corrupted in fifteen ways shows its
# weaknesses.

# sphinx_gallery_thumbnail_number = 2
errors = card["figures"]["corruption_errors"]
kinds = sorted(errors, key=errors.get)
names = [kind.replace("_", " ") for kind in kinds]
figure, ax = plt.subplots(figsize=(6.5, 4.2), layout="constrained")
bars = ax.barh(names, [100 * errors[kind] for kind in kinds], color="#0072B2")
ax.bar_label(bars, fmt="%.1f", padding=3)
ax.set_xlabel("error rate (%)")
ax.set_title("Errors of the pretrained model on corrupted MNIST")
ax.margins(x=0.08)
ax.spines[["top", "right"]].set_visible(False)
plt.show()
