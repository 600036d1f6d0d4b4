"""The convolutional networks, which need PyTorch only.

Layouts and costs do not need even that; everything else is imported on first use.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
