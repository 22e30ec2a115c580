"""Files of the content store, streamed to a browser."""

from __future__ import annotations

import re

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from tramontane.national.storage import store

_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(; ?[\w-]+=[\w.-]+)*", re.ASCII)


def stored(digest: str, size: int, *, name: str, content_type: str, attachment: bool) -> StreamingHttpResponse:
    """A stored content under a name; as an attachment, the browser keeps it and never opens it in the page."""
    # What a depositor announced may hold anything: only a media type goes into a header.
    safe = content_type if _MEDIA_TYPE.fullmatch(content_type) else "application/octet-stream"
    answer = StreamingHttpResponse(store().chunks(digest), content_type=safe)
    answer["Content-Disposition"] = content_disposition_header(attachment, name) or "attachment"
    answer["Content-Length"] = str(size)
    return answer
