"""What the stand-in was told to trust and to accept. Files are read again when they change: a CRL gets stale."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Self

from tramontane.dmp.signature import TrustStore, pem_certificates, pem_crls
from tramontane.national.judge.habilitation import HabilitationMatrix, default_matrix

# The repository of the DMP (protocol §2.7).
REPOSITORY_UNIQUE_ID = "1.2.250.1.213.4.1.1.1.2"


@dataclass(frozen=True, slots=True)
class Policy:
    """Attributes:
    trust: gives the current anchors, intermediates and CRLs of IGC-Santé; the same for TLS and signatures.
    max_age: oldest accepted IssueInstant. The real system's is not documented.
    clock_skew: how far in the future an instant may be.
    matrix: document types open to each profession.
    """

    trust: Callable[[], TrustStore]
    max_age: timedelta = timedelta(minutes=5)
    clock_skew: timedelta = timedelta(minutes=1)
    matrix: HabilitationMatrix = field(default_factory=default_matrix)


@dataclass(slots=True)
class TrustFiles:
    """A trust store kept in step with its PEM files. `require_crl=False` is for a laboratory only."""

    anchors: Path
    intermediates: Path | None = None
    crls: Path | None = None
    require_crl: bool = True
    _stamp: tuple[object, ...] = ()
    _store: TrustStore | None = None

    @classmethod
    def from_environment(cls) -> Self:
        """The files that TRAMONTANE_NATIONAL_* variables name (`server.run` sets them for its workers)."""
        return cls(
            Path(os.environ["TRAMONTANE_NATIONAL_ANCHORS"]),
            _path("TRAMONTANE_NATIONAL_INTERMEDIATES"),
            _path("TRAMONTANE_NATIONAL_CRLS"),
            require_crl=os.environ.get("TRAMONTANE_NATIONAL_REQUIRE_CRL", "1") != "0",
        )

    def __call__(self) -> TrustStore:
        """The current store.

        Raises:
            OSError: the file of the anchors cannot be read.
            ValueError: a file is not PEM.
        """
        stamp = tuple(_stamp(path) for path in (self.anchors, self.intermediates, self.crls))
        if self._store is None or stamp != self._stamp:
            self._store, self._stamp = self._load(), stamp
        return self._store

    def _load(self) -> TrustStore:
        return TrustStore(
            anchors=pem_certificates(self.anchors.read_bytes()),
            intermediates=pem_certificates(intermediates) if (intermediates := _bytes(self.intermediates)) else (),
            crls=pem_crls(crls) if (crls := _bytes(self.crls)) else (),
            require_crl=self.require_crl,
        )


def _path(variable: str) -> Path | None:
    value = os.environ.get(variable)
    return Path(value) if value else None


def _stamp(path: Path | None) -> tuple[int, int] | None:
    """Modification time and size; None for a file that is not there: an absent CRL is judged, not an error."""
    if path is None or not path.exists():
        return None
    status = path.stat()
    return status.st_mtime_ns, status.st_size


def _bytes(path: Path | None) -> bytes:
    return path.read_bytes() if path is not None and path.exists() else b""
