"""One exchange, whole: each refusal in its wire form, with the verdicts that the operator keeps, and one trace per call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from support.national import (
    ET_EXPIRED,
    ET_OF_OTHER_EJ,
    ET_SUSPENDED,
    ET_WITHOUT_CONTRACT,
    INFIRMIER,
    MEDECIN,
    OPEN,
    ROLES,
    SUSPENDU,
    UNKNOWN_RPPS,
    InMemory,
    body_of,
    call,
    entry,
    feed,
    in_memory,
    token,
    trust,
    vihf,
)
from support.pki import pki
from tramontane.dmp import soap
from tramontane.dmp.transactions import td0_2, td3_1
from tramontane.dmp.transactions.exchange import HttpRequest, HttpResponse
from tramontane.dmp.verdicts import Outcome
from tramontane.dmp.vihf import Vihf
from tramontane.dmp.xds import DocumentCriteria, find_documents
from tramontane.national import tracing
from tramontane.national.models import AccessResult, AccessTrace


def fault(response: HttpResponse) -> soap.Fault:
    """The fault of an answer."""
    found = soap.read_envelope(response.body).fault
    assert found is not None, response.body
    assert response.status == 500
    return found


def query(content: Vihf | bytes | None = None, **details: Any) -> HttpRequest:
    """FindDocuments."""
    return td3_1.request(call(content or vihf(), **details), find_documents(DocumentCriteria()))


def trace() -> AccessTrace:
    """The last trace."""
    return AccessTrace.objects.latest("pk")


def reasons() -> list[str]:
    """Codes of the failed verdicts of the last trace."""
    return [verdict.code for verdict in tracing.explain(trace())]


STRANGERS: dict[str, tuple[Callable[[], Any], str]] = {
    "no certificate": (lambda: None, "certificat-tls"),
    "a revoked certificate": (lambda: pki().auth_revoked.certificate, "tls-certificat-revocation"),
    "an expired certificate": (lambda: pki().auth_expired.certificate, "tls-certificat-validite"),
    "a signature certificate": (lambda: pki().sign.certificate, "tls-certificat-usage"),
    "a certificate of a twin authority": (lambda: pki().auth_twin.certificate, "tls-certificat-chaine"),
}


@pytest.mark.parametrize("case", STRANGERS)
def test_a_caller_whose_tls_certificate_fails_is_refused(national: InMemory, case: str) -> None:
    certificate, reason = STRANGERS[case]
    refused = fault(national.presenting(certificate())(query()))
    assert (refused.code, refused.subcode) == ("soap:Sender", "")
    assert reasons()[0] == reason


def test_without_fresh_crl_everything_is_refused(national: InMemory) -> None:
    closed = in_memory(lambda: trust(crls=pki().stale_crls))
    fault(closed(query()))
    assert "tls-certificat-crl" in reasons()


def test_a_message_without_addressing_headers_gets_the_addressing_fault(national: InMemory) -> None:
    request = query()
    body = body_of(request).replace(b"MessageID", b"MessageIdent")
    refused = fault(national(replace(request, body=body)))
    assert refused.subcode == "wsa:MessageAddressingHeaderRequired"
    assert "adressage" in reasons()


@pytest.mark.parametrize("body", [b"", b"<not-xml", b"<a/>", b"\xff\xfe", b"<!DOCTYPE a><a/>"])
def test_what_is_no_envelope_is_refused_and_traced(national: InMemory, body: bytes) -> None:
    fault(national(replace(query(), body=body)))
    assert trace().result == AccessResult.REFUSED
    assert "enveloppe" in reasons()


def test_what_nobody_could_read_is_not_said_to_lack_a_header(national: InMemory) -> None:
    refused = fault(national(replace(query(), body=b"\x1f\x8b gzip")))
    assert refused.subcode == ""
    assert "n'est pas un document XML bien formé" in refused.reason


SIGNERS: dict[str, tuple[Callable[[], Any], str]] = {
    "authentication": (lambda: pki().auth, "DMPInvalidCertificate"),
    "revoked": (lambda: pki().sign_revoked, "Sender"),
    "expired": (lambda: pki().sign_expired, "Sender"),
    "twin authority": (lambda: pki().sign_twin, "Sender"),
}


@pytest.mark.parametrize("case", SIGNERS)
def test_a_token_signed_by_the_wrong_certificate_is_refused(national: InMemory, case: str) -> None:
    signer, code = SIGNERS[case]
    assert fault(national(query(signer=signer()))).name == code


def test_a_token_signed_for_authentication_gets_the_official_words(national: InMemory) -> None:
    refused = fault(national(query(signer=pki().auth)))
    assert refused.reason.endswith("Not a valid signature certificate")


def test_a_tampered_token_is_refused(national: InMemory) -> None:
    request = query()
    fault(national(replace(request, body=body_of(request).replace(b"MARTIN CAMILLE", b"MARTIN CAMILLA"))))
    assert "vihf-empreinte" in reasons()


@pytest.mark.parametrize("age", [timedelta(minutes=10), -timedelta(minutes=10)])
def test_a_token_of_another_time_is_refused(national: InMemory, age: timedelta) -> None:
    fault(national(query(at=datetime.now(UTC) - age)))
    assert "vihf-emission" in reasons()


def test_checks_after_an_unverified_token_are_not_run(national: InMemory) -> None:
    fault(national(query(signer=pki().sign_twin)))
    late = [verdict for verdict in tracing.verdicts_of(trace()) if verdict.step > 3]
    assert len(late) == 7
    assert {verdict.outcome for verdict in late} == {Outcome.NOT_RUN}


RIGHTS: dict[str, tuple[dict[str, Any], str]] = {
    "never contracted": ({"structure": ET_WITHOUT_CONTRACT.struct_idnat}, "liste-blanche"),
    "suspended contract": ({"structure": ET_SUSPENDED.struct_idnat}, "liste-blanche"),
    "expired contract": ({"structure": ET_EXPIRED.struct_idnat}, "liste-blanche"),
    "unknown professional": ({"who": UNKNOWN_RPPS}, "professionnel"),
    "suspended professional": ({"who": SUSPENDU}, "professionnel"),
    "a nurse who says she is a physician": ({"who": INFIRMIER, "roles": ROLES["10"]}, "professionnel"),
}


@pytest.mark.parametrize("case", RIGHTS)
def test_what_the_rights_service_refuses_says_so(national: InMemory, case: str) -> None:
    changes, reason = RIGHTS[case]
    refused = fault(national(query(vihf(**changes))))
    assert refused.subcode == "soap:DMPAccessDeniedByRightsService"
    assert reasons()[0] == reason
    assert trace().code == "DMPAccessDeniedByRightsService"


def test_the_structure_of_another_legal_entity_is_refused_in_the_field_words(national: InMemory) -> None:
    refused = fault(national(query(vihf(structure=ET_OF_OTHER_EJ.struct_idnat))))
    assert refused.reason == "Erreur d'authentification de la personne morale"
    assert reasons()[0] == "structure"


def test_every_reason_reaches_the_operator_and_only_the_first_the_wire(national: InMemory) -> None:
    refused = fault(national(query(vihf(SUSPENDU, structure=ET_SUSPENDED.struct_idnat))))
    assert "liste blanche" in refused.reason
    assert reasons() == ["liste-blanche", "professionnel"]


def test_a_replayed_assertion_is_refused_and_its_twin_accepted(national: InMemory) -> None:
    assertion = token(vihf())
    assert td3_1.read(national(query(assertion))).total == 0
    fault(national(query(assertion)))
    assert reasons() == ["rejeu"]
    assert td3_1.read(national(query(token(vihf())))).total == 0


def test_an_assertion_refused_by_rights_may_not_be_tried_elsewhere(national: InMemory) -> None:
    assertion = token(vihf(SUSPENDU))
    fault(national(query(assertion)))
    fault(national(query(assertion)))
    assert "rejeu" in reasons()


def test_an_unverified_assertion_does_not_use_up_its_identifier(national: InMemory) -> None:
    forged = token(vihf(), assertion_id="_chosen", signer=pki().sign_twin)
    fault(national(query(forged)))
    assert td3_1.read(national(query(token(vihf(), assertion_id="_chosen")))).total == 0


def test_an_operation_of_another_service_is_unusable(national: InMemory) -> None:
    fault(national(replace(query(), url="https://localhost/si-dmp-server/v2/services/patients")))
    assert trace().result == AccessResult.UNUSABLE


def test_an_accepted_call_leaves_who_where_whose_and_what(national: InMemory) -> None:
    feed(entry(1))
    request = query()
    td3_1.read(national(request))
    row = trace()
    assert (row.transaction, row.service, row.result, row.code) == ("TD3.1", "registry", AccessResult.GRANTED, "")
    assert (row.rpps, row.structure, row.legal_entity) == (MEDECIN.value, "990000028", "990000010")
    assert (row.ins, row.mode, row.access_mode) == (OPEN.value, "INDIRECTE_RENFORCEE", "normal")
    assert row.documents == [entry(1).unique_id]
    assert {verdict.outcome for verdict in tracing.verdicts_of(row)} == {Outcome.PASSED}
    assert row.message_id.encode() in body_of(request)
    assert row.assertion_id
    assert len(row.certificate) == 64


def test_the_answer_relates_to_its_request(national: InMemory) -> None:
    sent = td0_2.request(call(vihf()), OPEN)
    answered = soap.read_envelope(national(sent).body).addressing
    assert answered.relates_to.encode() in body_of(sent)
    assert answered.message_id != answered.relates_to


def test_a_refusal_shows_no_trait_of_the_patient(national: InMemory) -> None:
    refused = fault(national(query(vihf(SUSPENDU))))
    stored = bytes(trace().verdicts).decode()
    assert OPEN.value not in refused.reason + stored
    assert "PAT-TROIS" not in refused.reason + stored
