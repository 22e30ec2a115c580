"""Packs of proof: a ZIP with a manifest of digests and a page to read it, written as a stream, verified offline.

It knows nobody: the applications say what goes in, `tramontane pack verify` says whether it is still what it was.
"""

from tramontane.pack.manifest import Entry, InvalidPack, Manifest, State
from tramontane.pack.names import safe_name
from tramontane.pack.verifying import Finding, Limits, Report, verify
from tramontane.pack.writing import Head, Part, in_memory, stream

__all__ = [
    "Entry",
    "Finding",
    "Head",
    "InvalidPack",
    "Limits",
    "Manifest",
    "Part",
    "Report",
    "State",
    "in_memory",
    "safe_name",
    "stream",
    "verify",
]
