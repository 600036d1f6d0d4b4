"""The display of the last layer but one."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.manifold import TSNE
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from skdigits import CNNDigitClassifier
from skdigits.displays import EmbeddingDisplay


def texts(display):
    return [text.get_text() for text in display.ax_.texts]


def test_is_that_of_the_features(small_digits, fitted):
    X, y = small_digits
    display = EmbeddingDisplay.from_estimator(fitted, X, y)
    expected = PCA(n_components=2).fit_transform(fitted.features(X))
    np.testing.assert_allclose(display.embedding, expected, atol=1e-6)
    again = EmbeddingDisplay.from_estimator(fitted, X, y)
    np.testing.assert_array_equal(again.embedding, display.embedding)


def test_a_label_has_a_colour_a_marker_and_a_name(small_digits, fitted):
    X, y = small_digits
    display = EmbeddingDisplay.from_estimator(fitted, X, y)
    lines = display.ax_.lines
    assert [line.get_label() for line in lines] == texts(display) == list("0123456789")
    legend = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert legend == list("0123456789")
    assert len({line.get_color() for line in lines}) == 10
    for label, (line, text) in enumerate(zip(lines, display.ax_.texts, strict=True)):
        points = display.embedding[y == label]
        np.testing.assert_array_equal(line.get_xydata(), points)
        assert text.get_position() == tuple(np.median(points, axis=0))
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("PCA 1", "PCA 2")


def test_many_labels_differ_and_the_legend_stays_in_the_figure():
    labels = np.arange(70)
    display = EmbeddingDisplay(np.random.RandomState(0).normal(size=(70, 2)), labels).plot()
    styles = {(line.get_color(), line.get_marker()) for line in display.ax_.lines}
    assert len(styles) == 70
    display.figure_.canvas.draw()
    box, figure = display.ax_.get_legend().get_window_extent(), display.figure_.bbox
    assert box.x1 <= figure.x1
    assert box.y0 >= figure.y0
    assert display.ax_.get_xlabel() == ""


def test_labels_unknown__are_the_answers(small_digits, fitted):
    X, _ = small_digits
    display = EmbeddingDisplay.from_estimator(fitted, X.reshape(-1, 8, 8))
    np.testing.assert_array_equal(display.labels, fitted.predict(X))


def test_any_reducer__stays_unfitted(small_digits, fitted):
    X, y = small_digits
    reducer = TSNE(init="random", perplexity=5, random_state=0)
    display = EmbeddingDisplay.from_estimator(fitted, X[:50], pd.Series(y[:50]), reducer=reducer)
    assert display.embedding.shape == (50, 2)
    assert not hasattr(reducer, "embedding_")
    assert display.ax_.get_xlabel() == "TSNE 1"


def test_of_what_a_pipeline_passes_on(small_digits):
    X, y = small_digits
    classifier = CNNDigitClassifier(max_epochs=5, precision="float64", random_state=0)
    pipeline = make_pipeline(MinMaxScaler(), classifier)
    search = GridSearchCV(pipeline, {}, cv=2).fit(X, y)
    display = EmbeddingDisplay.from_estimator(search, X, y)
    features = search.best_estimator_[-1].features(MinMaxScaler().fit_transform(X))
    np.testing.assert_allclose(
        display.embedding, PCA(n_components=2).fit_transform(features), atol=1e-6
    )


def test_on_given_axes__opens_no_figure(small_digits, fitted):
    ax = Figure().subplots()
    display = EmbeddingDisplay.from_estimator(fitted, *small_digits, ax=ax, markersize=9)
    assert display.ax_ is ax
    assert ax.lines[0].get_markersize() == 9
    assert plt.get_fignums() == []


def test_bad_input(small_digits, bayes, fitted):
    X, y = small_digits
    with pytest.raises(ValueError, match="GaussianNB has no features: give a fitted CNN"):
        EmbeddingDisplay.from_estimator(bayes, X, y)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        EmbeddingDisplay.from_estimator(fitted, X, y[:-1])
    with pytest.raises(ValueError, match=r"PCA gives .* \(200, 3\), expected \(200, 2\): set n_c"):
        EmbeddingDisplay.from_estimator(fitted, X, y, reducer=PCA(n_components=3))
    with pytest.raises(NotFittedError):
        EmbeddingDisplay.from_estimator(clone(fitted), X, y)
    assert plt.get_fignums() == []
