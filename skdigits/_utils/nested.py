"""Find and ask the models inside a pipeline, a search or a wrapper."""

__all__ = ["first_with", "nested", "probabilities_and_scores", "steps_of"]


def nested(model, step=-1):
    """Yield a model, then the model inside it, and so on.

    Inside a pipeline is one of its steps; inside a search or wrapper is its fitted estimator.

    Parameters
    ----------
    model : estimator instance or None
        None yields nothing.
    step : int, default=-1
        The step to follow in a pipeline: -1 for the last, 0 for the first.
    """
    while model is not None:
        yield model
        if hasattr(model, "steps"):
            model = model.steps[step][1]
        else:
            model = getattr(model, "best_estimator_", getattr(model, "estimator_", None))


def first_with(name, model, step=-1):
    """Return the first of the `nested` models that has an attribute, or None."""
    return next((each for each in nested(model, step) if hasattr(each, name)), None)


def steps_of(model):
    """Return the transformers that data passes through in a model, and last the classifier."""
    transformers: list = []
    for each in nested(model):
        first = [step for _, step in getattr(each, "steps", ())[:-1]]
        transformers += [step for step in first if hasattr(step, "transform")]
    return [*transformers, each]


def probabilities_and_scores(classifier, X):
    """Return the results of ``predict_proba`` and ``score_samples``, None for a missing method.

    The network computes each image only once, if all steps and wrappers around it leave the
    probabilities unchanged.
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
