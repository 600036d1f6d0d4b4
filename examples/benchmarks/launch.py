"""Run a command, and print its seconds and its highest memory in megabytes.

This is a small program of its own, because a child process starts with the memory of its parent.
"""

import json
import os
import subprocess
import sys
import time

start = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
seconds = time.perf_counter() - start
if status:
    sys.exit(f"{' '.join(sys.argv[1:])} failed")
print(json.dumps([seconds, usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)]))
