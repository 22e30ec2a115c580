"""What serves once, even presented twice at the same instant to two workers: a row that only one of them can insert."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import IntegrityError, transaction

from tramontane.hospital.accounts.models import ConsumedToken


def consume(name: str, until: datetime) -> bool:
    """Whether this is the first use of `name`; kept until `until`, when it would be refused as expired anyway."""
    try:
        with transaction.atomic():
            ConsumedToken.objects.create(key=hashlib.sha256(name.encode()).hexdigest(), expires_at=until)
    except IntegrityError:
        return False
    return True
