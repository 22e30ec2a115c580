"""One coded value as it stands on the wire."""

from __future__ import annotations

import msgspec


class Coded(msgspec.Struct, frozen=True, gc=False):
    """A code, the code system it belongs to, and the label that came with it.

    Read from a peer it may be unknown to every value set: it is kept and shown as it is.

    Attributes:
        code: the code, verbatim.
        code_system: OID (or name) of its code system, verbatim; empty when the reference gives none.
        label: display name, possibly empty.
    """

    code: str
    code_system: str
    label: str = ""
