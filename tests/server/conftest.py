"""A server in this process, and pictures to send."""

import numpy as np
import pytest
from serving import Server, png
from starlette.testclient import TestClient

from skdigits.datasets import compose_strings, make_digits
from skdigits.server import Settings, create_app


@pytest.fixture(scope="session")
def drawn():
    """The digits 0 to 9, black on white, as arrays."""
    X, _ = make_digits(1, n_copies=1, side=80, random_state=0)
    return list(255 - X.reshape(-1, 80, 80).astype(np.uint8))


@pytest.fixture(scope="session")
def files(drawn):
    """They as PNG files."""
    return [png(pixels) for pixels in drawn]


@pytest.fixture(scope="session")
def line():
    """A picture of a number as a PNG file, and the number."""
    X, y = make_digits(20, n_copies=1, side=28, random_state=1)
    pictures, strings = compose_strings(X, y, 1, lengths=5, heights=40, random_state=2)
    return png(pictures[0]), strings[0]


@pytest.fixture(scope="session")
def client():
    """What asks a server with the default settings."""
    with TestClient(create_app(), base_url="http://localhost:8000") as client:
        yield client


@pytest.fixture
def serve(request):
    """A function that starts a server with other settings, and returns what asks it."""

    def start(**settings):
        model = settings.pop("model", None)
        app = create_app(Settings(**settings), model=model)
        client = TestClient(app, base_url="http://localhost:8000", raise_server_exceptions=False)
        request.addfinalizer(lambda: client.__exit__(None, None, None))
        return client.__enter__()

    return start


@pytest.fixture
def server():
    server = Server()
    yield server
    server.end()
