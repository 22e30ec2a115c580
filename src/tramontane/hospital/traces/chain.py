"""The chain of seals: made off the request path, verified row by row."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import OperationalError, transaction
from django.db.models import QuerySet

from tramontane.hospital import clock
from tramontane.hospital.traces import locks
from tramontane.hospital.traces.models import PurgedTrace, Seal, Trace
from tramontane.hospital.traces.services import digest_of

logger = logging.getLogger("tramontane.traces")
GENESIS = "0" * 64
LEAF = 40  # bytes: rank (8), digest (32)

SENTENCES = {
    "row-changed": "La trace {where} a été modifiée.",
    "row-missing": "La trace {where} a disparu.",
    "row-added": "La trace {where} a été ajoutée après coup.",
    "seal-changed": "Le sceau {where} a été modifié.",
    "seal-missing": "Un sceau a disparu avant le sceau {where}.",
    "head-missing": "La fin de la chaîne a disparu : le dernier sceau connu ailleurs n’y est plus.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong, and where: the rank of a trace, or of a seal."""

    kind: str
    where: int

    @property
    def sentence(self) -> str:
        """In French."""
        return SENTENCES[self.kind].format(where=self.where)


@dataclass(slots=True)
class Verification:
    """What was read, what is wrong. `head` is the last link: keep it elsewhere, and compare next time."""

    traces: int = 0
    seals: int = 0
    purged: int = 0
    unsealed: int = 0
    head: str = GENESIS
    findings: list[Finding] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


def pack(rows: list[tuple[int, str]]) -> bytes:
    """The leaves of a seal: rank (8 bytes, big endian) and digest (32 bytes) of each trace, in order."""
    return b"".join(rank.to_bytes(8, "big") + bytes.fromhex(digest) for rank, digest in rows)


def unpack(leaves: bytes) -> dict[int, str]:
    """Digest by rank."""
    return {
        int.from_bytes(leaves[at : at + 8], "big"): leaves[at + 8 : at + LEAF].hex()
        for at in range(0, len(leaves), LEAF)
    }


def link(previous_hash: str, leaves: bytes) -> str:
    """The hash of a link: SHA-256 over the previous hash and every leaf, in order."""
    return hashlib.sha256(previous_hash.encode() + leaves).hexdigest()


def seal(batch: int = 10_000) -> Seal | None:
    """Chain the traces written since the last seal. None when there is nothing new, or when writers are busy."""
    try:
        with transaction.atomic():
            locks.sealing()
            return _seal(batch)
    except OperationalError as error:
        if "lock" not in str(error).casefold() and "verrou" not in str(error).casefold():
            raise
        logger.info("traces.seal_postponed")
        return None


def _seal(batch: int) -> Seal | None:
    previous = Seal.objects.order_by("-id").first()
    after = previous.last_trace_id if previous else 0
    rows = list(Trace.objects.filter(id__gt=after).order_by("id").values_list("id", "digest")[:batch])
    if not rows:
        return None
    leaves = pack(rows)
    previous_hash = previous.hash if previous else GENESIS
    made = Seal.objects.create(
        first_trace_id=rows[0][0],
        last_trace_id=rows[-1][0],
        count=len(rows),
        previous_hash=previous_hash,
        hash=link(previous_hash, leaves),
        leaves=leaves,
        sealed_at=clock.now(),
    )
    # The head leaves the machine with the logs: what it covers can no longer be rewritten unseen.
    logger.info("traces.sealed", extra={"head": made.hash, "last_trace_id": made.last_trace_id, "count": made.count})
    return made


def verify(expected_head: str = "") -> Verification:
    """Read everything again: each link, each sealed row, each row since the last seal.

    Args:
        expected_head: the head noted earlier, elsewhere; says when the end of the chain was cut off.
    """
    result = Verification()
    heads = _read(result, Seal.objects.all(), Trace.objects.all())
    if expected_head and expected_head not in heads:
        last = Seal.objects.order_by("-id").first()
        result.findings.append(Finding("head-missing", last.last_trace_id if last else 0))
    return result


def verify_ranks(first: int, last: int) -> Verification:
    """Read again the links that hold these traces, whole, and the traces no link holds yet; both ranks included.

    The links before are taken as they are: they are verified with the traces they hold.
    """
    before = Seal.objects.filter(last_trace_id__lt=first).order_by("-id").first()
    result = Verification(head=before.hash if before else GENESIS)
    seals = Seal.objects.filter(last_trace_id__gte=first, first_trace_id__lte=last)
    _read(result, seals, Trace.objects.filter(id__gte=first, id__lte=last), before.last_trace_id if before else 0)
    return result


def _read(result: Verification, seals: QuerySet[Seal], traces: QuerySet[Trace], after: int = 0) -> set[str]:
    """Each link with its rows, then the rows no link holds. Gives the hash of every link."""
    heads = set()
    for made in seals.order_by("id").iterator(chunk_size=20):
        result.findings += _check_seal(made, result.head, after)
        result.findings += _check_rows(made, after, result)
        heads.add(made.hash)
        result.seals += 1
        result.head, after = made.hash, made.last_trace_id
    for trace in traces.filter(id__gt=after).order_by("id").iterator():
        result.unsealed += 1
        if digest_of(trace) != trace.digest:
            result.findings.append(Finding("row-changed", trace.pk))
    result.traces += result.unsealed
    return heads


def _check_seal(made: Seal, previous_hash: str, after: int) -> Iterator[Finding]:
    leaves = bytes(made.leaves)
    ranks = list(unpack(leaves)) if len(leaves) % LEAF == 0 else []
    coherent = (
        bool(ranks)
        and ranks == sorted(set(ranks))
        and (ranks[0], ranks[-1], len(ranks)) == (made.first_trace_id, made.last_trace_id, made.count)
        and ranks[0] > after
    )
    if not coherent or made.hash != link(made.previous_hash, leaves):
        yield Finding("seal-changed", made.pk)
    elif made.previous_hash != previous_hash:
        yield Finding("seal-missing", made.pk)


def _check_rows(made: Seal, after: int, result: Verification) -> Iterator[Finding]:
    leaves = unpack(bytes(made.leaves)) if len(bytes(made.leaves)) % LEAF == 0 else {}
    seen = set()
    for trace in Trace.objects.filter(id__gt=after, id__lte=made.last_trace_id).order_by("id").iterator():
        seen.add(trace.pk)
        result.traces += 1
        if trace.pk not in leaves:
            yield Finding("row-added", trace.pk)
        elif not leaves[trace.pk] == trace.digest == digest_of(trace):
            yield Finding("row-changed", trace.pk)
    missing = [rank for rank in leaves if rank not in seen]
    purged = _purged(missing)
    result.purged += len(purged)
    yield from (Finding("row-missing", rank) for rank in missing if rank not in purged)


def _purged(ranks: list[int]) -> set[int]:
    """Those destroyed by decision, asked in slices that every database accepts."""
    found: set[int] = set()
    for at in range(0, len(ranks), 900):
        found |= set(PurgedTrace.objects.filter(trace_id__in=ranks[at : at + 900]).values_list("trace_id", flat=True))
    return found
