"""Ask a classifier about rows of pixels, computing each row only once."""

from skdigits._utils.nested import first_with, probabilities_and_scores
from skdigits._utils.probabilities import most_probable


def ask(classifier, X):
    """Yield the results of a classifier for each image, as fields of an `Answer`.

    Parameters
    ----------
    classifier : estimator instance
        Fitted. A selective one, alone or inside a pipeline or search, rejects images that are
        uncertain or not like a digit.
    X : ndarray of shape (n_samples, n_features)
        Rows of pixels.
    """
    probabilities, scores = probabilities_and_scores(classifier, X)
    said = [_of_score(score) for score in scores] if scores is not None else [{} for _ in X]
    if probabilities is None:
        for label, fields in zip(classifier.predict(X), said, strict=True):
            yield {"label": str(label), **fields}
        return
    selective = first_with("reject_label_", classifier)
    labels, values = most_probable(probabilities, classifier.classes_, k=3)
    for names, best, fields in zip(labels, values, said, strict=True):
        ranking = tuple(
            {"label": str(name), "probability": float(value)}
            for name, value in zip(names, best, strict=True)
        )
        rejected = selective is not None and (
            not best[0] >= selective.threshold_ or fields.get("like_a_digit") is False
        )
        yield {
            "label": str(selective.reject_label_) if rejected else ranking[0]["label"],
            "probability": ranking[0]["probability"],
            "runners_up": ranking[:2] if rejected else ranking[1:],
            "rejected": bool(rejected),
            **fields,
        }


def _of_score(score):
    return {"score": float(score), "like_a_digit": bool(score >= 0)}
