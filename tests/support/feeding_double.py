"""The DMP's registry as feeding meets it: it registers a submission once, refuses its double, can break at any point."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from support.dmp_double import DmpDouble, World
from tramontane.client import Professional
from tramontane.client.operations import Plan
from tramontane.dmp.errors import RegistryFailure
from tramontane.dmp.identity import Ins
from tramontane.dmp.transactions.td2_1 import Submission
from tramontane.dmp.vihf import AccessMode, AuthenticationMode
from tramontane.dmp.xds import ObjectRef, QueryResponse, RegistryResponse
from tramontane.hospital.consultations.gateway import clients


class PowerCutError(BaseException):
    """The process dies here: nothing after it runs."""


@dataclass
class Registry:
    """What was registered, and what to break: `before` or `after` the registration."""

    submissions: dict[str, Submission] = field(default_factory=dict)
    documents: dict[str, bytes] = field(default_factory=dict)
    breaks: dict[str, list[BaseException]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def break_at(self, point: str, *errors: BaseException) -> None:
        self.breaks.setdefault(point, []).extend(errors)

    def reach(self, point: str) -> None:
        waiting = self.breaks.get(point)
        if waiting:
            raise waiting.pop(0)

    def register(self, submission: Submission) -> RegistryResponse:
        self.reach("before")
        entries = [document.entry for document in submission.documents]
        known = {submission.submission_set.unique_id} & set(self.submissions) or {
            entry.unique_id for entry in entries
        } & set(self.documents)
        if known:
            code = "XDSDuplicateUniqueIdInRegistry"
            raise RegistryFailure("Identifiant déjà connu.", errors=((code, "", "", ""),), remote_code=code)
        self.submissions[submission.submission_set.unique_id] = submission
        for document in submission.documents:
            assert isinstance(document.content, bytes)
            self.documents[document.entry.unique_id] = document.content
        self.reach("after")
        return RegistryResponse()

    def references(self, unique_id: str) -> QueryResponse:
        self.asked.append(unique_id)
        self.reach("asking")
        found = (ObjectRef(f"urn:uuid:{unique_id}"),) if unique_id in self.documents else ()
        return QueryResponse(object_refs=found)


class FeedingDouble(DmpDouble):
    """The double that also feeds, in plain INDIRECTE."""

    registry: Registry

    def submit(
        self, professional: Professional, patient: Ins, submission: Submission, *, confidentiality: str | None = None
    ) -> RegistryResponse:
        asked = self._asked("TD2.1", professional, patient, AccessMode.NORMAL, secretly=confidentiality)
        return self._exchange(asked, lambda: self.registry.register(submission))

    def run(self, plan: Plan[Any]) -> Any:
        assert plan.mode is AuthenticationMode.INDIRECTE
        assert plan.patient is not None
        query = plan.write.__closure__  # the stored query of TD3.1, as `operations.query` closed over it
        stored = next(cell.cell_contents for cell in query or () if hasattr(cell.cell_contents, "return_type"))
        assert stored.return_type == "ObjectRef"
        asked = self._asked(
            "TD3.1", plan.professional, plan.patient, AccessMode.NORMAL, "REFERENCES", secretly=plan.confidentiality
        )
        unique_id = stored.text("$XDSDocumentEntryUniqueId")
        return self._exchange(asked, lambda: self.registry.references(unique_id))


def play_feeding(monkeypatch: pytest.MonkeyPatch, world: World) -> Registry:
    """Put the feeding double in place of the client."""
    registry = Registry()
    clients.close_all()

    def make(connection: Any) -> FeedingDouble:
        double = FeedingDouble(world, connection)
        double.registry = registry
        return double

    monkeypatch.setattr(clients, "make", make)
    return registry
