"""Sphinx configuration; `tox -e docs` builds the pages."""

import sys
import zlib
from pathlib import Path

import skdigits

here = Path(__file__).parent
sys.path.append(str(here / "_ext"))

project = "skdigits"
author = "skdigits developers"
copyright = f"2026, {author}"
version = release = skdigits.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "sphinx.ext.viewcode",
    "matplotlib.sphinxext.figmpl_directive",
    "matplotlib.sphinxext.plot_directive",
    "myst_parser",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
    "command_help",
    "floors",
    "thumbnails",
]
templates_path = ["_templates"]
exclude_patterns = ["_build", "_ext", "_templates"]
default_role = "literal"
nitpicky = True  # every reference leads somewhere
autodoc_typehints = "none"  # docstrings tell the types
smartquotes = False
toc_object_entries_show_parents = "hide"

html_theme = "pydata_sphinx_theme"
html_title = project
html_show_sourcelink = False
html_static_path = ["_static"]
html_favicon = "_static/favicon.png"
html_css_files = ["narrow.css"]
alone = ("install", "tutorial", "faq", "help", "contributing")  # pages with none below
html_sidebars = {page: [] for page in alone}
html_theme_options = {
    "show_toc_level": 2,
    "show_prev_next": False,
    "header_links_before_dropdown": 7,
}

# The class template lists the members.
numpydoc_show_class_members = False

# Pictures in pages are drawn while building, by the code that stands above them.
plot_include_source = True
plot_working_directory = str(here / "_build")  # where that code writes its files
plot_html_show_formats = False
plot_html_show_source_link = False
plot_formats = [("png", 100)]
plot_srcset = ["2.0x"]
plot_apply_rcparams = True
plot_rcparams = {
    "figure.constrained_layout.use": True,
    "figure.figsize": (6.4, 4),
    "font.size": 11,
    "savefig.bbox": "tight",
}

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "ignore_pattern": r"benchmarks|fonts|train_|draw_",
    "abort_on_example_error": True,
    "download_all_examples": False,
    "show_memory": False,
    "within_subsection_order": "FileNameSortKey",
    "backreferences_dir": "generated/backreferences",
    "doc_module": "skdigits",
    "reference_url": {"skdigits": None},
}


def write_inventory(listing, target):
    """Write the labels listed in a text file in the form that intersphinx reads."""
    head = b"# Sphinx inventory version 2\n# Project: scikit-learn\n# Version: 1\n"
    head += b"# The remainder of this file is compressed using zlib.\n"
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(head + zlib.compress(listing.read_bytes()))
    return str(target)


# What pages refer to in scikit-learn's is listed in a file, so that building needs no network.
inventory = write_inventory(here / "scikit-learn-labels.txt", here / "_build" / "scikit-learn.inv")
intersphinx_mapping = {"sklearn": ("https://scikit-learn.org/stable/", inventory)}
