"""A legal entity with its homologation team, and a dossier brought to any state by the services themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from support.hospital import make_account, make_legal_entity
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, LegalEntity, Role
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.homologation import models as rows
from tramontane.hospital.homologation.models import Dossier, Homologation, Judgement, Member, SupportSection
from tramontane.hospital.homologation.selectors.dossiers import find, judgement_of, referentiel_of
from tramontane.hospital.homologation.services import (
    assessing,
    judging,
    moving,
    opening,
    proving,
    reserving,
    signing,
    sitting,
)
from tramontane.hospital.traces.events import Actor
from tramontane.rules.homologation import Assessment, Level, Move

PV = b"%PDF-1.7\nfictif"
VERSION = "schema: 1\nreferentiel: dmp\nversion: '1.0-essai'\nsource: {document: Document d’essai}\n".encode()
FILE = SimpleUploadedFile


@dataclass
class Scene:
    """Someone of the team, and what they do."""

    entity: LegalEntity
    account: Account

    @classmethod
    def new(cls) -> Scene:
        """A team of its own, with the version of the référentiel already entered: a test's, not the official one."""
        entity = make_legal_entity()
        scene = cls(entity, make_account(entity, roles=(Role.HOMOLOGATION,), given_name="Hélène", family_name="Girard"))
        found = opening.rehearse(entity, "dmp", VERSION)
        opening.record_edition(entity, found.result, file=("essai.yaml", VERSION), actor=scene.actor)
        return scene

    @property
    def actor(self) -> Actor:
        """As the traces name her."""
        return actor(self.account, None)

    def open(self) -> Dossier:
        """An empty dossier (or one that takes over the last)."""
        return opening.open_dossier(self.entity, "dmp", actor=self.actor)

    def again(self, dossier: Dossier) -> Dossier:
        """The dossier as the database has it now."""
        found = find(self.entity, dossier.number)
        assert found is not None
        return found

    def assess(self, dossier: Dossier, exigence: str, level: Level = Level.COMPLIANT, **said: Any) -> None:
        """Declare a level, with somebody who answers for it."""
        values = {"stakeholders": ("RSSI",), "owner": "Zoé Roux"} | said
        row = dossier.assessments.filter(exigence=exigence).first()
        after = row.revision if row else 0
        assessing.assess(dossier, exigence, Assessment(level, **values), after=after, actor=self.actor)

    def prove(self, dossier: Dossier, *exigences: str, title: str = "Compte rendu") -> None:
        """A file, in effect since a month."""
        content = proving.Content(
            moving.today() - timedelta(days=30), file=FILE("cr.pdf", b"%PDF-1.7 preuve", "application/pdf")
        )
        proving.add(dossier, exigences, title, content, actor=self.actor)

    def assessed(self, *, unmet: tuple[str, ...] = ()) -> Dossier:
        """Every exigence assessed and proven, but `unmet`, which carry a réserve and an action; support written."""
        dossier = self.open()
        referentiel = referentiel_of(dossier.edition)
        names = [exigence.id for exigence in referentiel.assessed]
        self._answer(dossier, names, unmet)
        self.prove(dossier, *(name for name in names if name not in unmet))
        for name in unmet:
            self.reserve(dossier, name)
        SupportSection.objects.bulk_create(
            SupportSection(dossier=dossier, key=one.cle, text=f"Texte : {one.titre}", updated_at=clock.now())
            for one in referentiel.regles.support
            if not one.calculee
        )
        return moving.move(dossier, Move.FINISH, actor=self.actor)

    def _answer(self, dossier: Dossier, names: list[str], unmet: tuple[str, ...]) -> None:
        """Rows as the service would write them, all at once: most tests start after them."""
        rows.Assessment.objects.bulk_create(
            rows.Assessment(
                dossier=dossier,
                exigence=name,
                level=(Level.PARTLY if name in unmet else Level.COMPLIANT).value,
                stakeholders=["RSSI"],
                owner="Zoé Roux",
                revision=1,
                updated_at=clock.now(),
            )
            for name in names
        )

    def reserve(self, dossier: Dossier, exigence: str, due: date | None = None) -> None:
        """A réserve with one action, due in four months."""
        due = due or moving.today() + timedelta(days=120)
        row = reserving.write_reserve(dossier, exigence, f"à mettre en conformité ({exigence})", due, actor=self.actor)
        reserving.plan(row, "Mettre en conformité", "RSSI", due, actor=self.actor)

    def sat(self, *, unmet: tuple[str, ...] = ()) -> Dossier:
        """The commission sat this morning, everybody was there."""
        dossier = self.assessed(unmet=unmet)
        meeting = sitting.Meeting(clock.now() - timedelta(hours=1), place="Salle du conseil")
        row = sitting.convene([dossier], meeting, actor=self.actor)
        for role, name in ((Member.Role.HEAD, "Anne Mercier"), (Member.Role.RSSI, "Claire Dubois")):
            sitting.invite(row, role, name, "", actor=self.actor)
        sitting.note_attendance(row, {member.pk: True for member in row.members.all()}, actor=self.actor)
        judging.state_risks(dossier, "aucun risque n’est inacceptable.", actor=self.actor)
        return self.again(dossier)

    def decided(self, *, months: int = 12, unmet: tuple[str, ...] = ()) -> Dossier:
        """Homologated by the commission, the signatory named."""
        dossier = self.sat(unmet=unmet)
        ruling = judging.Ruling(Judgement.Decision.HOMOLOGATED, months)
        judging.decide(dossier, ruling, actor=self.actor)
        names = judging.PvNames("Anne Mercier", "soussignée", (self.entity.finess_juridique,))
        judging.name_signatory(dossier, names, actor=self.actor)
        return self.again(dossier)

    def signed(self, *, months: int = 12, unmet: tuple[str, ...] = ()) -> Homologation:
        """Signed today."""
        dossier = self.decided(months=months, unmet=unmet)
        return signing.sign(dossier, signing.SignedPv(PV, "pv-signé.pdf", moving.today()), actor=self.actor)


def judgement(dossier: Dossier) -> Judgement:
    """The last one, which must exist."""
    found = judgement_of(Dossier.objects.get(pk=dossier.pk))
    assert found is not None
    return found
