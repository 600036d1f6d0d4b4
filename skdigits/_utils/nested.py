"""What is inside a pipeline, a search or a wrapper, and what it says."""

__all__ = ["first_with", "nested", "probabilities_and_scores", "steps_of"]


def nested(model, step=-1):
    """Yield a model, then what is inside it, and so on.

    Parameters
    ----------
    model : estimator instance or None
        None yields nothing.
    step : int, default=-1
        Which step is taken to be inside a pipeline, the last one or the first. Inside a search or
        wrapper is what it has fitted.
    """
    while model is not None:
        yield model
        if hasattr(model, "steps"):
            model = model.steps[step][1]
        else:
            model = getattr(model, "best_estimator_", getattr(model, "estimator_", None))


def first_with(name, model, step=-1):
    """Return the first that has an attribute, of a model and what is `nested` in it, or None."""
    return next((each for each in nested(model, step) if hasattr(each, name)), None)


def steps_of(model):
    """Return what data goes through in a model, in order; the last is the classifier."""
    transformers: list = []
    for each in nested(model):
        first = [step for _, step in getattr(each, "steps", ())[:-1]]
        transformers += [step for step in first if hasattr(step, "transform")]
    return [*transformers, each]


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
        getattr(each, name)(rows) if hasattr(each, name) else None
        for name in ("predict_proba", "score_samples")
    )
