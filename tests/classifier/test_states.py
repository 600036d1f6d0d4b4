"""However a fitted classifier was come by, its network answers alike and changes by nothing."""

import copy
import multiprocessing
import pickle
import subprocess
import sys

import joblib
import numpy as np
import pytest
import torch
from sklearn.pipeline import make_pipeline

from skdigits import CNNDigitClassifier, PixelScaler, load_model, save_model

SETTINGS = {"max_epochs": 3, "filters": (8, 8), "random_state": 0}


def kept(clf, X, y, folder):
    """Save and load."""
    save_model(clf, folder / "model")
    return load_model(folder / "model")


def fitted_in_a_worker(clf, X, y, folder):
    """Fit in another process."""
    return joblib.Parallel(n_jobs=2)(joblib.delayed(clf.fit)(X, y) for _ in range(2))[0]


WAYS = {
    "fitted": lambda clf, X, y, folder: clf,
    "pickled": lambda clf, X, y, folder: pickle.loads(pickle.dumps(clf)),
    "copied": lambda clf, X, y, folder: copy.deepcopy(clf),
    "kept in a file": kept,
    "partially fitted": lambda clf, X, y, folder: clf.partial_fit(X, y),
    "fitted on": lambda clf, X, y, folder: clf.set_params(warm_start=True).fit(X, y),
    "fitted in a worker": fitted_in_a_worker,
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_calling_the_network_changes_nothing(way, precision, small_digits, tmp_path):
    X, y = small_digits
    clf = CNNDigitClassifier(**SETTINGS, precision=precision).fit(X, y)
    clf = WAYS[way](clf, X, y, tmp_path)
    before = clf.decision_function(X)
    module = clf.net_.module_
    for _ in range(30):
        logits = module(torch.zeros(4, 1, 8, 8))
    assert logits.shape == (4, 10)
    assert not any(part.training for part in module.modules())
    np.testing.assert_array_equal(clf.decision_function(X), before)
    images = torch.tensor(X.reshape(-1, 1, 8, 8))
    np.testing.assert_allclose(module(images).detach().numpy(), before, atol=1e-4)


@pytest.mark.parametrize("fit", ["fit", "partial_fit"])
def test_the_hash_outlives_a_pickle(fit, small_digits):
    """joblib.Memory looks results up by it."""
    X, y = small_digits
    clf = make_pipeline(PixelScaler(), CNNDigitClassifier(**SETTINGS)).fit(X, y)
    if fit == "partial_fit":
        clf[-1].partial_fit(X / 16, y)
    again = pickle.loads(pickle.dumps(clf))
    assert joblib.hash(again) == joblib.hash(clf)
    assert joblib.hash(pickle.loads(pickle.dumps(again))) == joblib.hash(clf)


def test_hooks_see_what_layers_return(small_digits):
    """Those of captum and shap change gradients on their way back through a layer."""
    X, y = small_digits
    settings = SETTINGS | {"filters": ((8, 8), 8), "precision": "float32"}
    module = CNNDigitClassifier(**settings).fit(X, y).net_.module_
    seen = []
    for part in module.modules():
        part.register_full_backward_hook(lambda part, inner, outer: seen.append(type(part)))
    images = torch.tensor(X[:5].reshape(-1, 1, 8, 8), dtype=torch.float32).requires_grad_()
    module(images)[:, 3].sum().backward()
    assert len(seen) > 10
    assert images.grad.abs().sum() > 0


FORKED = """
import multiprocessing, sys
import torch
torch.set_num_threads(2)
import skdigits.classifier
skdigits.classifier.CNNDigitClassifier

def tell(pipe):
    pipe.send(torch.get_num_threads())

ours, theirs = multiprocessing.Pipe()
child = multiprocessing.get_context("fork").Process(target=tell, args=(theirs,))
child.start()
print(ours.recv())
child.join()
"""


@pytest.mark.slow
@pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods(), reason="this system does not fork"
)
def test_importing_leaves_forked_children_of_others_alone():
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKED], capture_output=True, text=True, timeout=120
    )
    assert done.stdout == "2\n", done.stderr
