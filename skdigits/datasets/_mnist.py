"""Load MNIST from scikit-learn's OpenML cache, and keep a compact copy that opens fast."""

import errno
import gzip
import hashlib
import json
import logging
import os
import queue
import shutil
import stat
import threading
import zlib
from http.client import HTTPException
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from urllib.parse import urlsplit
from urllib.request import urlopen
from warnings import warn

import numpy as np
from sklearn.datasets import fetch_openml, get_data_home
from sklearn.utils import Bunch

from skdigits._utils.files import write_whole

logger = logging.getLogger("skdigits")

_N_SAMPLES, _N_FEATURES = 70_000, 784
_SUBSETS = {"train": slice(0, 60_000), "test": slice(60_000, 70_000), "all": slice(0, 70_000)}
_DIGITS = np.array(list("0123456789"), dtype=object)
_FEATURE_NAMES = [f"pixel{number}" for number in range(1, _N_FEATURES + 1)]

# The compact copy: the SHA-256 of pixels and labels, then all pixels, then all labels.
_COMPACT_NAME = "skdigits/mnist_784_v1.uint8"

# Where scikit-learn caches OpenML's answers about the data set.
_OPENML_FOLDER = "openml/openml.org"
_ANSWER_NAMES = (
    "api/v1/json/data/list/data_name/mnist_784/limit/2/data_version/1.gz",
    "api/v1/json/data/features/554.gz",
    "api/v1/json/data/qualities/554.gz",
    "api/v1/json/data/554.gz",
)
_ARFF_NAMES = (  # the name in scikit-learn 1.7 and newer, and the name in 1.6
    "data/v1/download/52667/mnist_784.arff.gz",
    "data/v1/download/52667.gz",
)
_OPENML_URL = "https://www.openml.org/api/v1/json/data/554"
_PATIENCE = 6.0  # seconds to wait for OpenML's answer

_ADVICE = (
    "Set data_home or SCIKIT_LEARN_DATA to a folder that contains MNIST, or use the small data set "
    "that is part of scikit-learn, sklearn.datasets.load_digits."
)
_DESCR = """\
MNIST handwritten digits
------------------------

**Data Set Characteristics:**

:Number of Instances: 70,000: the first 60,000 are for training, the last 10,000 for testing
:Number of Attributes: 784: the pixels of a 28x28 image, row by row from the top left
:Attribute Information: integers from 0 (background) to 255 (ink)
:Target: the digit as a string, '0' to '9'
:Missing Attribute Values: None
:Creators: Yann LeCun, Corinna Cortes, Christopher J.C. Burges

The images come from NIST's Special Databases 1 and 3, written by high-school students and by
employees of the Census Bureau; no writer is in both parts. Each digit was scaled to fit a box of
20x20 pixels, keeping its aspect, and placed in the 28x28 image by its centre of mass.

This is version 1 of `mnist_784` on OpenML (data set 554).

**References**

- Y. LeCun, L. Bottou, Y. Bengio and P. Haffner. Gradient-based learning applied to document
  recognition. Proceedings of the IEEE, 86(11):2278-2324, 1998.
- C. Northcutt, A. Athalye and J. Mueller. Pervasive label errors in test sets destabilize machine
  learning benchmarks. NeurIPS 2021. (15 labels of the test images are known to be wrong.)
"""


def _write_compact(path, pixels, labels):
    digest = hashlib.sha256(pixels.data)
    digest.update(labels.data)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, digest.digest(), pixels, labels)


def _check_is_file(path):
    """Raise an OSError for anything but a regular file: reading a pipe may never end."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(errno.EINVAL, "Not a regular file", str(path))


def _read_compact(path):
    """Return pixels and labels; raise a ValueError if the copy is damaged."""
    n_digest, n_pixels = hashlib.sha256().digest_size, _N_SAMPLES * _N_FEATURES
    size = n_digest + n_pixels + _N_SAMPLES
    _check_is_file(path)
    content = np.fromfile(path, dtype=np.uint8, count=size + 1)
    digest, payload = content[:n_digest], content[n_digest:]
    if content.size != size or digest.tobytes() != hashlib.sha256(payload.data).digest():
        raise ValueError(f"{path} is damaged (truncated or altered)")
    return payload[:n_pixels].reshape(_N_SAMPLES, _N_FEATURES), payload[n_pixels:]


def _find_download(folder):
    """Return scikit-learn's cached files by name; raise a ValueError if one is damaged."""
    files = {name: folder / name for name in _ANSWER_NAMES}
    path = folder
    try:
        for path in files.values():
            _check_is_file(path)
            answer = json.loads(gzip.decompress(path.read_bytes()))
        description = answer["data_set_description"]  # in the last of the answers
        # The data's name in scikit-learn 1.7 and newer, and its name in 1.6.
        arff_names = (
            urlsplit(description["url"]).path.lstrip("/") + ".gz",
            f"data/v1/download/{description['file_id']}.gz",
        )
        path = folder / arff_names[0]
        if not path.exists():
            path = folder / arff_names[1]
        _check_is_file(path)
        with gzip.open(path) as file:
            md5 = hashlib.file_digest(file, "md5").hexdigest()
        if md5 != description["md5_checksum"]:
            raise ValueError(f"MD5 {md5}, expected {description['md5_checksum']}")
    except FileNotFoundError:
        raise
    except (OSError, EOFError, LookupError, TypeError, ValueError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise ValueError(f"{path} is damaged or unreadable ({reason})") from error
    return files | dict.fromkeys(arff_names, path)


def _borrow(files, folder):
    """Link files into a temporary folder, so that scikit-learn can only delete the links."""
    for name, path in files.items():
        link = folder / name
        link.parent.mkdir(parents=True, exist_ok=True)
        try:
            link.symlink_to(path.resolve())
        except OSError:  # Windows allows links to some users only
            shutil.copyfile(path, link)


def _ask_openml():
    """Return None if OpenML answers, otherwise the reason why not."""
    outcome: queue.SimpleQueue = queue.SimpleQueue()

    def ask():
        try:
            urlopen(_OPENML_URL, timeout=_PATIENCE).close()
            outcome.put(None)
        except (OSError, HTTPException, ValueError) as error:
            outcome.put(str(error))

    # In a thread, because the timeout does not cover the look-up of the host's name.
    threading.Thread(target=ask, daemon=True).start()
    try:
        return outcome.get(timeout=_PATIENCE)
    except queue.Empty:
        return f"no answer within {_PATIENCE:.0f} s"


def _choose_parser():
    """Return the parser of pandas if it can read MNIST: it is five times faster."""
    try:
        major = metadata.version("pandas").partition(".")[0]
    except metadata.PackageNotFoundError:
        major = None
    return "pandas" if major == "2" else "liac-arff"


def _parse(data_home):
    """Return pixels and labels from fetch_openml, which downloads them if they are missing."""
    bunch = fetch_openml(
        "mnist_784", version=1, data_home=data_home, as_frame=False, parser=_choose_parser()
    )
    values, target = bunch.data, bunch.target
    if (
        values.shape != (_N_SAMPLES, _N_FEATURES)
        or bunch.feature_names != _FEATURE_NAMES
        or set(target) != set(_DIGITS)
        or not (values.min() >= 0 and values.max() <= 255)
        or not np.array_equal(pixels := values.astype(np.uint8, order="C"), values)
    ):
        raise ValueError(
            f"the data set, of shape {values.shape}, is not {_N_SAMPLES} rows of {_N_FEATURES} "
            "pixels from 0 to 255 with the labels '0' to '9'"
        )
    return pixels, target.astype(np.uint8)


def _load(home, download_if_missing):
    """Return all pixels and labels from the fastest source available, and keep a compact copy."""
    compact, openml = home / _COMPACT_NAME, home / _OPENML_FOLDER
    damage = []

    def attempt(read, path):
        try:
            return read(path)
        except ValueError as error:
            damage.append(str(error))
        except (FileNotFoundError, NotADirectoryError):
            pass
        except OSError as error:
            damage.append(f"{path} cannot be read ({error.strerror})")
        return None

    if copy := attempt(_read_compact, compact):
        return copy
    files = attempt(_find_download, openml)
    if files is None:
        trouble = " and ".join(damage) or f"MNIST is not cached in {home}"
        if not download_if_missing:
            raise OSError(f"{trouble}, and download_if_missing is False. {_ADVICE}")
        if failure := _ask_openml():
            raise ConnectionError(f"{trouble}, and OpenML cannot be reached ({failure}). {_ADVICE}")
    if damage:
        warn(f"{' and '.join(damage)}: rebuilding it.", stacklevel=3)

    started = perf_counter()
    logger.info("Reading MNIST from %s", openml if files else "OpenML")
    with TemporaryDirectory(prefix="skdigits-") as folder:
        private = Path(folder, _OPENML_FOLDER)
        try:
            _borrow(files or {}, private)
            pixels, labels = _parse(folder)
        except (OSError, EOFError, HTTPException, ValueError, zlib.error) as error:
            source = openml if files else "OpenML"
            raise OSError(f"MNIST could not be read from {source}: {error}. {_ADVICE}") from error
        try:
            if files is None:
                for new in private.rglob("*.gz"):
                    kept = openml / new.relative_to(private)
                    kept.parent.mkdir(parents=True, exist_ok=True)
                    write_whole(kept, new.read_bytes())
            _write_compact(compact, pixels, labels)
        except OSError as error:
            warn(
                f"MNIST could not be cached in {home} ({error}), so every call takes "
                f"{perf_counter() - started:.0f} s: set data_home or SCIKIT_LEARN_DATA to a "
                "writable folder.",
                stacklevel=3,
            )
    return pixels, labels


def find_data_home(data_home=None):
    """Return the folder of cached data sets, whether or not it exists.

    Unlike :func:`sklearn.datasets.get_data_home`, this function does not create the folder.

    Parameters
    ----------
    data_home : str or path-like, default=None
        The folder. None means ``SCIKIT_LEARN_DATA`` if this environment variable is set, otherwise
        ``~/scikit_learn_data``.

    Returns
    -------
    data_home : Path
        The folder, with ``~`` expanded.

    Examples
    --------
    >>> from skdigits.datasets import find_data_home
    >>> str(find_data_home("my-data"))
    'my-data'
    """
    if data_home is None:
        data_home = os.environ.get("SCIKIT_LEARN_DATA", "~/scikit_learn_data")
    return Path(data_home).expanduser()


def is_mnist_cached(data_home=None):
    """Tell whether MNIST can be read without a download.

    It checks only that the files exist; :func:`fetch_mnist` also finds damaged ones.

    Parameters
    ----------
    data_home : str or path-like, default=None
        Folder of cached data sets, as for :func:`fetch_mnist`.

    Returns
    -------
    is_cached : bool
        Whether the compact copy or all of OpenML's files exist.

    Raises
    ------
    OSError
        If the folder cannot be read.

    Examples
    --------
    >>> from skdigits.datasets import is_mnist_cached
    >>> is_mnist_cached("no-such-folder")
    False
    """
    home = find_data_home(data_home)
    openml = home / _OPENML_FOLDER
    try:
        return (home / _COMPACT_NAME).is_file() or (
            all((openml / name).is_file() for name in _ANSWER_NAMES)
            and any((openml / name).is_file() for name in _ARFF_NAMES)
        )
    except OSError as error:
        raise type(error)(f"{home} cannot be read: {error.strerror}.") from error


def fetch_mnist(subset="train", *, data_home=None, download_if_missing=True, return_X_y=False):
    """Load MNIST, 70,000 images of handwritten digits, as uint8 rows.

    The data set is version 1 of ``mnist_784`` on OpenML, loaded through
    :func:`sklearn.datasets.fetch_openml` and its cache. The first call downloads OpenML's text file
    (15 MB) and reads it, which takes about 5 seconds with pandas 2, otherwise about 20. It also
    stores a compact copy of 55 MB with a checksum in ``data_home``, which later calls read. Cached
    files are only ever replaced by complete new ones.

    Parameters
    ----------
    subset : {"train", "test", "all"}, default="train"
        The first 60,000 images, the last 10,000, or all 70,000.
    data_home : str or path-like, default=None
        Folder of scikit-learn's cached data sets. None means the folder of
        :func:`sklearn.datasets.get_data_home`: ``SCIKIT_LEARN_DATA`` if this environment
        variable is set, otherwise ``~/scikit_learn_data``.
    download_if_missing : bool, default=True
        Whether to download the data set if it is missing or damaged in ``data_home``. If False,
        raise an OSError instead.
    return_X_y : bool, default=False
        Whether to return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    mnist : :class:`~sklearn.utils.Bunch`
        Dictionary-like object, with the following attributes.

        data : ndarray of shape (n_samples, 784) and dtype uint8
            One image of 28 × 28 pixels per row, from 0 (background) to 255 (ink).
        target : ndarray of shape (n_samples,) and dtype object
            The digits as strings, ``'0'`` to ``'9'``, as on OpenML.
        feature_names : list of str
            ``'pixel1'`` to ``'pixel784'``.
        target_names : list of str
            The ten labels in order.
        DESCR : str
            Description of the data set.
    (data, target) : tuple of ndarray
        If `return_X_y` is True.

    Raises
    ------
    ConnectionError
        If the data set is not in ``data_home`` and OpenML does not answer within 6 seconds.
    OSError
        If the data set is not in ``data_home`` and `download_if_missing` is False, or if the file
        that was read is not MNIST.
    ValueError
        If `subset` is unknown.

    Warns
    -----
    UserWarning
        If a damaged file is rebuilt, or if ``data_home`` is not writable and each call therefore
        reads the text file again.

    Examples
    --------
    >>> from skdigits.datasets import fetch_mnist
    >>> X, y = fetch_mnist("test", return_X_y=True)
    >>> X.shape, X.dtype, y[0]
    ((10000, 784), dtype('uint8'), '7')
    """
    if not isinstance(subset, str) or subset not in _SUBSETS:
        raise ValueError(f"subset must be 'train', 'test' or 'all', got {subset!r}.")
    try:
        home = Path(get_data_home(data_home))
    except OSError as error:
        raise OSError(f"The data folder cannot be used: {error}. {_ADVICE}") from error
    pixels, labels = _load(home, download_if_missing)
    rows = _SUBSETS[subset]
    # A copy, so that a subset does not keep all images in memory.
    data, target = pixels[rows].copy(), _DIGITS[labels[rows]]
    if return_X_y:
        return data, target
    return Bunch(
        data=data,
        target=target,
        feature_names=list(_FEATURE_NAMES),
        target_names=_DIGITS.tolist(),
        DESCR=_DESCR,
    )
