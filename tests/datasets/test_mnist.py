"""fetch_mnist: what it returns, and that no cache is lost or trusted blindly.

Most tests read a data set of 20 images, written as OpenML and scikit-learn write MNIST, through the
code that reads the 70,000; those that take `mnist_home` read the real one.
"""

import contextlib
import errno
import gzip
import hashlib
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from email.message import Message
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPSHandler, build_opener, install_opener
from urllib.response import addinfourl

import numpy as np
import pytest
from sklearn.datasets import fetch_openml

from skdigits.datasets import _mnist as datasets
from skdigits.datasets import fetch_mnist, find_data_home, is_mnist_cached

OPENML = Path("openml", "openml.org")
API = OPENML / "api/v1/json/data"
ARFF = OPENML / "data/v1/download/52667/mnist_784.arff.gz"
COMPACT = Path("skdigits", "mnist_784_v1.uint8")


def write_openml(home, pixels, labels):
    """Write images as OpenML's files, in scikit-learn's cache below `home`."""
    names = [f"pixel{number}" for number in range(1, pixels.shape[1] + 1)]
    features = [{"name": name, "data_type": "numeric", "is_target": "false"} for name in names]
    features.append({"name": "class", "data_type": "nominal", "is_target": "true"})
    for index, feature in enumerate(features):
        feature |= {"index": str(index), "number_of_missing_values": "0"}
        feature |= {"is_ignore": "false", "is_row_identifier": "false"}
    lines = ["@RELATION mnist_784"]
    lines += [f"@ATTRIBUTE {name} INTEGER" for name in names]
    lines += ["@ATTRIBUTE class {0,1,2,3,4,5,6,7,8,9}", "@DATA"]
    lines += [",".join(map(str, [*row, label])) for row, label in zip(pixels, labels, strict=True)]
    arff = "\n".join(lines).encode()
    description = {
        "name": "mnist_784",
        "description": "",
        "format": "ARFF",
        "status": "active",
        "url": "https://api.openml.org/data/v1/download/52667/mnist_784.arff",
        "file_id": "52667",
        "md5_checksum": hashlib.md5(arff).hexdigest(),
    }
    quality = [{"name": "NumberOfInstances", "value": str(float(len(pixels)))}]
    answers = {
        "list/data_name/mnist_784/limit/2/data_version/1.gz": {"data": {"dataset": [{"did": 554}]}},
        "554.gz": {"data_set_description": description},
        "features/554.gz": {"data_features": {"feature": features}},
        "qualities/554.gz": {"data_qualities": {"quality": quality}},
    }
    contents = {API / name: json.dumps(answer).encode() for name, answer in answers.items()}
    for name, content in (contents | {ARFF: arff}).items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(content, mtime=0))


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def files(folder):
    """What a folder holds, whatever the names: scikit-learn 1.6 has another for the data."""
    return set(contents(folder).values())


@pytest.fixture
def images():
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (20, 784)), [str(number % 10) for number in range(20)]


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """The folder for temporary files, which must be empty after each test."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert not list(folder.iterdir())
    assert not list(tmp_path.rglob(".writing-*"))


@pytest.fixture
def small(monkeypatch):
    """Let MNIST have 20 images, the last 5 for testing."""
    subsets = {"train": slice(0, 15), "test": slice(15, 20), "all": slice(0, 20)}
    monkeypatch.setattr(datasets, "_N_SAMPLES", 20)
    monkeypatch.setattr(datasets, "_SUBSETS", subsets)


@pytest.fixture
def home(small, tmp_path, images):
    """A data_home with OpenML's files of the small data set."""
    home = tmp_path / "home"
    write_openml(home, *images)
    return home


@pytest.fixture
def internet(tmp_path):
    """What https answers: the files below a folder; without the folder, nobody does."""
    folder = tmp_path / "internet"

    class Server(HTTPSHandler):
        def https_open(self, request):
            if not folder.exists():
                raise URLError("Name or service not known")
            headers = Message()
            headers["Content-Encoding"] = "gzip"
            path = folder / OPENML / (urlsplit(request.full_url).path.lstrip("/") + ".gz")
            if path.name == "52667.gz":  # what scikit-learn 1.6 asks for
                path = folder / ARFF
            file = path.open("rb")
            response = addinfourl(file, headers, request.full_url, 200)
            response.msg = "OK"
            return response

    install_opener(build_opener(Server))
    yield folder
    install_opener(None)


@pytest.fixture
def offline(internet):
    return internet


@pytest.fixture
def online(internet, images):
    write_openml(internet, *images)
    return internet


def test_arrays_are_those_of_fetch_openml(home, online, tmp_path):
    X, y = fetch_mnist("all", data_home=home, return_X_y=True)
    expected = fetch_openml(
        "mnist_784", version=1, data_home=tmp_path, as_frame=False, parser="liac-arff"
    )
    assert X.dtype == np.uint8
    np.testing.assert_array_equal(X, expected.data)
    np.testing.assert_array_equal(y, expected.target)
    assert y.dtype == expected.target.dtype
    assert {type(label) for label in y} == {str}


@pytest.mark.parametrize(
    ("subset", "rows"), [("train", slice(15)), ("test", slice(15, 20)), ("all", slice(20))]
)
def test_subsets(home, images, subset, rows):
    for _ in range(2):  # parsed, then from the compact copy
        mnist = fetch_mnist(subset, data_home=home)
        np.testing.assert_array_equal(mnist.data, images[0][rows])
        np.testing.assert_array_equal(mnist.target, images[1][rows])
        assert mnist.data.base is None, "holds more memory than its own"
        mnist.data[:] = 0  # writable, and its own


def test_train_is_the_default(home):
    assert len(fetch_mnist(data_home=home).data) == 15


def test_bunch_describes_itself(home):
    mnist = fetch_mnist(data_home=home)
    assert mnist.feature_names == [f"pixel{number}" for number in range(1, 785)]
    assert mnist.target_names == list("0123456789")
    assert "28x28" in mnist.DESCR


def test_environment_names_the_folder(home, monkeypatch):
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(home))
    assert len(fetch_mnist().data) == 15
    assert (home / COMPACT).exists()


def test_first_call_leaves_openml_s_files_as_they_were(home):
    before = contents(home)
    fetch_mnist(data_home=home)
    after = contents(home)
    assert set(after) - set(before) == {home / COMPACT}
    assert before.items() <= after.items()


def test_second_call_needs_the_compact_copy_only(home, offline, images):
    fetch_mnist(data_home=home)
    for file in (home / OPENML).rglob("*.gz"):
        file.unlink()
    mnist = fetch_mnist("all", data_home=home, download_if_missing=False)
    np.testing.assert_array_equal(mnist.data, images[0])


def test_file_name_of_scikit_learn_1_6(home, images):
    (home / ARFF).rename(home / OPENML / "data/v1/download/52667.gz")
    (home / ARFF).parent.rmdir()
    mnist = fetch_mnist("all", data_home=home)
    np.testing.assert_array_equal(mnist.data, images[0])


def test_where_files_cannot_be_linked_they_are_copied(home, images, monkeypatch):
    def refuse(self, target):
        raise OSError(errno.EPERM, "A required privilege is not held by the client")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    np.testing.assert_array_equal(fetch_mnist("all", data_home=home).data, images[0])


def test_many_calls_at_once(home, images):
    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(fetch_mnist, "all", data_home=home) for _ in range(8)]
    for call in calls:
        np.testing.assert_array_equal(call.result().data, images[0])


@pytest.mark.parametrize("subset", ["Train", "", None, 1, ["train"]])
def test_unknown_subset_is_refused(subset):
    with pytest.raises(ValueError, match="subset must be 'train', 'test' or 'all', got"):
        fetch_mnist(subset)


def test_data_home_of_another_type_is_refused():
    with pytest.raises(TypeError, match="'data_home' parameter"):
        fetch_mnist(data_home=1)


def test_data_home_that_cannot_be_a_folder_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"data folder cannot be used: .*SCIKIT_LEARN_DATA"):
        fetch_mnist(data_home=tmp_path / "file" / "home")


def truncated(content):
    return content[: len(content) // 2]


def altered(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def altered_inside(content):
    return gzip.compress(altered(gzip.decompress(content)))


def grown(content):
    return content + b"\0"


def emptied(content):
    return b""


def damage(path, how):
    path.write_bytes(how(path.read_bytes()))


@pytest.mark.parametrize("how", [truncated, altered, grown, emptied])
def test_damaged_compact_copy_is_named_and_rebuilt(home, images, offline, how):
    fetch_mnist(data_home=home)
    damage(home / COMPACT, how)
    with pytest.warns(UserWarning, match=rf"{COMPACT} is damaged .*: rebuilding it") as caught:
        mnist = fetch_mnist("all", data_home=home)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    np.testing.assert_array_equal(mnist.data, images[0])
    fetch_mnist(data_home=home)  # warns no more


def test_damaged_compact_copy_that_cannot_be_rebuilt_is_refused(home, offline):
    fetch_mnist(data_home=home)
    damage(home / COMPACT, altered)
    (home / ARFF).unlink()
    with pytest.raises(OSError, match=rf"{COMPACT} is damaged .* OpenML cannot be reached"):
        fetch_mnist(data_home=home)


DAMAGED_DOWNLOADS = pytest.mark.parametrize(
    ("name", "how"),
    [
        (ARFF, truncated),
        (ARFF, altered),
        (ARFF, altered_inside),
        (ARFF, emptied),
        (API / "554.gz", truncated),
        (API / "554.gz", lambda content: gzip.compress(b"[]")),
        (API / "features/554.gz", altered),
        (API / "qualities/554.gz", emptied),
    ],
)


@DAMAGED_DOWNLOADS
def test_damaged_download_is_named_and_kept_where_openml_is_out_of_reach(home, offline, name, how):
    damage(home / name, how)
    before = contents(home)
    with pytest.raises(ConnectionError, match=rf"{name} is damaged .* cannot be reached"):
        fetch_mnist(data_home=home)
    with pytest.raises(OSError, match=rf"{name} is damaged .* download_if_missing is False"):
        fetch_mnist(data_home=home, download_if_missing=False)
    assert contents(home) == before


@DAMAGED_DOWNLOADS
def test_damaged_download_is_named_and_replaced(home, online, images, name, how):
    damage(home / name, how)
    with pytest.warns(UserWarning, match=f"{name} is damaged .*: rebuilding it") as caught:
        mnist = fetch_mnist("all", data_home=home)
    assert len(caught) == 1
    np.testing.assert_array_equal(mnist.data, images[0])
    assert files(online) <= files(home)


def test_missing_files_are_downloaded_and_kept(small, online, images, tmp_path):
    home = tmp_path / "home"
    mnist = fetch_mnist("all", data_home=home)
    np.testing.assert_array_equal(mnist.data, images[0])
    np.testing.assert_array_equal(mnist.target, images[1])
    assert files(online) <= files(home)


def test_corrupt_download_is_refused_and_not_kept(small, online, tmp_path):
    damage(online / ARFF, altered_inside)
    with (
        pytest.warns(RuntimeWarning, match="Invalid cache"),
        pytest.raises(OSError, match=r"MNIST could not be read from OpenML: .*md5"),
    ):
        fetch_mnist(data_home=tmp_path / "home")
    assert not contents(tmp_path / "home")


def test_nothing_cached_and_no_network(offline, tmp_path):
    advice = r"data_home or SCIKIT_LEARN_DATA to a folder .* sklearn.datasets.load_digits"
    with pytest.raises(ConnectionError, match=rf"not cached in .*Name or service.*{advice}"):
        fetch_mnist(data_home=tmp_path)
    with pytest.raises(OSError, match=rf"not cached in .* download_if_missing is False.*{advice}"):
        fetch_mnist(data_home=tmp_path, download_if_missing=False)


def test_network_that_drops_packets(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets, "_PATIENCE", 0.3)
    install_opener(None)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(ConnectionError, match=r"cannot be reached \(.*(timed out|no answer)"):
            fetch_mnist(data_home=tmp_path)
    install_opener(None)


def test_network_that_does_not_know_any_name(tmp_path, monkeypatch):
    known = threading.Event()

    def wait(*args, **kwargs):
        known.wait()
        raise socket.gaierror("Temporary failure in name resolution")

    monkeypatch.setattr(datasets, "_PATIENCE", 0.3)
    monkeypatch.setattr(socket, "getaddrinfo", wait)
    timeout = socket.getdefaulttimeout()
    with pytest.raises(ConnectionError, match="no answer within"):
        fetch_mnist(data_home=tmp_path)
    known.set()
    assert socket.getdefaulttimeout() == timeout


@pytest.mark.parametrize("wrong", ["few", "wide", "negative", "bright", "one digit"])
def test_another_data_set_is_refused(small, tmp_path, images, wrong):
    pixels, labels = images
    if wrong == "few":
        pixels, labels = pixels[:15], labels[:15]
    elif wrong == "wide":
        pixels = np.hstack([pixels, pixels])
    elif wrong == "negative":
        pixels = pixels - 1
    elif wrong == "bright":
        pixels = pixels + 1
    else:
        labels = ["7"] * 20
    write_openml(tmp_path / "home", pixels, labels)
    before = contents(tmp_path)
    with pytest.raises(OSError, match=rf"read from .*{OPENML}: .* is not 20 rows of 784 pixels"):
        fetch_mnist(data_home=tmp_path / "home")
    assert contents(tmp_path) == before


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, URLError("reset by peer")])
def test_cache_survives_whatever_stops_the_parser(home, monkeypatch, error):
    def delete_and_fail(*args, data_home, **kwargs):
        for file in Path(data_home).rglob("*.gz"):
            file.unlink()
        raise error

    before = contents(home)
    monkeypatch.setattr(datasets, "fetch_openml", delete_and_fail)
    with pytest.raises((KeyboardInterrupt, MemoryError, OSError)):
        fetch_mnist(data_home=home)
    assert contents(home) == before


@pytest.mark.filterwarnings("ignore:Invalid cache")
def test_cache_survives_the_parser_of_any_pandas(home, online, monkeypatch):
    pytest.importorskip("pandas")
    before = contents(home)
    monkeypatch.setattr(datasets, "_choose_parser", lambda: "pandas")
    with contextlib.suppress(TypeError):  # with pandas 3, which makes integers of the labels
        fetch_mnist(data_home=home)
    assert before.items() <= contents(home).items()


def test_folder_that_takes_no_file(home, images):
    (home / "skdigits").touch()
    for _ in range(2):
        with pytest.warns(UserWarning, match=r"not be cached in .* every call takes 0 s") as caught:
            mnist = fetch_mnist("all", data_home=home)
        assert len(caught) == 1
        np.testing.assert_array_equal(mnist.data, images[0])


@pytest.mark.parametrize("cached", [True, False])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
def test_full_or_read_only_disk(small, tmp_path, images, online, monkeypatch, cached, code):
    def refuse(descriptor):
        raise OSError(code, os.strerror(code))

    home = tmp_path / "home"
    if cached:
        write_openml(home, *images)
    before = contents(tmp_path)
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.warns(UserWarning, match=os.strerror(code)):
        mnist = fetch_mnist("all", data_home=home)
    np.testing.assert_array_equal(mnist.data, images[0])
    assert contents(tmp_path) == before


@pytest.fixture
def odd_file():
    """A function that puts something at a path which is no file of ours."""

    def put(path, kind):
        path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        if kind == "pipe":
            os.mkfifo(path)
        elif kind == "endless":
            path.symlink_to("/dev/zero")
        elif kind == "folder":
            path.mkdir()
        else:
            path.symlink_to(path)

    return put


needs_unix = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files here")


@needs_unix
@pytest.mark.parametrize("kind", ["pipe", "endless", "folder", "circle"])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_compact_copy_that_is_no_file__is_not_waited_for(kind, home, images, odd_file, recwarn):
    odd_file(home / COMPACT, kind)
    mnist = fetch_mnist("all", data_home=home, download_if_missing=False)
    np.testing.assert_array_equal(mnist.data, images[0])
    told = [str(warning.message) for warning in recwarn]
    if kind == "folder":
        assert f"{home / COMPACT} cannot be written" in told[-1]
    else:
        assert (home / COMPACT).is_file()
    if kind != "circle":
        assert f"{home / COMPACT} cannot be read (Not a regular file): rebuilding it" in told[0]


@needs_unix
@pytest.mark.parametrize("kind", ["pipe", "endless", "folder"])
@pytest.mark.parametrize("name", [ARFF, API / "554.gz"])
def test_download_that_is_no_file__is_not_waited_for(name, kind, home, offline, odd_file):
    odd_file(home / name, kind)
    with pytest.raises(OSError, match=rf"{name} is damaged or unreadable \(Not a regular file\)"):
        fetch_mnist(data_home=home)


@needs_unix
def test_files_that_may_not_be_read__are_named(home, offline):
    fetch_mnist(data_home=home)
    user, public = os.geteuid(), Path(tempfile.mkdtemp(dir="/tmp"))
    try:
        public.chmod(0o755)
        shutil.copytree(home, public, dirs_exist_ok=True)
        for name in (COMPACT, ARFF):
            (public / name).chmod(0)
        if user == 0:  # who may read anything
            os.seteuid(65534)
        with pytest.raises(OSError, match="download_if_missing is False") as caught:
            fetch_mnist(data_home=public, download_if_missing=False)
    finally:
        os.seteuid(user)
        shutil.rmtree(public)
    assert f"{COMPACT} cannot be read (Permission denied)" in str(caught.value)
    assert f"{ARFF} is damaged or unreadable (Permission denied)" in str(caught.value)


# Whether it is cached


def test_is_cached__with_the_downloads_or_the_compact_copy(home, monkeypatch):
    assert is_mnist_cached(home)
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(home))
    assert is_mnist_cached()
    assert find_data_home() == home
    fetch_mnist(data_home=home)
    shutil.rmtree(home / OPENML)
    assert is_mnist_cached(home)
    shutil.rmtree(home / "skdigits")
    assert not is_mnist_cached(home)


@pytest.mark.parametrize("name", [ARFF, API / "554.gz"])
def test_is_cached__not_if_a_file_is_missing(name, home):
    (home / name).unlink()
    assert not is_mnist_cached(home)


@needs_unix
def test_is_cached__a_pipe_is_no_copy(tmp_path, odd_file):
    odd_file(tmp_path / COMPACT, "pipe")
    assert not is_mnist_cached(tmp_path)


def test_is_cached__makes_no_folder(tmp_path):
    assert not is_mnist_cached(tmp_path / "none")
    assert list(tmp_path.glob("none")) == []


def test_is_cached__folder_that_cannot_be_looked_into(tmp_path):
    with pytest.raises(OSError, match="aaa cannot be read: File name too long"):
        is_mnist_cached(tmp_path / (300 * "a"))


def idx_md5(array, magic):
    """MD5 of an array as the original files of MNIST hold it."""
    header = struct.pack(f">{1 + array.ndim}i", magic, *array.shape)
    return hashlib.md5(header + array.astype(np.uint8).tobytes()).hexdigest()


FETCH = "import sys; from skdigits.datasets import fetch_mnist; fetch_mnist(data_home=sys.argv[1])"


def test_two_processes_at_once_read_the_genuine_mnist(mnist_home, offline):
    before = contents(mnist_home / OPENML)
    (mnist_home / COMPACT).unlink(missing_ok=True)
    command = [sys.executable, "-W", "error", "-c", FETCH, str(mnist_home)]
    processes = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait() for process in processes] == [0, 0]
    assert contents(mnist_home / OPENML) == before
    for subset, images_md5, labels_md5 in [
        ("train", "6bbc9ace898e44ae57da46a324031adb", "a25bea736e30d166cdddb491f175f624"),
        ("test", "2646ac647ad5339dbf082846283269ea", "27ae3e4e09519cfbb04c329615203637"),
    ]:
        X, y = fetch_mnist(subset, data_home=mnist_home, return_X_y=True)
        assert idx_md5(X.reshape(-1, 28, 28), 2051) == images_md5
        assert idx_md5(y, 2049) == labels_md5
