"""Read digits and numbers over HTTP, with a page to try it.

It needs the packages of the extra ``serve``, which are imported when they are needed.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
