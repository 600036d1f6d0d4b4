"""Alternative texts for the thumbnails of the gallery, which sphinx-gallery leaves empty."""

from docutils import nodes


def name_thumbnails(app, doctree, docname):
    """Give each thumbnail the title of its example, which follows it as a link."""
    for image in doctree.findall(nodes.image):
        if image["uri"].endswith("_thumb.png"):
            image["alt"] = image.next_node(nodes.paragraph, siblings=True).astext()


def setup(app):
    """Tell Sphinx when to do it."""
    app.connect("doctree-resolved", name_thumbnails)
    return {"parallel_read_safe": True}
