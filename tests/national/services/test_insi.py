"""INSi beside the stand-in: the certificate it wants, one identity, none, several."""

from __future__ import annotations

from datetime import date

import pytest

from support.national import OPEN, trust
from support.pki import AUTH, pki
from tramontane.demo.pki import Credentials, Profile, Subject
from tramontane.dmp.errors import SoapFault
from tramontane.dmp.transactions import insi as wire
from tramontane.dmp.transactions.exchange import HttpResponse
from tramontane.dmp.transactions.insi import Answer, Result, Sought
from tramontane.national.models import AccessTrace, PatientRecord
from tramontane.national.policy import Policy
from tramontane.national.services import insi

pytestmark = pytest.mark.django_db
BORN = date(1979, 3, 28)


def insi_credentials(name: str = "INSI-AUTO", profile: Profile = Profile.AUTH_CLI) -> Credentials:
    return pki().demo.issue(profile, Subject(name, AUTH.struct_idnat), key=pki().auth.key)


def record(ins: str = OPEN.value, **fields) -> PatientRecord:
    values = {
        "ins_oid": OPEN.oid, "birth_name": "D’HÉRON", "given_names": "ZOÉ MARIE", "sex": "F", "birth_date": BORN,
    } | fields  # fmt: skip
    return PatientRecord.objects.create(ins=ins, **values)


def ask(sought: Sought, credentials: Credentials | None = None) -> Answer:
    request = wire.request(sought, url="https://localhost/insi/lps", message_id="urn:uuid:1")
    assert isinstance(request.body, bytes)
    certificate = (credentials or insi_credentials()).certificate
    reply = insi.answer(request.body, certificate, Policy(trust), at=pki().now, message_id="urn:uuid:2")
    assert isinstance(reply.body, bytes)
    return wire.read(HttpResponse(reply.status, reply.content_type, reply.body))


SOUGHT = Sought("d'Heron", "Zoé", "F", BORN, "63220")


def test_the_identity_with_these_traits_is_found_with_its_ins():
    record()
    answer = ask(SOUGHT)
    assert answer.identity is not None
    assert (answer.identity.ins, answer.identity.given_names) == (OPEN, "ZOE MARIE")


@pytest.mark.parametrize(
    "sought",
    [
        Sought("Heron", "Zoé", "F", BORN),
        Sought("d'Heron", "Marie", "F", BORN),
        Sought("d'Heron", "Zo", "F", BORN),
        Sought("d'Heron", "Zoé", "M", BORN),
        Sought("d'Heron", "Zoé", "F", date(1979, 3, 29)),
    ],
)
def test_one_wrong_trait_finds_nobody(sought):
    record()
    assert ask(sought).result is Result.NONE


def test_two_people_with_the_same_traits_are_ambiguous_and_neither_is_told():
    record()
    record("109076322088835")
    answer = ask(SOUGHT)
    assert (answer.result, answer.identity) == (Result.SEVERAL, None)


@pytest.mark.parametrize(
    "credentials",
    [lambda: pki().auth, lambda: insi_credentials(profile=Profile.SIGN), lambda: insi_credentials("INSI-AUTRE")],
)
def test_another_certificate_is_refused_with_desir_560(credentials):
    record()
    with pytest.raises(SoapFault) as refused:
        ask(SOUGHT, credentials())
    assert refused.value.remote_code == "desir_560"
    assert AccessTrace.objects.get().code == "desir_560"


def test_every_question_leaves_a_trace_without_any_trait():
    record()
    ask(SOUGHT)
    trace = AccessTrace.objects.get()
    assert (trace.transaction, trace.service, trace.legal_entity) == ("INSi", "insi", "990000010")
    assert "HERON" not in str(vars(trace)).upper()
