"""Office files with one date for every file inside: the libraries write the present time."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime


def redated(data: bytes, moment: datetime) -> bytes:
    """The same archive, its files and its « modified » property at `moment` (UTC, without zone)."""
    stamp = f"{moment:%Y-%m-%dT%H:%M:%SZ}".encode()
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for info in source.infolist():
            content = source.read(info)
            if info.filename == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            same = zipfile.ZipInfo(info.filename, moment.timetuple()[:6])
            same.compress_type, same.create_system, same.external_attr = zipfile.ZIP_DEFLATED, 3, 0o100644 << 16
            archive.writestr(same, content)
    return target.getvalue()
