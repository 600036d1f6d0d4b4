"""Explain an answer: probabilities, the steps of the normaliser, and a saliency map."""

import base64
import io

import numpy as np
from PIL import Image

from skdigits.normalizer import Diagnosis

LONGEST = 320  # pixels: longer side of the image of a step
HIDDEN, STRIDE = 6, 2  # pixels: side of the hidden square, distance between two positions


def explain(reader, picture):
    """Return an answer and its explanation as plain values.

    Parameters
    ----------
    reader : Reader
        Must have a normaliser.
    picture : bytes or ndarray

    Returns
    -------
    explanation : dict
        "answer", from ``Answer.to_dict``; "probabilities" by label; "steps", images by name, as
        data URLs; "saliency", the data URL of an image, or None.
    """
    looks = [reader.look(picture, "The picture")]
    (answer,) = reader.complete(looks)
    explanation = {"answer": answer.to_dict(), "probabilities": {}, "steps": {}, "saliency": None}
    if answer.error is not None:
        return explanation
    diagnosis: Diagnosis = answer.diagnosis
    explanation["steps"] = {name: as_url(image) for name, image in diagnosis.steps.items()}
    if not diagnosis.empty:
        classifier, row = reader.classifier, diagnosis.row
        shares, importance = probabilities_and_importance(classifier, row)
        labels = map(str, classifier.classes_)
        explanation["probabilities"] = dict(zip(labels, shares.tolist(), strict=True))
        explanation["saliency"] = as_url(overlay(row, importance))
    return explanation


def probabilities_and_importance(classifier, row):
    """Return all probabilities, and how much the best label loses if each part is hidden.

    Parameters
    ----------
    classifier : estimator instance
        Reads rows of 28 x 28 pixels.
    row : ndarray of shape (784,)

    Returns
    -------
    probabilities : ndarray of shape (n_classes,)
    importance : ndarray of shape (28, 28)
        From -1 to 1; negative if the label becomes more probable without this part.

    References
    ----------
    Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014.
    """
    image = row.reshape(28, 28)
    starts = range(STRIDE + 1 - HIDDEN, 28, STRIDE)
    spans = [slice(max(0, start), start + HIDDEN) for start in starts]
    places = [(rows, columns) for rows in spans for columns in spans]
    hidden = np.repeat(image[None], len(places) + 1, axis=0)
    for each, place in zip(hidden[1:], places, strict=True):
        each[place] = 0
    probabilities = classifier.predict_proba(hidden.reshape(len(hidden), -1))
    logits = np.log(probabilities.clip(1e-12))
    loss = logits[0].max() - logits[1:, logits[0].argmax()]
    total, count = np.zeros((28, 28)), np.zeros((28, 28))
    for value, place in zip(loss, places, strict=True):
        total[place] += value
        count[place] += 1
    mean = total / count.clip(1)
    return probabilities[0], mean / max(abs(mean).max(), 1e-9)


def overlay(row, importance):
    """Return an image in colour: orange parts support the answer, blue parts oppose it."""
    grey = row.reshape(28, 28, 1) / 255
    strength = abs(importance)[..., None]
    color = np.where(importance[..., None] > 0, [1.0, 0.55, 0.1], [0.25, 0.55, 1.0])
    return grey * (1 - 0.75 * strength) + 0.75 * strength * color * (0.35 + 0.65 * grey)


def as_url(image):
    """Return an image with values from 0 to 1, grey or in colour, as the data URL of a PNG file."""
    picture = Image.fromarray(np.rint(255 * np.clip(image, 0, 1)).astype(np.uint8))
    picture.thumbnail((LONGEST, LONGEST))
    content = io.BytesIO()
    picture.save(content, "PNG")
    return f"data:image/png;base64,{base64.b64encode(content.getvalue()).decode()}"
