"""Every address of the hospital application, and what it names: the table that `test_tenancy` walks.

A new address takes one line here, or the suite fails. Words are those of `support.tenants` (add one there when an address
names something new): `"account": Address({"pk": "colleague"})` reads « the pk of the address is that of a colleague ».

    path    parameter of the address → word; a number, or a text after « = », when it names nothing of anybody
    query   parameter after « ? » → text with {words}
    form    field posted → text with {words}; `json` sends it as JSON
    shows   this page of ours names us: theirs would be seen if it crossed
    open    answers without a session
    silent  acts on what is the caller's own only, and answers the same whether that exists or not
    idle    answers 404 or 403 even to us here; says why
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Address:
    """One line of the table."""

    path: dict[str, str | int] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    form: dict[str, Any] = field(default_factory=dict)
    json: bool = False
    shows: bool = False
    open: bool = False
    silent: bool = False
    idle: str = ""
    scim: bool = False

    @property
    def words(self) -> list[str]:
        """What the address itself names."""
        return [word for word in self.path.values() if isinstance(word, str) and not word.startswith("=")]

    @property
    def types_ins(self) -> bool:
        """Whether an INS is typed here: it may come back in its field."""
        return any("{ins}" in str(text) for text in (*self.query.values(), *self.form.values()))


PAGE, SHOWS = Address(), Address(shows=True)
OPEN = Address(open=True)
PATIENT = Address({"patient_id": "patient"})
SHOWS_PATIENT = Address({"patient_id": "patient"}, shows=True)
OIDC = Address({"key": 1}, open=True, idle="no identity provider in the tests")
_OURS = {"patient_id": "patient", "document_id": "document"}
_READ = {"patient_id": "patient", "token": "read"}
DOCUMENT = Address(_OURS)
ENROLMENT = Address(open=True, idle="asks for a login half done")

CONFIG = {"live": OPEN, "ready": OPEN, "metrics": OPEN, "theme": OPEN}

ACCOUNTS = {
    "home": PAGE,
    "choose-service": Address(form={"service": "{service}"}),
    "login": OPEN,
    "session": Address(open=True, silent=True),
    "choose-account": ENROLMENT,
    "logout": OPEN,
    "second-factor": OPEN,
    "passkey-options": OPEN,
    "passkey-verify": OPEN,
    "card": Address(open=True, idle="no card reader's proxy in the tests"),
    "new-password": ENROLMENT,
    "enrol": ENROLMENT,
    "enrol-passkey-options": ENROLMENT,
    "enrol-passkey": ENROLMENT,
    "enrol-totp": ENROLMENT,
    "oidc-start": OIDC,
    "oidc-finish": OIDC,
    "oidc-logout": OIDC,
    "situation": PAGE,
    "step-up": PAGE,
    "notice": PAGE,
    "factors": SHOWS,
    "add-passkey-options": PAGE,
    "add-passkey": PAGE,
    "remove-passkey": Address({"pk": "passkey"}, silent=True),
    "add-totp": PAGE,
    "remove-totp": PAGE,
    "recovery-codes": PAGE,
    "accounts": Address(query={"q": "XQ", "etat": "tous"}, shows=True),
    "create-account": Address(form={"login": "intrus", "family_name": "X", "given_name": "Y", "roles": "clinician",
                                    "services": "{service}"}),
    "export-accounts": SHOWS,
    "import-accounts": PAGE,
    "account": Address({"pk": "colleague"}, shows=True, form={"login": "intrus", "family_name": "X", "given_name": "Y",
                                                              "roles": "clinician", "services": "{service}"}),
    "close-account": Address({"pk": "colleague"}),
    "reopen-account": Address({"pk": "colleague"}),
    "hand-password": Address({"pk": "colleague"}),
    "reviews": SHOWS,
    "open-review": PAGE,
    "review": Address({"pk": "review"}, form={"item": "{review_item}", "decision": "confirmed"}, shows=True),
    "close-review": Address({"pk": "review"}),
    "export-review": Address({"pk": "review"}, shows=True),
    "scim-users": Address(shows=True, scim=True),
    "scim-user": Address({"pk": "colleague"}, shows=True, scim=True),
    "scim-config": Address(scim=True),
    "traces": Address(form={"patient": "{ins}"}, shows=True),
    "extract-traces": Address(form={"professionals": "{rpps}", "since": "2020-01-01", "until": "2099-01-01"}, shows=True),
    "verify-traces": PAGE,
    "patient-traces": Address(form={"ins": "{ins}"}, shows=True),
}  # fmt: skip

PATIENTS = {
    "list": Address(query={"q": "XQ"}, shows=True),
    "outside": Address(form={"ipp": "{ipp}", "birth_name": "{typed}", "birth_date": "1954-03-12"}),
    "admissions": SHOWS,
    "create": PAGE,
    "directory": Address(query={"q": "XQ"}, idle="the directory finds whole words; see `shows` of the list"),
    "feed": SHOWS,
    "feed-message": Address({"message_id": "message"}, shows=True),
    "feed-replay": Address({"message_id": "message"}),
    "identity": SHOWS_PATIENT,
    "control": PATIENT,
    "ins": PATIENT,
    "insi": Address({"patient_id": "patient"}, idle="no INSi connection in the tests"),
    "admit": Address({"patient_id": "patient"}, form={"service": "{service}", "kind": "I", "visit_number": "V-INTRUS"}),
    "consent": SHOWS_PATIENT,
    "consent-notice": SHOWS_PATIENT,
    "sentence": Address(form={"text": "Intruse"}, shows=True),
    "care-team": Address({"patient_id": "patient"}, form={"professional": "{rpps}"}, shows=True),
    "leave-care-team": Address({"patient_id": "patient", "member_id": 1}),
}

HABILITATIONS = {
    "matrix": SHOWS,
    "rule": Address(form={"profession": "10", "service": "{service}", "consult": "on"}),
    "remove-rule": Address(form={"profession": "10", "service": "{service}"}),
    "revision": Address({"number": "revision"}),
    "reach": Address({"service_id": "service"}, form={"reach": "hospital"}),
    "review": PAGE,
}

CONSULTATIONS = {
    "state": SHOWS_PATIENT,
    "refresh": PATIENT,
    "authorise": PATIENT,
    "authorise-now": PATIENT,
    "bris-de-glace": Address({"patient_id": "patient"}, form={"motive": "Urgence", "unable_to_express_will": "on",
                                                            "immediate_risk": "on"}),
    "end-emergency": PATIENT,
    "preload": Address(form={"service": "{service}"}),
    "secret": SHOWS_PATIENT,
    "leave-secret": Address({"patient_id": "patient"}, silent=True),
    "regulation": PATIENT,
    "web-ps": Address({"patient_id": "patient"}, idle="no Web-PS link in the tests"),
    "edit-connection": PAGE,
    "test-connection": Address(idle="nobody listens where the tests' connection points"),
    "preload-progress": Address({"preload_id": "preload"}),
    "security": SHOWS,
    "connection": SHOWS,
    "forget-contract": Address({"site_id": "site"}),
    "emergencies": SHOWS,
    "emergency": Address({"opening_id": "opening"}, form={"comment": "vu"}, shows=True),
}  # fmt: skip

DOCUMENTS = {
    "record": SHOWS_PATIENT,
    "read": Address({"patient_id": "patient"}, form={"document": "{unique_id}"}),
    "search": PATIENT,
    "save-filter": Address({"patient_id": "patient"}, form={"nom": "Mien"}),
    "delete-filter": Address({"patient_id": "patient", "filter_id": "filter"}, silent=True),
    "deposit": PATIENT,
    "file": Address({"patient_id": "patient"}, form={"document": "{unique_id}", "dossier": "Intrus"}),
    "frame": Address(_READ),
    "pdf-page": Address({**_READ, "number": 1}),
    "attached": Address({**_READ, "rank": 0}, idle="the document read has no attached file"),
    "local-frame": DOCUMENT,
    "local-pdf-page": Address({**_OURS, "number": 1}),
    "local-attached": Address({**_OURS, "rank": 0}, idle="the document has no attached file"),
    "undo": DOCUMENT,
    "send": DOCUMENT,
    "hold": DOCUMENT,
    "release": DOCUMENT,
    "rules": Address(shows=True, form={"type": "34112-3", "dossier": "Intrus"}),
}

_IPP = {"ipp": "ipp"}
INTERFACES = {
    "api-v1:openapi-json": OPEN,
    "api-v1:api-root": Address(open=True, idle="ninja's own name for the root; nothing answers there"),
    "api-v1:session": SHOWS,
    "api-v1:status": Address(_IPP),
    "api-v1:opening": Address(_IPP, form={"refresh": False}, json=True),
    "api-v1:documents": Address(_IPP, shows=True),
    "api-v1:document": Address({"ipp": "ipp", "unique_id": "unique_id"}, shows=True),
    "api-v1:content": Address({"ipp": "ipp", "unique_id": "unique_id"}),
    "api-v1:file_document": Address(_IPP, form={"unique_id": "{unique_id}"}, json=True),
    "api-v1:consent": Address(_IPP),
    "api-v1:declare": Address(_IPP, form={"subject": "consultation", "choice": "opposition"}, json=True),
    "fhir-metadata": OPEN,
    "fhir-patient": Address(query={"identifier": "urn:oid:{oid}|{ins}"}),
    "fhir-documents": Address(query={"patient.identifier": "urn:oid:{oid}|{ins}"}, shows=True),
    "fhir-patient-search": Address(form={"identifier": "urn:oid:{oid}|{ins}"}),
    "fhir-documents-search": Address(form={"patient.identifier": "urn:oid:{oid}|{ins}"}),
    "fhir-binary": Address({"": "binary"}),
    "launch": Address(query={"jeton": "{jeton}"}, open=True),
    "panel": Address({"launch_id": "launch"}, open=True, shows=True),
    "record-systems": SHOWS,
    "add-key": Address({"system_id": "system"}),
    "revoke-key": Address({"system_id": "system", "key_id": "key"}),
    "close-record-system": Address({"system_id": "system"}),
}

_DOSSIER = {"number": "dossier"}
_EXIGENCE = {**_DOSSIER, "exigence": "=exi-20"}
_RESERVE = {**_DOSSIER, "reserve": "reserve"}
DOSSIER, SHOWS_DOSSIER = Address(_DOSSIER), Address(_DOSSIER, shows=True)
REGISTERS = {
    "collections": DOSSIER,
    "collect": Address(_DOSSIER, form={"collector": "certificats"}),
    "collection": Address({**_DOSSIER, "collection": "collection"}),
    "confirm": Address({**_DOSSIER, "collection": "collection"}, form={"exigences": "exi-23"}),
    "systems": SHOWS,
    "system": Address({"system": "registered_system"}, shows=True),
    "deploy": Address({"system": "registered_system"}, form={"service": "{service}"}),
    "retire": Address({"system": "registered_system"}, form={"on": "2026-01-01"}),
    "reveal": Address({"version": "system_version"}),
    "contract": SHOWS,
    "prepare": Address(form={"sites": "{site}"}, shows=True),
    "contract-step": Address({"step": "=contacted_on"}, form={"on": "2026-01-01"}),
    "sign-contract": Address(form={"signatory": "Intrus"}),
    "suspend": Address(form={"cause": "Intrus"}, idle="the contract of the tests is not signed"),
    "suspension-file": Address({"suspension": 1}, idle="no suspension was noted"),
    "contacts": PAGE,
    "reminders": SHOWS,
    "close-reminder": Address({"reminder": "reminder"}),
    "calendar": SHOWS,
    "guide": PAGE,
}

PAPERS = {
    "documents": DOSSIER,
    "document": Address({**_DOSSIER, "key": "=support", "form": "=pdf"}),
    "workbook": DOSSIER,
    "take-back": DOSSIER,
    "support-with-numbers": Address(_DOSSIER),
    "exchange": Address({**_DOSSIER, "name": "=ciso-assistant"}),
    "pack": DOSSIER,
    "signature": DOSSIER,
    "sign-elsewhere": DOSSIER,
    "sign-here": DOSSIER,
}

HOMOLOGATION = {
    "home": PAGE,
    "dossiers": PAGE,
    "open": Address(idle="one dossier is open already"),
    "referentiel": Address({"name": "=dmp"}),
    "import": Address({"name": "=dmp"}),
    "template": Address({"name": "=dmp"}),
    "dossier": DOSSIER,
    "move": Address(_DOSSIER, form={"move": "finish"}, idle="asks for a move that the dossier's state allows"),
    "exigences": DOSSIER,
    "assess": Address(_EXIGENCE),
    "comment": Address(_EXIGENCE, form={"text": "Intrus"}),
    "add-proof": Address(_EXIGENCE, form={"title": "Intrus"}),
    "attach": Address(_EXIGENCE, form={"evidence": "{evidence}"}),
    "detach": Address(_EXIGENCE, form={"evidence": "{evidence}"}),
    "write-reserve": Address(_EXIGENCE, form={"text": "Intrus"}),
    "evidence": SHOWS_DOSSIER,
    "proof": Address({**_DOSSIER, "evidence": "evidence"}, shows=True),
    "withdraw": Address({**_DOSSIER, "evidence": "evidence"}, form={"motive": "Intrus"}),
    "download": Address({**_DOSSIER, "evidence": "evidence", "revision": 1}),
    "reserves": DOSSIER,
    "remove-reserve": Address(_RESERVE),
    "plan": Address(_RESERVE, form={"title": "Intrus"}),
    "lift": Address(_RESERVE, form={"evidence": "{evidence}"}),
    "follow": Address({**_DOSSIER, "action": "action"}, form={"state": "done"}),
    "support": DOSSIER,
    "write-section": Address({**_DOSSIER, "key": "=contexte"}, idle="sections are those of the référentiel"),
    "commission": DOSSIER,
    "invitation": Address(_DOSSIER, idle="no sitting was convened"),
    "act": Address({**_DOSSIER, "what": "=convoquer"}, idle="acts are those of the sitting's state"),
    "pv": DOSSIER,
    "rgpd": Address(_DOSSIER, idle="nothing was signed"),
    "names": DOSSIER,
    "signed": Address(_DOSSIER, idle="nothing was signed"),
    "deadlines": DOSSIER,
    "void": Address(_DOSSIER, idle="nothing was signed"),
    "journal": DOSSIER,
    **PAPERS,
    **REGISTERS,
}

OBJECTIVES = {
    "board": SHOWS,
    "pdf": PAGE,
    "table": Address({"kind": "=csv"}),
    "objective": Address({"name": "=2.1"}, shows=True),
    "statements": SHOWS,
    "close": Address({"key": "=2026-01"}),
    "proofs": SHOWS,
    "template": PAGE,
    "proofs-of": Address({"year": "=2027"}, shows=True),
    "pack": Address({"year": "=2027"}),
    "pack-of": Address({"year": "=2027", "objective": "=1.2"}),
    "deposit": Address({"year": "=2027", "key": "=contrat-air"}),
    "document": Address({"pk": "proof_document"}),
    "withdraw-document": Address({"pk": "proof_document"}),
    "calendar": Address(form={"day": "2027-01-01", "title": "Intrus"}, shows=True),
    "ics": SHOWS,
    "remove-date": Address({"token": "own_date"}),
    "group": PAGE,
    "share": PAGE,  # opening one's own figures to another entity is what it is for: test_pages
    "withdraw-sharing": Address({"pk": "sharing"}),
    "readings": Address(form={"parameter": "flux_mensuel", "value": "presents"}),
}

APPS = {
    "": CONFIG, "accounts": ACCOUNTS, "patients": PATIENTS, "habilitations": HABILITATIONS,
    "consultations": CONSULTATIONS, "documents": DOCUMENTS, "interfaces": INTERFACES, "objectives": OBJECTIVES,
    "homologation": HOMOLOGATION,
}  # fmt: skip
ADDRESSES = {f"{app}:{name}".lstrip(":"): one for app, table in APPS.items() for name, one in table.items()}
