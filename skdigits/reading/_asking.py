"""What a classifier says of rows of pixels, each of them seen once."""

from skdigits._utils.nested import first_with, nested
from skdigits._utils.probabilities import most_probable


def ask(classifier, X, *, reject_unlike=False):
    """Yield what a classifier says of each image, as fields of an `Answer`.

    Parameters
    ----------
    classifier : estimator instance
        Fitted. A selective one, alone or inside a pipeline or search, rejects by its threshold.
    X : ndarray of shape (n_samples, n_features)
        Rows of pixels.
    reject_unlike : bool, default=False
        Whether a selective one rejects what is not like a digit, too.
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
            not best[0] >= selective.threshold_
            or (reject_unlike and fields.get("like_a_digit") is False)
        )
        yield {
            "label": str(selective.reject_label_) if rejected else ranking[0]["label"],
            "probability": ranking[0]["probability"],
            "runners_up": ranking[:2] if rejected else ranking[1:],
            "rejected": bool(rejected),
            **fields,
        }


def probabilities_and_scores(classifier, X):
    """Return what ``predict_proba`` and ``score_samples`` give, each None if there is none.

    The network sees each image once, if it is in steps and wrappers that leave the probabilities
    as they are.
    """
    rows = X
    for each in nested(classifier):
        if hasattr(each, "predict_with_scores"):
            return each.predict_with_scores(rows)
        if len(getattr(each, "steps", ())) > 1:
            rows = each[:-1].transform(rows)
        elif not any(hasattr(each, name) for name in ("steps", "best_estimator_", "reject_label_")):
            break
    return tuple(
        getattr(classifier, name)(X) if hasattr(classifier, name) else None
        for name in ("predict_proba", "score_samples")
    )


def _of_score(score):
    return {"score": float(score), "like_a_digit": bool(score >= 0)}
