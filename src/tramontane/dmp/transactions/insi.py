"""INSi: which INS does the national base hold for these traits? The search by identity traits, both sides.

Source: WSDL and XSD of the teleservice « identité certifiée » (DESIR_ICIR), operation rechercherInsAvecTraitsIdentite.
Nothing here is the DMP's: no VIHF, other certificates, other faults. What the security header of the real service
holds is not known: `security` is whatever the caller was given, inserted as it is (docs/reference/differences.md).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lxml import etree

from tramontane.dmp import soap
from tramontane.dmp.errors import InvalidIdentifier, LocalError, MalformedMessage, RemoteRefusal, SoapFault
from tramontane.dmp.identity import Ins, InsAuthority
from tramontane.dmp.signature.canonical import escape_attribute, escape_text
from tramontane.dmp.transactions.exchange import HttpRequest, HttpResponse
from tramontane.dmp.transactions.plain import CONTENT_TYPE, body_of, require_body
from tramontane.dmp.xml import Maker, text_of

REQUEST, RESULT = "http://www.cnamts.fr/INSiRecSans", "http://www.cnamts.fr/INSiResultat"
ACTION = "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite"
RESPONSE_ACTION = f"{ACTION}Response"
TRANSACTION = "INSi"
# The namespace of siram:Erreur was never seen whole: faults are read by local name, and written with this one.
SIRAM = "urn:siram"
_REFERENCE = "INSi, WSDL DESIR_ICIR 1.5.0"

# XSD of the request. Letters that no accent explains.
NAME = re.compile(r"[A-Z]+(?:(?:-{1,2}|[' ])[A-Z]+)*")
_LIGATURES = str.maketrans(
    {"Œ": "OE", "Æ": "AE", "ß": "SS", "ẞ": "SS", "Ø": "O", "Ł": "L", "Đ": "D", "’": "'", "‑": "-"}
)

FAULT_SENTENCES: Mapping[str, tuple[str, str]] = {
    "desir_550": (
        "Le téléservice INSi ne connaît pas le numéro d'autorisation de ce logiciel.",
        "vérifiez avec l'éditeur le numéro d'autorisation porté par l'en-tête de sécurité INSi",
    ),
    "desir_560": (
        "Le téléservice INSi refuse ce certificat : son niveau d'accès est insuffisant.",
        "configurez un certificat dont le CN est INSI-AUTO ou INSI-MANU",
    ),
}
_OTHER_FAULT = (
    "Le téléservice INSi a refusé la demande.",
    "lisez le motif du téléservice ; s'il persiste, transmettez-le à l'assistance",
)


class Result(StrEnum):
    """CodeCR."""

    FOUND = "00"
    NONE = "01"
    SEVERAL = "02"


LABELS = {Result.FOUND: "OK", Result.NONE: "Aucune identite trouvee", Result.SEVERAL: "Plusieurs identites trouvees"}


def normalise(name: str) -> str:
    """A civil-status name in the alphabet of INSi: capitals without accent, single spaces, hyphens, apostrophes.

    Raises:
        LocalError: a character that INSi does not accept; the name itself is never repeated.
    """
    plain = unicodedata.normalize("NFKD", name.upper().translate(_LIGATURES))
    letters = " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())
    if NAME.fullmatch(letters):
        return letters
    raise LocalError(
        "Un nom ou un prénom ne peut pas être envoyé à INSi tel qu'il est saisi.",
        code="insi-nom",
        expected="des lettres, séparées par un espace, une apostrophe ou un tiret",
        received="un nom vide" if not letters else "un nom qui contient un autre caractère",
        reference=f"{_REFERENCE}, NomNaissance et Prenom",
        next_step="corrigez les traits d'après le titre d'identité",
    )


@dataclass(frozen=True, slots=True, repr=False)
class Sought:
    """The strict traits that are sought. Names are normalised at construction.

    Attributes:
        sex: ``M`` or ``F``.
        birth_place_code: code officiel géographique (INSEE), five characters; empty when unknown.

    Raises:
        LocalError: a name or a sex that INSi cannot receive.
    """

    birth_name: str
    given_name: str
    sex: str
    birth_date: date
    birth_place_code: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "birth_name", normalise(self.birth_name))
        object.__setattr__(self, "given_name", normalise(self.given_name))
        if self.sex not in ("M", "F"):
            raise LocalError(
                "INSi se cherche avec le sexe de l'état civil.",
                code="insi-sexe",
                expected="M ou F",
                received="un sexe indéterminé",
                reference=f"{_REFERENCE}, Sexe",
                next_step="relevez le sexe sur le titre d'identité",
            )


@dataclass(frozen=True, slots=True, repr=False)
class CertifiedIdentity:
    """The INS and the traits of the national base (TIQ), as they are.

    Attributes:
        given_names: every first name, in the order of the birth certificate.
        birth_date: as written, ``yyyy-MM-dd``; month or day may be ``00`` (lunar dates).
        history: former matricules, each with its authority's OID.
    """

    ins: Ins
    birth_name: str
    given_names: str
    sex: str
    birth_date: str
    birth_place_code: str = ""
    history: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What INSi answered. `identity` is there when, and only when, one was found."""

    result: Result
    label: str
    identity: CertifiedIdentity | None = None

    def __post_init__(self) -> None:
        if (self.identity is None) is (self.result is Result.FOUND):
            raise ValueError("an identity goes with the code 00, and with it alone")


def request(sought: Sought, *, url: str, message_id: str, security: bytes = b"") -> HttpRequest:
    """Ask. `security` is the content of wsse:Security, serialised; empty, no such header is written."""
    make = Maker(REQUEST)
    fields = {
        "NomNaissance": sought.birth_name,
        "Prenom": sought.given_name,
        "Sexe": sought.sex,
        "DateNaissance": sought.birth_date.isoformat(),
        "LieuNaissance": sought.birth_place_code,
    }
    body = make("RECSANSVITALE", *(make(name, value) for name, value in fields.items() if value))
    addressing = soap.Addressing(message_id=message_id, action=ACTION, to=url)
    envelope = soap.build_envelope(addressing, etree.tostring(body, encoding="utf-8"), security=security)
    return HttpRequest(TRANSACTION, url, ACTION, CONTENT_TYPE, envelope, idempotent=True)


def read(response: HttpResponse) -> Answer:
    """What was answered.

    Raises:
        SoapFault: refused; `remote_code` is the most precise code (``desir_…``, else the fault's), verbatim.
        RemoteRefusal: a code nobody knows.
        MalformedMessage: not the expected answer, or an INS that cannot exist.
    """
    envelope = soap.read_envelope(response.body)
    if envelope.fault is not None:
        raise _refusal(envelope.fault, envelope.body)
    body = body_of(response)
    if body.tag != f"{{{RESULT}}}RESULTAT":
        raise _malformed("RESULTAT", str(etree.QName(body).localname))
    code, label = _text(body, "CR", "CodeCR"), _text(body, "CR", "LibelleCR")
    if code not in list(Result):
        raise RemoteRefusal(
            "Le téléservice INSi a répondu par un code inconnu.",
            code="insi-code-inconnu",
            remote_code=code,
            remote_text=label,
            expected="00, 01 ou 02",
            received=code or "aucun code",
            reference=f"{_REFERENCE}, CodeCR",
            next_step=_OTHER_FAULT[1],
        )
    result = Result(code)
    return Answer(result, label, _identity(body) if result is Result.FOUND else None)


def _refusal(fault: soap.Fault, element: etree._Element | None) -> SoapFault:
    """A precise code hides in the detail: siram:Erreur code="desir_550"."""
    errors = [] if element is None else [e for e in element.iter("{*}Erreur") if e.get("code")]
    code = errors[0].get("code", "") if errors else fault.name
    said = text_of(errors[0]) if errors else ""
    message, next_step = FAULT_SENTENCES.get(code, _OTHER_FAULT)
    return SoapFault(
        message,
        code="insi-refus",
        remote_code=code,
        remote_text=said or fault.reason,
        received=f"{fault.name}, {code}" if code != fault.name else code,
        reference=f"{_REFERENCE}, fautes",
        next_step=next_step,
    )


def _identity(body: etree._Element) -> CertifiedIdentity:
    individual = body.find(f"{{{RESULT}}}INDIVIDU")
    active = None if individual is None else individual.find(f"{{{RESULT}}}INSACTIF")
    if individual is None or active is None:
        raise _malformed("INDIVIDU/INSACTIF avec le code 00", "aucun individu")
    value, oid = _matricule(active)
    try:
        ins = Ins(value, InsAuthority.from_oid(oid))
    except InvalidIdentifier as error:
        raise _malformed("un INS dont la clé et l'autorité sont justes", error.received) from error
    return CertifiedIdentity(
        ins=ins,
        birth_name=_text(individual, "TIQ", "NomNaissance"),
        given_names=_text(individual, "TIQ", "ListePrenom"),
        sex=_text(individual, "TIQ", "Sexe"),
        birth_date=_text(individual, "TIQ", "DateNaissance"),
        birth_place_code=_text(individual, "TIQ", "LieuNaissance"),
        history=tuple(_matricule(former) for former in individual.findall(f"{{{RESULT}}}INSHISTO")),
    )


def _matricule(element: etree._Element) -> tuple[str, str]:
    number, key = _text(element, "IdIndividu", "NumIdentifiant"), _text(element, "IdIndividu", "Cle")
    return number + key, _text(element, "OID")


def _text(element: etree._Element, *path: str) -> str:
    return text_of(element.find("/".join(f"{{{RESULT}}}{name}" for name in path)))


def _malformed(expected: str, received: str) -> MalformedMessage:
    return MalformedMessage(
        "La réponse du téléservice INSi n'est pas celle attendue.",
        code="insi-reponse",
        expected=expected,
        received=received,
        reference=_REFERENCE,
        next_step="réessayez ; si le défaut dure, signalez-le à l'éditeur",
    )


# ── National side ──────────────────────────────────────────────────────────────────────────────────────────────────


def parse(envelope: soap.Envelope) -> Sought:
    """Read the request.

    Raises:
        MalformedMessage: another operation, or a date that is none.
        LocalError: traits outside the schema.
    """
    body = require_body(envelope)
    if body.tag != f"{{{REQUEST}}}RECSANSVITALE":
        raise _malformed("RECSANSVITALE", str(etree.QName(body).localname))
    names = ("NomNaissance", "Prenom", "Sexe", "DateNaissance", "LieuNaissance")
    name, given, sex, born, place = (text_of(body.find(f"{{{REQUEST}}}{field}")) for field in names)
    try:
        return Sought(name, given, sex, date.fromisoformat(born), place)
    except ValueError as error:
        raise _malformed("DateNaissance au format AAAA-MM-JJ", "une autre forme") from error


def respond(answer: Answer, *, message_id: str, relates_to: str) -> tuple[str, bytes]:
    """Write the answer: its content type and its envelope."""
    make = Maker(RESULT)
    report = make("CR", make("CodeCR", answer.result.value), make("LibelleCR", answer.label))
    found = [] if answer.identity is None else [_individual(make, answer.identity)]
    body = etree.tostring(make("RESULTAT", report, *found), encoding="utf-8")
    addressing = soap.Addressing(message_id, RESPONSE_ACTION, relates_to=relates_to)
    return CONTENT_TYPE, soap.build_envelope(addressing, body)


def _individual(make: Maker, identity: CertifiedIdentity) -> etree._Element:
    traits = {
        "NomNaissance": identity.birth_name,
        "ListePrenom": identity.given_names,
        "Sexe": identity.sex,
        "DateNaissance": identity.birth_date,
        "LieuNaissance": identity.birth_place_code,
    }
    former = (_numbered(make, "INSHISTO", value, oid) for value, oid in identity.history)
    return make(
        "INDIVIDU",
        _numbered(make, "INSACTIF", identity.ins.value, identity.ins.oid),
        *former,
        make("TIQ", *(make(name, value) for name, value in traits.items() if value)),
    )


def _numbered(make: Maker, tag: str, value: str, oid: str) -> etree._Element:
    number = make("IdIndividu", make("NumIdentifiant", value[:13]), make("Cle", value[13:]))
    return make(tag, number, make("OID", oid))


def respond_fault(code: str, text: str, *, message_id: str, relates_to: str) -> tuple[str, bytes]:
    """Refuse as the teleservice does: soap:Sender, soap:siram_100, and the precise code in the detail."""
    fault = (
        "<soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value>"
        "<soap:Subcode><soap:Value>soap:siram_100</soap:Value></soap:Subcode></soap:Code>"
        f'<soap:Reason><soap:Text xml:lang="fr">{escape_text(text)}</soap:Text></soap:Reason>'
        f'<soap:Detail><siram:Erreur xmlns:siram="{SIRAM}" code="{escape_attribute(code)}">'
        f"{escape_text(text)}</siram:Erreur></soap:Detail></soap:Fault>"
    )
    addressing = soap.Addressing(message_id, RESPONSE_ACTION, relates_to=relates_to)
    return CONTENT_TYPE, soap.build_envelope(addressing, fault.encode())
