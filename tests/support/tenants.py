"""A legal entity with one of everything that an address may name, its mark written in every free text."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db.models import Model
from django.test import Client

from support.consultation import MATRIX, Ready, make_ready
from support.dmp_double import World
from support.hl7 import message
from support.homologation_scene import VERSION, Scene
from support.hospital import login, make_account, make_legal_entity
from support.pki import FINESS_JURIDIQUE, OTHER_FINESS_JURIDIQUE
from support.record_scene import PDF
from support.record_system import make_record_system
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, Passkey, Role, ScimToken
from tramontane.hospital.accounts.services import review
from tramontane.hospital.accounts.views.scim import token_hash
from tramontane.hospital.consultations import services as consultations
from tramontane.hospital.consultations.models import KnownDocument, Opening, SiteContract
from tramontane.hospital.consultations.services.preloading import request_preload
from tramontane.hospital.documents.models import Dispatch, FolderRule, RetrievedContent, SavedFilter
from tramontane.hospital.documents.services import reading
from tramontane.hospital.documents.services.filing import NewDocument, add_hospital_document
from tramontane.hospital.habilitations.models import MatrixRevision
from tramontane.hospital.habilitations.services import publish
from tramontane.hospital.homologation.models import Dossier, Evidence, Reminder
from tramontane.hospital.homologation.selectors.dossiers import referentiel_of
from tramontane.hospital.homologation.services import collecting, contracting, opening, registering
from tramontane.hospital.interfaces.models import Launch
from tramontane.hospital.objectives.models import OwnDate, ProofDocument, Sharing
from tramontane.hospital.patients.hl7 import feed
from tramontane.hospital.patients.models import Hl7Message
from tramontane.hospital.patients.sentence import set_sentence
from tramontane.rules.homologation import Level

# Written in the free texts of each entity: if one shows on a page of the other, something crossed.
OURS, THEIRS = "MAISONXQ", "AUTRUIXQ"
EVERY_ROLE = tuple(Role)


class Visitor(Client):
    """A browser with one person's session; none: nobody is logged in."""

    def __init__(self, account: Account | None = None) -> None:
        super().__init__()
        if account is not None:
            login(self, account)
        self._kept = self.cookies.output(header="")
        self.key = self.cookies[settings.SESSION_COOKIE_NAME].value if account is not None else ""

    def sit_down(self) -> None:
        """Take the session back: an earlier request may have ended it, and was undone."""
        self.cookies.clear()
        self.cookies.load(self._kept)


@dataclass
class Tenant:
    """The entity, the account that holds every role in it, its browser, and what its addresses name.

    Attributes:
        named: word of `support.addresses` → the value an address or a form takes.
        rows: what must not change when the others knock.
    """

    mark: str
    ready: Ready
    everyone: Visitor
    named: dict[str, Any] = field(default_factory=dict)
    rows: list[Model] = field(default_factory=list)

    @property
    def finess(self) -> str:
        return self.ready.account.legal_entity.finess_juridique

    def keep(self, name: str, row: Any, value: str = "pk") -> Any:
        """A row, under the word by which addresses name it."""
        self.named[name] = getattr(row, value)
        self.rows.append(row)
        return row

    def state(self) -> list[Any]:
        """Every value of every row, as the database has it now."""
        return [type(row)._default_manager.filter(pk=row.pk).values().first() for row in self.rows]

    def visitor(self, *roles: Role) -> Visitor:
        """Somebody else of this entity, who holds these roles only."""
        return Visitor(make_account(self.ready.account.legal_entity, roles=roles, services=(self.ready.service,)))


def make_tenant(world: World, mark: str) -> Tenant:
    """One of everything. The DMP is played by the double."""
    finess = FINESS_JURIDIQUE if mark == OURS else OTHER_FINESS_JURIDIQUE
    ready = make_ready(world, finess=finess, roles=EVERY_ROLE, family_name=mark)
    for row, fields in (
        (ready.account.legal_entity, {"name": f"CH {mark}"}),
        (ready.service, {"name": f"Service {mark}"}),
        (ready.service.geographic_entity, {"name": f"Site {mark}"}),
        (ready.patient, {"birth_name": mark}),
        (ready.account, {"email": f"{mark.lower()}@exemple.test"}),
    ):
        for name, value in fields.items():
            setattr(row, name, value)
        row.save()
    tenant = Tenant(mark, ready, Visitor(ready.account))
    for make in (_people, _patient, _record, _security, _interfaces, _homologation, _registers, _objectives):
        make(tenant)
    return tenant


def _people(tenant: Tenant) -> None:
    ready, mark = tenant.ready, tenant.mark
    entity = ready.account.legal_entity
    tenant.keep("colleague", make_account(entity, family_name=mark, services=(ready.service,)))
    tenant.keep("service", ready.service)
    tenant.keep("site", ready.service.geographic_entity)
    tenant.keep("self", ready.account)
    tenant.named |= {"rpps": ready.account.rpps, "finess": tenant.finess}
    passkey = Passkey.objects.create(account=ready.account, name=mark, credential_id=mark.encode(), public_key=b"x",
                                     created_at=clock.now())  # fmt: skip
    tenant.keep("passkey", passkey)
    campaign = tenant.keep("review", review.open_campaign(f"Revue {mark}", ready.account, ready.access.actor))
    tenant.keep("review_item", campaign.items.first())
    ScimToken.objects.create(legal_entity=entity, name=mark, hash=token_hash(mark), created_at=clock.now())


def _patient(tenant: Tenant) -> None:
    ready, mark = tenant.ready, tenant.mark
    tenant.keep("patient", ready.patient)
    tenant.keep("episode", ready.episode)
    named = {"ipp": "ipp", "ins": "ins", "oid": "ins_oid"}
    tenant.named |= {word: getattr(ready.patient, value) for word, value in named.items()}
    feed.receive(ready.account.legal_entity, message("A04", ipp=f"FLUX{mark}", name=mark, service="INCONNU").encode())
    set_sentence(f"Phrase {mark}", account=ready.account, actor=ready.access.actor)
    tenant.rows.append(ready.account.legal_entity.spoken_sentences.get())
    tenant.keep("message", Hl7Message.objects.get(legal_entity=ready.account.legal_entity))


def _record(tenant: Tenant) -> None:
    ready, mark, now = tenant.ready, tenant.mark, clock.now()
    entry = ready.dossier.feed(at=now - timedelta(days=2), title=f"Lu au DMP {mark}", content=PDF)
    consultations.open_record(ready.access)
    key = tenant.everyone.key
    assert reading.read(ready.access, key, [entry.unique_id]).read
    tenant.keep("read", RetrievedContent.objects.get(account=ready.account), "token")
    tenant.keep("known", KnownDocument.objects.get(patient=ready.patient))
    tenant.named |= {"unique_id": entry.unique_id, "binary": entry.entry_uuid.removeprefix("urn:uuid:")}
    new = NewDocument(content=PDF, type_code="34112-3", title=f"CR {mark}", act_date=now, author=ready.account,
                      episode=ready.episode)  # fmt: skip
    document = tenant.keep("document", add_hospital_document(ready.patient, new, actor=ready.access.actor))
    dispatch = Dispatch.objects.create(document=document, submission_unique_id=f"2.25.{clock.new_uuid().int}",
                                       state=Dispatch.State.HELD, requested_by=ready.account, requested_at=now,
                                       site=ready.access.site, last_error=mark)  # fmt: skip
    tenant.keep("dispatch", dispatch)
    tenant.keep("filter", SavedFilter.objects.create(account=ready.account, name=mark, query="nouveaux=1"))
    rule = FolderRule(legal_entity=ready.account.legal_entity, type_code="34112-3", folder=mark)
    rule.save()
    tenant.keep("folder_rule", rule)
    preload, _ = request_preload(ready.account, ready.access.proof, ready.service, key)
    tenant.keep("preload", preload)


def _security(tenant: Tenant) -> None:
    ready, mark = tenant.ready, tenant.mark
    if mark == THEIRS:  # revisions are numbered in each entity: theirs has a number that ours has not
        publish(ready.account.legal_entity, MATRIX, motive=mark, actor=ready.access.actor)
    revisions = MatrixRevision.objects.filter(legal_entity=ready.account.legal_entity)
    tenant.keep("revision", revisions.latest("number"), "number")
    tenant.keep("connection", ready.connection)
    site = ready.service.geographic_entity
    tenant.keep("contract", SiteContract.objects.get(geographic_entity=site))
    emergency = Opening.objects.create(
        account=make_account(ready.account.legal_entity, family_name=mark), patient=ready.patient, motive=mark,
        geographic_entity=site, access_mode="bris_de_glace", unable_to_express_will=True, immediate_risk=True,
        opened_at=clock.now(),
    )  # fmt: skip
    tenant.keep("opening", emergency)


def _interfaces(tenant: Tenant) -> None:
    ready = tenant.ready
    system, signer = make_record_system(ready.account.legal_entity, name=f"DPI {tenant.mark}", origin="")
    tenant.keep("system", system)
    tenant.keep("key", system.keys.get())
    launch = Launch.objects.create(record_system=system, token_id="x", account=ready.account, patient=ready.patient,
                                   episode=ready.episode, launched_at=clock.now())  # fmt: skip
    tenant.keep("launch", launch)
    tenant.named["link"] = lambda patient: signer.link(ready.account, patient)


def _homologation(tenant: Tenant) -> None:
    scene = Scene(tenant.ready.account.legal_entity, tenant.ready.account)
    version = opening.rehearse(scene.entity, "dmp", VERSION).result
    opening.record_edition(scene.entity, version, file=("essai.yaml", VERSION), actor=scene.actor)
    dossier = scene.open()
    if tenant.mark == THEIRS:  # dossiers are numbered in each entity: theirs has a number that ours has not
        Dossier.objects.filter(pk=dossier.pk).update(number=7)
        dossier.refresh_from_db()
    exigence = referentiel_of(dossier.edition).assessed[0].id
    scene.assess(dossier, exigence, Level.PARTLY, owner=tenant.mark)
    scene.prove(dossier, exigence, title=tenant.mark)
    scene.reserve(dossier, exigence)
    tenant.keep("dossier", dossier, "number")
    tenant.keep("evidence", Evidence.objects.get(legal_entity=scene.entity))
    reserve = tenant.keep("reserve", dossier.reserves.get())
    tenant.keep("action", reserve.actions.get())


def _registers(tenant: Tenant) -> None:
    entity, actor, now = tenant.ready.account.legal_entity, tenant.ready.access.actor, clock.now()
    today = now.date()
    system = registering.register(entity, f"DPI {tenant.mark}", tenant.mark, actor=actor)
    tenant.keep("registered_system", system)
    facts = registering.VersionFacts("1", today, tenant.mark, today)
    tenant.keep("system_version", registering.add_version(system, facts, actor=actor))
    tenant.keep("collection", collecting.collect(entity, "certificats", today, today, actor=actor))
    tenant.keep("air_contract", contracting.prepare(entity, list(entity.geographic_entities.all()), actor=actor))
    values = {
        "kind": "contrat",
        "key": tenant.mark,
        "title": f"Contrat {tenant.mark}",
        "due_on": today,
        "remind_on": today,
    }
    reminder = Reminder.objects.create(legal_entity=entity, created_at=now, raised_at=now, **values)
    tenant.keep("reminder", reminder)


def _objectives(tenant: Tenant) -> None:
    entity, mark, now = tenant.ready.account.legal_entity, tenant.mark, clock.now()
    own = OwnDate.objects.create(legal_entity=entity, day=now.date(), title=mark, created_at=now)
    tenant.keep("own_date", own, "uuid")
    document = ProofDocument.objects.create(
        legal_entity=entity, year="2027", key="contrat-air", file=ContentFile(mark.encode(), "contrat.txt"),
        file_name=f"{mark}.txt", size=len(mark), sha256=hashlib.sha256(mark.encode()).hexdigest(), added_at=now,
    )  # fmt: skip
    tenant.keep("proof_document", document)
    tenant.keep("sharing", Sharing.objects.create(owner=entity, reader=make_legal_entity(site=False), granted_at=now))
