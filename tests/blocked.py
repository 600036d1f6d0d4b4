"""Code that runs where PyTorch cannot be imported."""

import subprocess
import sys

WITHOUT = """
import sys

SLOW = ("torch", "skorch", "matplotlib", "sklearn.model_selection", "sklearn.datasets")

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name in SLOW:
            raise AssertionError(f"{name} is imported")

sys.meta_path.insert(0, Refuse())
"""


def run_without_torch(code, content=b""):
    """Run code without PyTorch, and what else takes long to import; return what it prints."""
    command = [sys.executable, "-c", WITHOUT + code]
    done = subprocess.run(command, input=content, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()
