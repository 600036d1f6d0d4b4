"""Requests made up from the server's own description; ``tox -e attack`` sends ten times as many."""

import os

import pytest
from serving import Server

schemathesis = pytest.importorskip("schemathesis")
hypothesis = pytest.importorskip("hypothesis")

N_EXAMPLES = int(os.environ.get("SKDIGITS_ATTACKS", "30"))  # for each address


@pytest.fixture(scope="module")
def server():
    server = Server()
    yield server
    assert server.process.poll() is None  # it has survived
    server.end()


def test_whatever_is_sent__no_error_of_the_server(server):
    description = schemathesis.openapi.from_url(f"{server.address}openapi.json")
    operations = [each.ok() for each in description.get_all_operations()]
    assert len(operations) == 6
    for operation in operations:

        @hypothesis.given(case=operation.as_strategy())
        @hypothesis.settings(
            max_examples=N_EXAMPLES,
            deadline=None,
            suppress_health_check=list(hypothesis.HealthCheck),
            database=None,
        )
        def attack(case):
            response = case.call()
            assert response.status_code < 500 or response.status_code == 503, response.text
            if response.status_code >= 400:
                assert response.json()["detail"]

        attack()
    assert "Traceback" not in "".join(server.lines)
