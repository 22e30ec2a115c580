"""What the next call of the hospital gets, once someone decided something on a page."""

from __future__ import annotations

from typing import Any

from support.national import InMemory, call, vihf
from tramontane.dmp import soap
from tramontane.dmp.transactions import td0_2, td3_1
from tramontane.dmp.xds import DocumentCriteria, find_documents


def refusal(national: InMemory, *who: Any, **changes: Any) -> str:
    """The text of the fault that answers a document search; empty when it is let in."""
    fault = soap.read_envelope(_search(national, *who, **changes)).fault
    return fault.reason if fault else ""


def subcode(national: InMemory, *who: Any, **changes: Any) -> str:
    """The subcode of that fault."""
    fault = soap.read_envelope(_search(national, *who, **changes)).fault
    return fault.subcode if fault else ""


def titles(national: InMemory, *who: Any, **changes: Any) -> set[str]:
    """The titles that a document search gives."""
    answer = national(td3_1.request(call(vihf(*who, **changes)), find_documents(DocumentCriteria())))
    return {entry.title for entry in td3_1.read(answer).document_entries}


def status(national: InMemory, *who: Any, **changes: Any) -> td0_2.DmpStatus:
    """What TD0.2 says of a DMP."""
    content = vihf(*who, **changes)
    assert content.patient is not None
    return td0_2.read(national(td0_2.request(call(content), content.patient)))


def _search(national: InMemory, *who: Any, **changes: Any) -> bytes:
    answer = national(td3_1.request(call(vihf(*who, **changes)), find_documents(DocumentCriteria())))
    return answer.body
