"""The README for package indexes, which have no other file of the repository."""

import re
from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface


class Readme(MetadataHookInterface):
    """Shows the pictures of the documentation's site, and names files without a link."""

    def update(self, metadata):
        """Add the README to the project's metadata."""
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        text = text.replace("](docs/_static/", f"]({metadata['urls']['Documentation']}_static/")
        text = re.sub(r"\[([^]]+)\]\((?!https:)[^)]+\)", r"\1", text)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
