"""Files of the content store, streamed to a browser."""

from __future__ import annotations

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from tramontane.national.storage import store


def stored(digest: str, size: int, *, name: str, content_type: str, attachment: bool) -> StreamingHttpResponse:
    """A stored content under a name; as an attachment, the browser keeps it and never opens it in the page."""
    answer = StreamingHttpResponse(store().chunks(digest), content_type=content_type)
    answer["Content-Disposition"] = content_disposition_header(attachment, name) or "attachment"
    answer["Content-Length"] = str(size)
    return answer
