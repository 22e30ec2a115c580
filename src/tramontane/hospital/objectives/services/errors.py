"""What is refused, in words."""

from __future__ import annotations


class ObjectivesError(Exception):
    """A write refused: a French sentence that says why and what to do."""
