"""
Find the usual mistakes
=======================

A good network makes many errors if images or labels have another form than in
training. Here, such mistakes are made on purpose, and
:func:`~skdigits.diagnose` finds what is wrong.
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
classifier = CNNDigitClassifier(max_epochs=4, random_state=0)
classifier.fit(X_train, y_train)
print(f"accuracy on the test images: {classifier.score(X_test, y_test):.2%}")
print(diagnose(classifier, X_test, y_test))

# %%
# Mistakes with images
# --------------------
# Ink and paper swapped, rows and columns swapped, digits off-centre, and
# pixels on another scale, on which the images look blank.

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
# ``diagnose`` corrects each possible mistake in turn, and reports the one
# whose correction makes the predictions right.

for name, form in pictures.items():
    print(f"--- {name}: accuracy {classifier.score(form, y_test):.0%}")
    print(diagnose(classifier, form, y_test))

# %%
# Mistakes with labels
# --------------------
# Labels counted from 1 instead of 0, labels of another type, each label one
# row below its image; and training images in the test set, which make any
# model look good.

classes, positions = np.unique(y_test, return_inverse=True)
other_type = y_test.astype(int if isinstance(y_test[0], str) else str)
labels = {
    "counted from 1": classes[(positions + 1) % 10],
    "of another type": other_type,
    "one row below": np.roll(y_test, 1),
}
for name, y_given in labels.items():
    print(f"--- {name}")
    print(diagnose(classifier, X_test, y_given))

print("--- training images in the test set")
print(diagnose(classifier, X_train[:450], y_train[:450], X_train=X_train))
