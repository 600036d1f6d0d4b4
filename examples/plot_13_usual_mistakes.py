"""
Find the usual mistakes
=======================

A good network reads badly when it is given images or labels in another form than in training.
Here such mistakes are made on purpose, and :func:`~skdigits.diagnose` is asked what is wrong.
"""

# %%
# A good network
# --------------

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from skdigits import CNNDigitClassifier, diagnose
from skdigits.datasets import fetch_mnist

try:
    X, y = fetch_mnist(download_if_missing=False, return_X_y=True)
except OSError:  # MNIST is not on this machine
    X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(
    X[:6_000], y[:6_000], test_size=450, random_state=0
)
classifier = CNNDigitClassifier(max_epochs=4, random_state=0).fit(X_train, y_train)
print(f"{classifier.score(X_test, y_test):.2%} of the test images are read right")
print(diagnose(classifier, X_test, y_test))

# %%
# Mistakes with images
# --------------------
# Ink and paper exchanged, rows and columns exchanged, digits out of the centre, another scale,
# which on that of the training is as good as blank.

side = int(X.shape[1] ** 0.5)
images = X_test.reshape(-1, side, side)
pictures = {
    "as in training": images,
    "inverted": X.max() - images,
    "transposed": images.transpose(0, 2, 1),
    "off-centre": np.roll(images, side // 4, axis=2),
    "from 0 to 1": images / X.max(),
}
figure, axes = plt.subplots(1, 5, figsize=(8, 2.1), layout="constrained")
figure.suptitle("One image, right and in four wrong forms")
for ax, (name, form) in zip(axes, pictures.items(), strict=True):
    ax.imshow(form[0], cmap="gray_r", vmin=0, vmax=X.max())
    ax.set_title(name, fontsize="medium")
    ax.set(xticks=[], yticks=[])
plt.show()

# %%
# ``diagnose`` undoes each mistake in turn, and tells the one without which the images are read.

for name, form in pictures.items():
    print(f"--- {name}: {classifier.score(form, y_test):.0%} are read right")
    print(diagnose(classifier, form, y_test))

# %%
# Mistakes with labels
# --------------------
# Counted from 1 instead of 0, of another type, or each in the row below its image; and images of
# the training among those of the test, which make any model look good.

classes, positions = np.unique(y_test, return_inverse=True)
other_type = y_test.astype(int) if isinstance(y_test[0], str) else y_test.astype(str)
labels = {
    "counted from 1": classes[(positions + 1) % 10],
    "of another type": other_type,
    "one row below": np.roll(y_test, 1),
}
for name, y_given in labels.items():
    print(f"--- {name}")
    print(diagnose(classifier, X_test, y_given))

print("--- images of the training")
print(diagnose(classifier, X_train[:450], y_train[:450], X_train=X_train))
