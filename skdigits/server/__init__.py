"""Answers over HTTP: digits and numbers on pictures, and a page to try them.

It needs the packages of the extra ``serve``, which are imported when they are asked for.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
