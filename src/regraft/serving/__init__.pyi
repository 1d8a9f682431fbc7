from .mounting import build_app
from .options import ServeOptions
from .running import check_served, serve
from .service import Service

__all__ = ["ServeOptions", "Service", "build_app", "check_served", "serve"]
