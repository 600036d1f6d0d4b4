from ._app import create_app
from ._running import check_installed, run
from ._settings import Settings

__all__ = ["Settings", "check_installed", "create_app", "run"]
