"""The machine face: a thin Starlette application on uvicorn, mutual TLS, stateless worker processes."""

from tramontane.national.server.patience import Patience
from tramontane.national.server.run import Listening, run
from tramontane.national.server.tls import Tls

__all__ = ["Listening", "Patience", "Tls", "run"]
