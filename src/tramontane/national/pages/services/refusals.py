"""The one error that a service raises: what the person may not do, why, and what she can do instead."""

from __future__ import annotations


class ActRefused(ValueError):
    """A French sentence for the page."""
