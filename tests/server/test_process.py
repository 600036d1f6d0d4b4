"""The server as a process: its start, its end, slow senders and what it logs."""

import contextlib
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from blocked import run_without_torch
from commands import assert_refused, run

pytestmark = pytest.mark.slow

POST = b"POST /v1/digits HTTP/1.1\r\nHost: localhost\r\n"


def test_it_answers_logs_and_ends(server, files):
    (answer,) = server.ask("v1/digits", files[6])["answers"]
    assert answer["label"] == "6"
    assert server.end() == 0
    (asked,) = [line for line in server.log() if line.get("path") == "/v1/digits"]
    assert asked["method"] == "POST"
    assert asked["status"] == 200
    assert asked["bytes"] == len(files[6])
    assert asked["milliseconds"] > 0
    assert "Traceback" not in "".join(server.lines)


def test_ctrl_c_ends_it(server):
    assert server.end(signal.SIGINT) == 0
    assert "Traceback" not in "".join(server.lines)


def test_what_is_being_answered_is_finished(server, files):
    body = files[2]
    with server.connect() as connection:
        head = POST + b"Content-Type: image/png\r\nContent-Length: %d\r\n\r\n" % len(body)
        connection.sendall(head + body[:50])
        time.sleep(0.3)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        connection.sendall(body[50:])
        answer = b""
        while part := connection.recv(65536):
            answer += part
    assert b'"label":"2"' in answer
    assert server.process.wait(30) == 0


def test_slow_senders_do_not_hold_it_up(server, files):
    with contextlib.ExitStack() as stack:
        for i in range(300):
            connection = stack.enter_context(server.connect())
            connection.sendall(POST[: 5 + i % 40])
        start = time.perf_counter()
        assert server.ask("healthz") == {"status": "ok"}
        assert server.ask("v1/digits", files[1])["answers"][0]["label"] == "1"
        assert time.perf_counter() - start < 30
    assert server.process.poll() is None


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HT",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /he",
        POST + b"Content-Length: 9\r\n\r\nabc",
        POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ],
)
def test_a_connection_that_sends_no_more_is_closed(server, sent):
    with server.connect() as connection:
        connection.sendall(sent)
        start = time.monotonic()
        with contextlib.suppress(ConnectionResetError):
            while connection.recv(65536):
                pass
        assert time.monotonic() - start < 25
    assert server.ask("healthz") == {"status": "ok"}


def test_what_is_no_http(server):
    for sent in (b"\x16\x03\x01\x00\xa5\x01\x00", b"hello\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"):
        with server.connect() as connection:
            connection.sendall(sent)
            assert connection.recv(65536).startswith(b"HTTP/1.1 4")
    assert server.ask("healthz") == {"status": "ok"}


def test_many_at_once(server, files):
    with ThreadPoolExecutor(32) as pool:
        asked = [pool.submit(server.ask, "v1/digits", files[i % 10]) for i in range(200)]
        labels = [each.result()["answers"][0]["label"] for each in asked]
    assert labels == [str(i % 10) for i in range(200)]


def test_a_port_that_is_taken(server):
    result = run("serve", "--port", str(server.port))
    assert_refused(result, 1, f"cannot listen on 127.0.0.1, port {server.port}")


def test_wrong_options(tmp_path):
    assert_refused(run("serve", "--host", "no.such.host.invalid"), 1, "cannot listen")
    assert_refused(run("serve", "--model", tmp_path / "none"), 1, "none")
    assert_refused(run("serve", "--port", "70000"), 2, "--port")


def test_a_token_that_no_header_can_hold(monkeypatch):
    monkeypatch.setenv("SKDIGITS_TOKEN", "two words")
    assert_refused(run("serve"), 1, "SKDIGITS_TOKEN may have only printable ASCII")


def test_without_the_packages(monkeypatch):
    monkeypatch.setattr("skdigits._utils.extras.find_spec", lambda name: None)
    assert_refused(run("serve"), 1, 'pip install "skdigits[serve]"')


def test_it_needs_no_pytorch(files):
    code = """
from starlette.testclient import TestClient
from skdigits.server import create_app

content = sys.stdin.buffer.read()
with TestClient(create_app(), base_url="http://localhost") as client:
    for path in ("digits", "numbers", "explain"):
        headers = {"content-type": "image/png"}
        response = client.post(f"/v1/{path}", content=content, headers=headers)
        assert response.status_code == 200, response.text
print("done")
"""
    assert run_without_torch(code, files[4]) == "done\n"
