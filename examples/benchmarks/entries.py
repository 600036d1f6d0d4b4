"""What is compared: a table of entries, each fitted in processes of its own."""

from dataclasses import dataclass, field

from skdigits import presets


@dataclass(frozen=True)
class Entry:
    """One row of the comparison.

    Parameters
    ----------
    name : str
        For the command line and the files.
    label : str
        For tables and the plot.
    method : str
        The function of `fits` that trains it, or of `measure` for what is no model.
    parameters : dict
        Keyword arguments of the estimator that the method makes.
    max_epochs, n_train : int or None
        Limits on epochs and on rows; None sets none.
    n_seeds : int or None
        None means 10 where a fit takes less than a minute, else 5.
    packages : tuple of str
        Needed beside those of skdigits.
    note : str
        Stands below the table.
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
    note="the network, optimiser and schedule of pytorch/examples `mnist`, its data kept as "
    "tensors in memory; 3 runs only, as one takes about ten minutes",
)
SKORCH = Entry(
    "skorch",
    "skorch",
    "plain_skorch",
    note="skorch's NeuralNetClassifier as it comes (DataLoader, float32), with the network, "
    "optimiser, schedule, batch size and number of epochs of the default skdigits, undistorted",
)
BARE = Entry(
    "bare",
    "bare torch loop",
    "bare_loop",
    note="all that the default skdigits computes, in a plain loop without skorch and estimator",
)
ONNX = Entry(
    "onnxruntime",
    "ONNX Runtime float32",
    "onnx_runtime",
    packages=("onnx", "onnxruntime", "onnxscript"),
    note="predicts only, with the network that a default skdigits trained and torch exported; "
    "the fastest of three batch sizes",
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
    Entry("in-turn", "two fits in turn", "two_fits_in_turn", n_seeds=3),
    Entry("at-once", "two fits at once", "two_fits_at_once", n_seeds=3),
]
ENTRIES = {entry.name: entry for entry in [*OURS, RECIPE, SKORCH, BARE, ONNX, MLP, SVC, *SCALING]}

QUICK_EPOCHS, QUICK_TRAIN = 5, 10_000
QUICK_LIMITS = {"recipe": 1, "skorch": 2, "mlp": None}
QUICK_WITHOUT = {"accurate", "accurate-20", "svc"}
