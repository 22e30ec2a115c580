"""Where a login goes on after a session that ended: to the page of the one who was there, and of nobody else.

On a shared workstation the next person would otherwise open, in her own name, the patient whom the former one was reading.
"""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID


def for_person(address: str, handle: UUID) -> str:
    """`address`, with whose it is in its fragment, which a browser sends to nobody."""
    return urlsplit(address)._replace(fragment=mark(handle)).geturl()


def address_for(address: str, handle: UUID) -> str:
    """The address when it is this person's or was nobody's; the home page otherwise."""
    parts = urlsplit(address)
    return parts._replace(fragment="").geturl() if parts.fragment in ("", mark(handle)) else "/"


def mark(handle: UUID) -> str:
    """Whose page it is: a part of `Account.handle`, random, that tells nothing of the person."""
    return handle.hex[:12]
