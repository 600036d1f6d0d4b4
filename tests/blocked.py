"""Code that runs where PyTorch cannot be imported."""

import subprocess
import sys

WITHOUT = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name in ("torch", "skorch", "matplotlib"):
            raise AssertionError(f"{name} is imported")

sys.meta_path.insert(0, Refuse())
"""


def run_without_torch(code, content=b""):
    """Run Python code without PyTorch and matplotlib, and return what it prints."""
    command = [sys.executable, "-c", WITHOUT + code]
    done = subprocess.run(command, input=content, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()
