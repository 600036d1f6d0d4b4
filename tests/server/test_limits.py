"""Who may ask and how much, and what comes back: one sentence, and nothing is read."""

import base64
import json
import struct
import zlib

import numpy as np
import pytest
from serving import PNG, png

TOKEN = "a secret"


def refused(response, status, words):
    """The server says why there is no answer."""
    assert response.status_code == status, response.text
    assert words in response.json()["detail"]


def bomb(width, height):
    """Return a PNG file that says how large it is, and holds nothing."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example:8000", "", "127.0.0.1.x"])
def test_another_host(client, host):
    refused(
        client.get("/metrics", headers={"host": host}),
        421,
        "does not accept requests for this host name",
    )


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:9", "127.0.0.1:8000", "[::1]:8000"])
def test_this_machine(client, host):
    assert client.get("/metrics", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["null", "http://evil.example", "https://localhost.evil", "x"])
def test_another_origin(client, files, origin):
    headers = PNG | {"origin": origin}
    response = client.post("/v1/digits", content=files[0], headers=headers)
    refused(response, 403, "another origin")


def test_the_page_s_own_origin(client, files):
    headers = PNG | {"origin": "http://localhost:8000"}
    assert client.post("/v1/digits", content=files[0], headers=headers).status_code == 200


def test_names_that_are_allowed(serve):
    client = serve(allowed_hosts=("digits.example.org",))
    for host in ("digits.example.org", "digits.example.org:443", "localhost"):
        assert client.get("/metrics", headers={"host": host}).status_code == 200
    refused(client.get("/metrics", headers={"host": "example.org"}), 421, "--allow-host")


def test_a_token(serve, files):
    client = serve(token=TOKEN)
    for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": TOKEN}):
        response = client.post("/v1/digits", content=files[0], headers=PNG | headers)
        refused(response, 401, "token")
        assert response.headers["www-authenticate"] == "Bearer"
    good = {"authorization": f"Bearer {TOKEN}"}
    assert client.post("/v1/digits", content=files[0], headers=PNG | good).status_code == 200
    for path in ("/healthz", "/", "/page.js", "/style.css", "/examples.json", "/digit-2.png"):
        assert client.get(path).status_code == 200  # the page asks for the token
    for path in ("/metrics", "/openapi.json", "/none.js"):
        refused(client.get(path), 401, "token")


@pytest.mark.parametrize("length", ["99999999999", "-1", "1e3", "abc", "+5"])
def test_a_length_that_lies(client, length):
    response = client.post("/v1/digits", headers=PNG | {"content-length": length}, content=b"")
    assert response.status_code in (400, 413)


def test_a_body_that_is_too_large(serve, files):
    client = serve(max_bytes=1000)
    refused(client.post("/v1/digits", content=b"x" * 1001, headers=PNG), 413, "1,000 bytes")

    def chunks():
        for _ in range(100):
            yield b"x" * 100

    refused(client.post("/v1/digits", content=chunks(), headers=PNG), 413, "1,000 bytes")
    assert client.post("/v1/digits", content=files[0], headers=PNG).status_code in (200, 413)


def test_more_bytes_than_are_held(serve, files):
    client = serve(max_bytes_held=100)
    response = client.post("/v1/digits", content=files[0], headers=PNG)
    refused(response, 503, "as many pictures as it can")
    assert response.headers["retry-after"] == "1"
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"", 415, "is not a PNG"),
        (b"no picture", 415, "is not a PNG"),
        (png(np.zeros((5, 5)), "GIF"), 415, "is not a PNG"),
        (png(np.zeros((5, 5)), "PPM"), 415, "is not a PNG"),
        (b"%PDF-1.7", 415, "is not a PNG"),
        (bomb(20_000, 20_000), 413, "more than 40,000,000 pixels"),
        (bomb(2**31 - 1, 2**31 - 1), 413, "more than 40,000,000 pixels"),
        (bomb(100, 100), 422, "damaged"),
    ],
)
def test_what_is_no_picture(client, content, status, words):
    refused(client.post("/v1/digits", content=content, headers=PNG), status, words)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"null",
        b'{"images": 5}',
        b'{"images": []}',
        b'{"images": [5]}',
        b'{"images": ["/etc/passwd"]}',
        b'{"images": ["!!!"]}',
        b'{"images": ["aGVsbG8="], "rows": []}',
        b'{"rows": [[]]}',
        b'{"rows": [5]}',
        b'{"rows": [[1, 2, 3]]}',
        b'{"rows": [["a", 1, 2, 3]]}',
        b'{"rows": [[[1], [2]]]}',
        b'{"rows": [[1e999, 1, 2, 3]]}',
        b'{"rows": [[-1, 0, 0, 0]]}',
        b'{"rows": [[256, 0, 0, 0]]}',
        b'{"rows": [[NaN, 0, 0, 0]]}',
        b"[" * 100_000,
        b'{"images": ' + b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_json_that_is_none_of_these(client, body):
    headers = {"content-type": "application/json"}
    response = client.post("/v1/digits", content=body, headers=headers)
    assert response.status_code in (415, 422)
    assert response.json()["detail"].endswith((".", "file"))


def test_too_many_pictures(client, files):
    many = [base64.b64encode(files[0]).decode()] * 65
    refused(client.post("/v1/digits", json={"images": many}), 422, "1 to 64 pictures")
    response = client.post("/v1/digits", files=[("a", files[0])] * 65)
    assert response.status_code == 422
    response = client.post("/v1/explain", json={"images": many[:2]})
    refused(response, 422, "one picture")


@pytest.mark.parametrize("n_parts", [70, 10_000])
def test_a_form_of_many_parts(client, n_parts):
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    headers = {"content-type": "multipart/form-data; boundary=x"}
    response = client.post("/v1/digits", content=part * n_parts + b"--x--", headers=headers)
    refused(response, 422, "form")


@pytest.mark.parametrize(
    "kind",
    ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=y"],
)
def test_a_form_that_is_none(client, kind):
    response = client.post("/v1/digits", content=b"--x\r\n\r\nno", headers={"content-type": kind})
    assert response.status_code == 422


@pytest.mark.parametrize("kind", ["text/plain", "", "application/xml"])
def test_another_content_type(client, kind):
    response = client.post("/v1/digits", content=b"x", headers={"content-type": kind})
    refused(response, 415, "content type")


@pytest.mark.parametrize(
    "query",
    [
        "digits?max_error_rate=0",
        "digits?max_error_rate=nan",
        "digits?max_error_rate=1e-9",
        "numbers?pattern=xyz",
        "numbers?checksum=none",
        "numbers?min_value=-1",
        "numbers?min_value=9&max_value=3",
        "numbers?allowed=abc",
        "numbers?separators=perhaps",
    ],
)
def test_parameters_that_cannot_be(client, files, query):
    response = client.post(f"/v1/{query}", content=files[0], headers=PNG)
    assert response.status_code == 422, response.text
    assert len(response.json()["detail"]) > 10


@pytest.mark.parametrize("length", ["0", "abc", "9-3", ""])
def test_a_length_that_cannot_be(client, files, length):
    response = client.post(f"/v1/numbers?length={length}", content=files[0], headers=PNG)
    refused(response, 422, "length must be a number, or a range such as 3-6")


@pytest.mark.parametrize(
    "path",
    [
        "/../_app.py",
        "/%2e%2e/_app.py",
        "/..%2f_app.py",
        "//etc/passwd",
        "/page.js/../../_app.py",
        "/x",
    ],
)
def test_nothing_outside_of_the_page_is_served(client, path):
    assert client.get(path).status_code == 404


def test_the_page_allows_itself_only(client):
    for path in ("/", "/page.js", "/style.css", "/healthz", "/nothing"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe-inline" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    page = client.get("/").text
    assert "http" not in page.replace("http-equiv", "")
    assert "style=" not in page


def test_probes_and_figures(client, files):
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}
    client.post("/v1/digits", content=files[0], headers=PNG)
    client.get("/no/such/path")
    text = client.get("/metrics").text
    assert 'skdigits_requests_total{path="/v1/digits",status="200"}' in text
    assert 'skdigits_requests_total{path="other",status="404"}' in text
    assert "no/such/path" not in text
    assert "skdigits_pictures_waiting 0.0" in text


def test_it_describes_itself(client):
    document = client.get("/openapi.json").json()
    assert {"/v1/digits", "/v1/numbers", "/v1/explain", "/healthz"} <= document["paths"].keys()
    for path in ("/v1/digits", "/v1/numbers"):
        body = document["paths"][path]["post"]["requestBody"]["content"]
        assert {"image/png", "multipart/form-data", "application/json"} <= body.keys()
        for example in body["application/json"]["examples"].values():
            response = client.post(path, json=example["value"])
            assert response.status_code == 200, response.text
            assert json.dumps(response.json())
