"""Draw the pictures of the README, and the site's icon, into ``docs/_static``.

python -m docs.draw_pictures

from the checkout's root.
"""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image, ImageDraw

from examples.benchmarks.plot import plot_accuracy
from examples.benchmarks.report import machine
from skdigits import DigitNormalizer, load_pretrained, load_reader

DOCS = Path(__file__).parent
STATIC = DOCS / "_static"
BLUE = "#0072B2"
NOT_COMPARABLE = {"svc", "accurate-20"}  # a sixth of the images; the same network for less long


def draw_answers(path):
    """Draw a photo of a digit, and one of a number, each beside what is seen and the answer."""
    figure, axes = plt.subplots(
        2, 3, figsize=(9.6, 4.3), layout="constrained", gridspec_kw={"height_ratios": (1.7, 1)}
    )
    titles = ("a photo", "what the model sees", "the answer")
    for ax, title in zip(axes[0], titles, strict=True):
        ax.set_title(title, fontsize=12, color="0.35")
        ax.set_anchor("N")
    photo, number = (Image.open(STATIC / name) for name in ("digit.jpg", "number.jpg"))
    _draw_digit(axes[0], photo)
    _draw_number(axes[1], number)
    figure.savefig(path, dpi=125)


def _draw_digit(axes, photo):
    """Draw a photo, the digit in the form of MNIST's images, and the probability of each label."""
    rows = DigitNormalizer().transform([photo])
    probabilities = load_pretrained().predict_proba(rows)[0]
    axes[0].imshow(photo)
    axes[1].imshow(rows.reshape(28, 28), cmap="gray")
    for ax in axes[:2]:
        ax.set(xticks=[], yticks=[])
    best = probabilities.argmax()
    axes[2].barh(range(10), 100 * probabilities, color=BLUE)
    axes[2].set(ylim=(9.6, -0.6), yticks=range(10), xticks=[])
    axes[2].spines[["top", "right", "bottom"]].set_visible(False)
    share = min(100 * probabilities[best], 99.9)  # none is said to be certain
    axes[2].text(98, best, f"{share:.1f} %", ha="right", va="center", color="white")


def _draw_number(axes, photo):
    """Draw a photo, the text line, and each digit of the number over its probability."""
    reading = load_reader().set_params(length=5).read(photo)
    axes[0].imshow(photo, cmap="gray")
    axes[1].imshow(reading.line, cmap="gray")
    for ax in axes:
        ax.set(xticks=[], yticks=[])
    for place, digit in enumerate(reading.digits):
        axes[2].text(place, 0, digit.label, fontsize=30, color=BLUE, ha="center", va="bottom")
        share = min(100 * digit.probability, 99.9)
        axes[2].text(place, -0.1, f"{share:.1f} %", fontsize=9, ha="center", va="top")
    axes[2].set(xlim=(-0.6, len(reading.digits) - 0.4), ylim=(-0.6, 1.1))
    axes[2].spines[:].set_visible(False)


def draw_accuracy(path):
    """Draw the accuracy against the seconds of training, of what learned all images."""
    report = json.loads((DOCS / "benchmarks/results.json").read_text(encoding="utf-8"))
    summary = {
        name: figures for name, figures in report["summary"].items() if name not in NOT_COMPARABLE
    }
    plot_accuracy(summary, path, machine(report["setting"]))


def draw_icon(path, side=64, scale=8):
    """Draw a white pen stroke, a 5, on a blue square with round corners."""
    large = side * scale
    icon = Image.new("RGBA", (large, large))
    pen = ImageDraw.Draw(icon)
    pen.rounded_rectangle((0, 0, large - 1, large - 1), large // 5, BLUE)
    angles = np.linspace(-2.2, 2.35, 60)
    bow = np.column_stack([0.47 + 0.2 * np.cos(angles), 0.62 + 0.2 * np.sin(angles)])
    points = large * np.vstack([[(0.7, 0.2), (0.38, 0.2), (0.35, 0.455)], bow])
    pen.line([tuple(point) for point in points], "white", large // 9, "curve")
    for end in points[[0, -1]]:
        pen.circle(tuple(end), large / 18, "white")
    icon.resize((side, side), Image.Resampling.LANCZOS).save(path)


if __name__ == "__main__":
    draw_answers(STATIC / "photo_to_answer.png")
    draw_accuracy(STATIC / "accuracy.png")
    draw_icon(STATIC / "favicon.png")
