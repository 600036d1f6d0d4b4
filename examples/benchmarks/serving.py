"""Measure how many requests per second `skdigits serve` answers, and how long each takes.

    python -m examples.benchmarks.serving --output benchmark_results

Run it in the repository's root; it takes two minutes. With ``--minutes 5`` it takes five more, in
which 64 clients send good and bad pictures. Each server is a process of its own on the same
machine; servers take turns. The bare handlers are minimal FastAPI servers without the limits of
`skdigits serve`.
"""

import argparse
import asyncio
import io
import json
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

from examples.benchmarks.circumstances import current_setting
from examples.benchmarks.report import machine, packages, show, table
from skdigits import read_digits
from skdigits.datasets import make_digits

CLIENTS, SECONDS, N_ROUNDS = (1, 16, 64), 3.0, 3
BARE = """
import io, sys
import numpy as np
import uvicorn
from fastapi import FastAPI, Request
from PIL import Image
from skdigits import load_pretrained, read_digits

app, model = FastAPI(), load_pretrained(backend="onnx")

@app.post("/v1/digits")
async def digits(request: Request):
    content = await request.body()
    {handle}

uvicorn.run(app, port=int(sys.argv[1]), log_level="error")
"""
HANDLERS = {
    "bare handler, read_digits": "return next(read_digits([content], model)).to_dict()",
    "bare handler, network alone": "pixels = np.asarray(Image.open(io.BytesIO(content)))[None]\n"
    "    return {'label': model.predict(255 - pixels)[0]}",
}
SERVERS = {
    "skdigits serve": lambda port: ["-m", "skdigits", "serve", "--port", str(port)],
    **{
        name: lambda port, handle=handle: ["-c", BARE.format(handle=handle), str(port)]
        for name, handle in HANDLERS.items()
    },
}
BAD = {"text": b"no picture", "cut": None, "huge": b"x" * 11_000_000}


def pictures():
    """Return PNG files of 28 x 28 pixels, black on white."""
    X, _ = make_digits(10, n_copies=1, side=28, random_state=0)
    files = []
    for row in 255 - X.reshape(-1, 28, 28).astype(np.uint8):
        content = io.BytesIO()
        Image.fromarray(row).save(content, "PNG")
        files.append(content.getvalue())
    return files


class Client:
    """One connection that is kept alive, with one request after the other."""

    def __init__(self, port):
        self.port = port
        self.stream = None

    async def ask(self, content):
        """Send a picture; return status and body, or None if the connection was refused."""
        if self.stream is None:
            self.stream = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.stream
        head = (
            "POST /v1/digits HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        writer.write(head.encode() + content)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.partition("content-length: ")[2].split("\r\n")[0])
            body = await reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.close()
            return 0, b""
        if "connection: close" in head:
            self.close()
        return int(head.split()[1]), body

    def close(self):
        """End the connection."""
        if self.stream:
            self.stream[1].close()
        self.stream = None


async def load(port, n_clients, seconds, choose):
    """Run clients; return what each request sent, its status, its seconds and the body."""
    found, end = [], time.perf_counter() + seconds

    async def ask_on(number):
        client, i = Client(port), number
        while time.perf_counter() < end:
            name, content = choose(i)
            start = time.perf_counter()
            status, body = await client.ask(content)
            found.append((name, status, time.perf_counter() - start, body))
            i += n_clients
        client.close()

    await asyncio.gather(*(ask_on(number) for number in range(n_clients)))
    return found


class Process:
    """A server in a process of its own."""

    def __init__(self, command):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        arguments = [sys.executable, *command(self.port)]
        self.process = subprocess.Popen(arguments, env=environment, stderr=subprocess.DEVNULL)

    def __enter__(self):
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("A server has not started.")

    def __exit__(self, *error):
        self.process.terminate()
        self.process.wait(60)

    def megabytes(self):
        """Return the memory in use."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        lines = dict(line.split(":", 1) for line in status.splitlines())
        return int(lines["VmRSS"].split()[0]) / 2**10


def measure():
    """Return requests per second and their seconds, by server and number of clients."""
    files, found = pictures(), {}

    def choose(i):
        return i % len(files), files[i % len(files)]

    for _ in range(N_ROUNDS):
        for name, command in SERVERS.items():
            with Process(command) as server:
                asyncio.run(load(server.port, 4, 1.0, choose))
                for n_clients in CLIENTS:
                    answers = asyncio.run(load(server.port, n_clients, SECONDS, choose))
                    if wrong := [each for each in answers if each[1] != 200]:
                        raise RuntimeError(f"{name} answered {wrong[0][1]}")
                    seconds = [each[2] for each in answers]
                    found.setdefault((name, n_clients), []).append(
                        (len(seconds) / SECONDS, *np.percentile(seconds, [50, 99]))
                    )
    return found


def endure(minutes):
    """Return what 64 clients got in some minutes, and the server's memory before and after."""
    files = pictures()
    labels = [answer.label for answer in read_digits(files)]
    bad = {**BAD, "cut": files[0][:-40]}
    n_kinds = len(files) + len(bad)

    def choose(i):
        if i % n_kinds < len(files):
            return i % n_kinds, files[i % n_kinds]
        return list(bad.items())[i % n_kinds - len(files)]

    with Process(SERVERS["skdigits serve"]) as server:
        asyncio.run(load(server.port, 64, 20.0, choose))
        before, statuses, n_wrong = server.megabytes(), Counter(), 0
        for _ in range(round(minutes * 4)):
            for name, status, _, body in asyncio.run(load(server.port, 64, 15.0, choose)):
                statuses["good" if isinstance(name, int) else name, status] += 1
                if isinstance(name, int) and status == 200:
                    n_wrong += json.loads(body)["answers"][0]["label"] != labels[name]
        return {
            "minutes": minutes,
            "statuses": {f"{name}, {status}": n for (name, status), n in sorted(statuses.items())},
            "different_answers": n_wrong,
            "megabytes": [before, server.megabytes()],
        }


def to_markdown(found, endured, setting):
    """Return the report."""
    rows = []
    for (name, n_clients), rounds in found.items():
        rates, p50, p99 = zip(*rounds, strict=True)
        rows.append(
            [
                name,
                str(n_clients),
                f"{show(np.median(rates))} ({show(min(rates))}–{show(max(rates))})",
                show(1000 * np.median(p50), 1),
                show(1000 * np.median(p99), 1),
            ]
        )
    parts = [
        "# Requests per second of the server",
        f"{machine(setting)}; {packages(setting)}.",
        "Each request is a PNG file of 28 x 28 pixels. The clients run on the same cores. "
        f"{N_ROUNDS} rounds of {SECONDS:g} s, in which servers take turns: median "
        "(lowest–highest). The bare handlers are minimal FastAPI servers without limits: one calls "
        "`read_digits`, the other only decodes the file and calls the network.",
        table(["", "clients", "requests/s", "p50 ms", "p99 ms"], rows),
    ]
    if endured:
        before, after = endured["megabytes"]
        parts += [
            f"64 clients sent good and bad files for {endured['minutes']:g} minutes: "
            f"{endured['different_answers']} answers differ from those of `read_digits`. Memory: "
            f"{before:.0f} MB before, {after:.0f} MB after. Files and status codes:",
            table(["", "requests"], [[k, f"{n:,}"] for k, n in endured["statuses"].items()]),
        ]
    return "\n\n".join(parts) + "\n"


def main():
    """Measure, and write the report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--minutes",
        type=float,
        default=0.0,
        metavar="N",
        help="also send good and bad pictures for N minutes (0)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("benchmark_results"),
        metavar="FOLDER",
        help="folder for serving.md (benchmark_results)",
    )
    arguments = parser.parse_args()
    found = measure()
    endured = endure(arguments.minutes) if arguments.minutes else None
    setting = current_setting({"clients": CLIENTS, "seconds": SECONDS})
    text = to_markdown(found, endured, setting)
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "serving.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
