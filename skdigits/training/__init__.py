"""Training of a network, through skorch: `fit` is its one door.

What needs PyTorch is imported when it is asked for.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
