"""A server as a process, and pictures to send to it."""

import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request

import numpy as np
from PIL import Image

PNG = {"content-type": "image/png"}


def png(pixels, kind="PNG"):
    """Return the content of an image file."""
    content = io.BytesIO()
    Image.fromarray(np.asarray(pixels, dtype=np.uint8)).save(content, kind)
    return content.getvalue()


class Server:
    """A process of ``skdigits serve``, on a free port."""

    def __init__(self, *args, **environment):
        command = [sys.executable, "-m", "skdigits", "serve", "--port", "0", *args]
        environment = os.environ | {"OMP_NUM_THREADS": "1"} | environment
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
        self.lines = []
        for line in self.process.stderr:
            self.lines.append(line)
            if found := re.search(r"listening on (http://127\.0\.0\.1:(\d+)/)", line):
                self.address, self.port = found[1], int(found[2])
                break
        else:
            raise AssertionError("".join(self.lines))
        self.reader = threading.Thread(target=lambda: self.lines.extend(self.process.stderr))
        self.reader.start()

    def ask(self, path, body=None, kind="image/png"):
        request = urllib.request.Request(self.address + path, body, {"Content-Type": kind})
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def end(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(30)
        self.reader.join()
        self.process.stderr.close()
        return code

    def log(self):
        """Return the lines of JSON that it logged."""
        return [json.loads(line) for line in self.lines if line.startswith("{")]
