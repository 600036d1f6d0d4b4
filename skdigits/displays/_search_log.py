"""The histories of a search's candidates, from what scikit-learn's ScoringMonitor has logged."""

import numpy as np

CURVES = ("train_loss", "valid_loss", "train_accuracy", "valid_accuracy")


def best_candidates(search, log, n_candidates):
    """Return the histories of the best candidates of a search, best first.

    Parameters
    ----------
    search : GridSearchCV or RandomizedSearchCV
        Fitted.
    log : sklearn.callback.ScoringMonitorLog
        Of its run, with the rows of `history_`.
    n_candidates : int
        How many; fewer where the search has fewer.

    Returns
    -------
    runs : dict
        A list of rows for each candidate, by the parameters that vary in the search; the rows are
        means over the splits, as long as all splits were trained.

    Raises
    ------
    ValueError
        If it is no fitted search, or not its log.
    """
    scores = _scores(search)
    n_splits = scores.shape[1]
    runs = _runs_of_splits(search, log)
    scored = set(np.flatnonzero(~np.isnan(scores)))
    if not scored <= runs.keys() <= set(range(scores.size)):
        raise ValueError(
            f"The log has the epochs of {len(runs)} fits, but the search made {scores.size}: give "
            "the log of this search."
        )
    names = _names(search.cv_results_["params"])
    order = np.argsort(_result(search, "rank_test"), kind="stable")
    best = [index for index in order if not np.isnan(scores[index]).all()][:n_candidates]
    return {
        names[index]: _mean(
            [runs[fit] for fit in range(index * n_splits, (index + 1) * n_splits) if fit in runs]
        )
        for index in best
    }


def _scores(search):
    """Return the test score of each candidate, a row, on each split, a column; NaN for none."""
    if not hasattr(search, "cv_results_"):
        raise ValueError(
            f"{type(search).__name__} has no cv_results_: give a fitted GridSearchCV or "
            "RandomizedSearchCV."
        )
    splits = [_result(search, f"split{index}_test") for index in range(search.n_splits_)]
    return np.transpose(splits)


def _result(search, kind):
    """Return a column of the results, of the score that the search goes by."""
    name = f"{kind}_{search.refit if search.multimetric_ else 'score'}"
    if name not in search.cv_results_:
        raise ValueError("The search has several scores: name the one to rank by as its refit.")
    return search.cv_results_[name]


def _runs_of_splits(search, log):
    """Return the rows of each fit, by its number: that of its candidate, then of its split."""
    kind = type(search).__name__
    if getattr(log, "estimator_name", None) != kind:
        found = getattr(log, "estimator_name", None) or repr(log)
        raise ValueError(
            f"log is of {found}, not of a {kind}: give get_logs() of a ScoringMonitor that the "
            "classifier had in the search."
        )
    runs: dict[int, list] = {}
    for row in log.data:
        # From the search to its first task, in which it fits, and to the fit; then on inside.
        path = row["task_id_path"]
        if row["task_name"] != "epoch" or path[1] != 0:
            continue
        if "epoch" not in row:
            raise ValueError(
                "The log has no rows of history_: set "
                "ScoringMonitor(scoring=lambda clf, X, y: clf.history_[-1])."
            )
        runs.setdefault(path[2], []).append(row)
    return runs


def _mean(runs):
    return [
        {
            "epoch": rows[0]["epoch"],
            **{
                name: np.mean([row[name] for row in rows])
                for name in CURVES
                if all(name in row for row in rows)
            },
        }
        for rows in zip(*runs, strict=False)
    ]


def _names(candidates):
    """Return what tells each candidate from the others, in words."""
    parameters = {name: None for candidate in candidates for name in candidate}
    short = [name.rpartition("__")[2] for name in parameters]
    names = {}
    for name, last in zip(parameters, short, strict=True):
        values = {repr(candidate.get(name)) for candidate in candidates}
        if len(values) > 1:
            names[name] = last if short.count(last) == 1 else name
    words = [
        ", ".join(
            f"{word}={_text(candidate[name])}" for name, word in names.items() if name in candidate
        )
        for candidate in candidates
    ]
    # Values may be equal in words: numbers that are rounded, or candidates drawn twice.
    return [
        each if each and words.count(each) == 1 else f"{each} candidate {index}".strip()
        for index, each in enumerate(words)
    ]


def _text(value):
    return f"{value:.3g}" if isinstance(value, float) else str(value)
