"""The file of an import in two steps: chosen first, then carried by its own report, so that nothing is kept aside."""

from __future__ import annotations

import base64

from django.http import HttpRequest


def brought(request: HttpRequest, most: int) -> tuple[bytes, str]:
    """The file just chosen and its name, or those the report carried; empty bytes are refused by the reader.

    Args:
        most: bytes; one more is read, for the reader to refuse.
    """
    uploaded = request.FILES.get("file")
    if uploaded is not None:
        return bytes(uploaded.read(most + 1)), (uploaded.name or "")[:200]
    try:
        data = base64.b64decode(request.POST.get("content", ""), validate=True)
    except ValueError:  # binascii.Error, and characters outside ASCII
        data = b""
    return data[: most + 1], request.POST.get("file_name", "")[:200]
