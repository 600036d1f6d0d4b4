"""The entries of the comparison: the models, and what else is measured."""

from dataclasses import dataclass, field

from skdigits import presets


@dataclass(frozen=True)
class Entry:
    """One row of the comparison.

    Parameters
    ----------
    name : str
        Name on the command line and in the names of files.
    label : str
        Name in tables and in the plot.
    method : str
        Key of `measure.MODELS`, or the function of `probes` if the entry is not a model.
    parameters : dict
        Keyword arguments of the estimator.
    max_epochs, n_train : int or None
        Limits on epochs and on rows; None means no limit.
    n_seeds : int or None
        Number of runs. None means 10 if a fit takes less than a minute, otherwise 5.
    packages : tuple of str
        Packages that it needs besides those of skdigits.
    note : str
        Explanation below the table.
    """

    name: str
    label: str
    method: str
    parameters: dict = field(default_factory=dict)
    max_epochs: int | None = None
    n_train: int | None = None
    n_seeds: int | None = None
    packages: tuple = ()
    note: str = ""


OURS = [
    Entry("default", "skdigits", "skdigits"),
    *(
        Entry(name, f'skdigits "{name}"', "skdigits", parameters)
        for name, parameters in presets.items()
    ),
    Entry(
        "accurate-20",
        'skdigits "accurate", 20 epochs',
        "skdigits",
        {**presets["accurate"], "max_epochs": 20},
    ),
]
RECIPE = Entry(
    "recipe",
    "pytorch/examples",
    "recipe",
    max_epochs=14,
    n_seeds=3,
    note="the network, optimizer and schedule of `mnist` in pytorch/examples, with its data in "
    "memory as tensors; only 3 runs, as one takes about ten minutes",
)
SKORCH = Entry(
    "skorch",
    "skorch",
    "plain_skorch",
    note="skorch's NeuralNetClassifier with its defaults (DataLoader, float32) and the network, "
    "optimizer, schedule, batch size and number of epochs of the default skdigits; no distortion",
)
BARE = Entry(
    "bare",
    "bare torch loop",
    "bare_loop",
    note="a plain loop, without skorch or an estimator, that computes what the default skdigits "
    "computes",
)
ONNX = Entry(
    "onnxruntime",
    "ONNX Runtime float32",
    "onnx_runtime",
    packages=("onnx", "onnxruntime", "onnxscript"),
    note="prediction only, with the network of a default skdigits, exported by torch; the fastest "
    "of three batch sizes",
)
MLP = Entry("mlp", "MLPClassifier", "mlp", note="scikit-learn's defaults, pixels in [0, 1]")
SVC = Entry(
    "svc",
    "SVC(rbf)",
    "svc",
    n_train=10_000,
    n_seeds=1,
    note="scikit-learn's defaults, pixels in [0, 1], on the first 10,000 images",
)
SCALING = [
    Entry("half", "half of the images", "half_of_the_images", n_seeds=3),
    Entry("whole", "all images", "all_images", n_seeds=3),
    Entry("in-turn", "two sequential fits", "two_fits_in_turn", n_seeds=3),
    Entry("at-once", "two fits at once", "two_fits_at_once", n_seeds=3),
]
ENTRIES = {entry.name: entry for entry in [*OURS, RECIPE, SKORCH, BARE, ONNX, MLP, SVC, *SCALING]}

QUICK_EPOCHS, QUICK_TRAIN = 5, 10_000
QUICK_LIMITS = {"recipe": 1, "skorch": 2, "mlp": None}
QUICK_WITHOUT = {"accurate", "accurate-20", "svc"}
