from ._graph import Graph
from ._networks import add_digit_cnn, add_line_cnn
from ._session import check_installed, find_net

__all__ = [
    "Graph",
    "add_digit_cnn",
    "add_line_cnn",
    "check_installed",
    "find_net",
]
