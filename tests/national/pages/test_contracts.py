"""Contracts: who may sign what, what a signature writes, and what the next call gets from it."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from support.national import (
    EJ,
    ET,
    ET_CLOSED,
    ET_EXPIRED,
    ET_OF_OTHER_EJ,
    ET_SUSPENDED,
    ET_WITHOUT_CONTRACT,
    NOW,
    OTHER_EJ,
    InMemory,
)
from support.national_pages import declaration, logged_in, officer, representative
from support.next_call import refusal
from tramontane.national.models import Act, Contract, GeographicEntity, RenewalTrigger, WhiteListEntry
from tramontane.national.pages import contract_paper, seal
from tramontane.national.pages.selectors.contracts import state_of
from tramontane.national.pages.services import contracts, white_list
from tramontane.national.pages.services.refusals import ActRefused
from tramontane.national.storage import store

NEW, OLD = ET_WITHOUT_CONTRACT.value, ET.value


def refused_at(national: InMemory, finess: object) -> str:
    return refusal(national, structure=finess.struct_idnat)


def signed(*entities: str, months: int = 24, at=NOW) -> Contract:
    return contracts.sign(representative(EJ.value), entities or (NEW,), declaration(months=months), at)


def test_a_signature_for_some_entities_lets_those_in_at_the_next_call_and_no_other(pages: InMemory) -> None:
    assert "aucun contrat" in refused_at(pages, ET_WITHOUT_CONTRACT)
    contract = signed(NEW, ET_EXPIRED.value)
    assert refused_at(pages, ET_WITHOUT_CONTRACT) == ""
    assert refused_at(pages, ET_EXPIRED) == ""
    assert "suspendu" in refused_at(pages, ET_SUSPENDED)
    assert contract.number.startswith("AIR-")
    assert [act.get_kind_display() for act in Act.objects.filter(contract=contract)] == [
        "Contrat signé",
        "Inscription sur la liste blanche",
        "Inscription sur la liste blanche",
    ]


def papers() -> set[str]:
    """The files of the store, by digest."""
    directory = Path(settings.NATIONAL_DATA_DIRECTORY)
    return {
        path.name for place in ("contents", "incoming") for path in (directory / place).rglob("*") if path.is_file()
    }


REFUSED = {
    "of another legal entity": ((ET_OF_OTHER_EJ.value,), "n’appartient pas"),
    "that the directory closed": ((ET_CLOSED.value,), "fermée"),
    "that do not exist": (("990000200",), "n’appartient pas"),
    "not named": ((), "Choisissez au moins une"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_entities_are_refused_and_nothing_is_written(pages: InMemory, case: str) -> None:
    entities, why = REFUSED[case]
    with pytest.raises(ActRefused, match=why):
        contracts.sign(representative(EJ.value), entities, declaration(), NOW)
    assert not Contract.objects.exists()
    assert not Act.objects.exclude(kind="enrolled").exists()


def test_an_entity_already_covered_is_renewed_not_signed_twice(pages: InMemory) -> None:
    first = signed()
    with pytest.raises(ActRefused, match=first.number):
        signed()


def test_a_declaration_that_opens_nothing_signs_nothing(pages: InMemory) -> None:
    with pytest.raises(ActRefused, match="36"):
        signed(months=37)


def test_an_expired_contract_refuses_the_next_call_with_its_dates_and_a_renewal_lets_in_again(pages: InMemory) -> None:
    long_ago = NOW - timedelta(days=800)
    old = contracts.sign(representative(EJ.value), (NEW,), declaration(days_ago=810, months=12), long_ago)
    assert f"au {old.valid_until:%d/%m/%Y}" in refused_at(pages, ET_WITHOUT_CONTRACT)
    assert state_of(old, NOW.date()).label == "Expiré"
    new = contracts.renew(representative(EJ.value), old, (NEW,), declaration(), RenewalTrigger.TERM, NOW)
    assert refused_at(pages, ET_WITHOUT_CONTRACT) == ""
    old.refresh_from_db()
    assert (state_of(old, NOW.date()).label, new.replaces) == ("Remplacé", old)


def test_renewing_an_expired_contract_takes_nothing_off_a_later_one(pages: InMemory) -> None:
    before = declaration(days_ago=810, months=12)
    old = contracts.sign(representative(EJ.value), (NEW, ET_EXPIRED.value), before, NOW - timedelta(days=800))
    later = signed(NEW)
    new = contracts.renew(representative(EJ.value), old, (ET_EXPIRED.value,), declaration(), RenewalTrigger.TERM, NOW)
    assert (refused_at(pages, ET_WITHOUT_CONTRACT), refused_at(pages, ET_EXPIRED)) == ("", "")
    held = dict(WhiteListEntry.objects.values_list("geographic_entity_id", "contract"))
    assert (held[NEW], held[ET_EXPIRED.value]) == (later.pk, new.pk)


def test_a_contract_is_renewed_before_its_end_and_says_when_it_should_be(pages: InMemory) -> None:
    contract = signed(months=2)
    assert state_of(contract, NOW.date()).label == "À renouveler"
    renewed = contracts.renew(representative(EJ.value), contract, (NEW,), declaration(), RenewalTrigger.SUPPORT, NOW)
    assert state_of(renewed, NOW.date()).label == "En vigueur"
    assert WhiteListEntry.objects.get(geographic_entity=NEW).contract == renewed


def test_a_contract_replaced_once_is_not_replaced_again(pages: InMemory) -> None:
    contract = signed()
    contracts.amend(representative(EJ.value), contract, (NEW, OLD), NOW)
    with pytest.raises(ActRefused, match="déjà"):
        contracts.amend(representative(EJ.value), contract, (OLD,), NOW)


def test_an_amendment_adds_an_entity_and_removes_another_without_moving_the_end(pages: InMemory) -> None:
    first = signed(NEW)
    second = contracts.amend(representative(EJ.value), first, (OLD,), NOW)
    assert second.valid_until == first.valid_until
    assert refused_at(pages, ET) == ""
    assert "contrat retiré" in refused_at(pages, ET_WITHOUT_CONTRACT)


def test_an_amendment_that_changes_nothing_or_comes_too_late_is_refused(pages: InMemory) -> None:
    contract = signed(NEW)
    with pytest.raises(ActRefused, match="ne change rien"):
        contracts.amend(representative(EJ.value), contract, (NEW,), NOW)
    with pytest.raises(ActRefused, match="expiré"):
        contracts.amend(representative(EJ.value), contract, (NEW, OLD), NOW + timedelta(days=1200))


def test_another_legal_entity_replaces_nothing(pages: InMemory) -> None:
    contract = signed(NEW)
    with pytest.raises(ActRefused):
        contracts.amend(representative(OTHER_EJ.value), contract, (ET_OF_OTHER_EJ.value,), NOW)
    contract.refresh_from_db()
    assert contract.ended_at is None


def test_no_signature_lifts_a_suspension(pages: InMemory) -> None:
    finess = ET_SUSPENDED.value
    contract = signed(finess)
    assert "suspendu" in refused_at(pages, ET_SUSPENDED)
    contract = contracts.amend(representative(EJ.value), contract, (NEW,), NOW)
    contract = contracts.amend(representative(EJ.value), contract, (NEW, finess), NOW)
    assert "suspendu (contrôle en cours)" in refused_at(pages, ET_SUSPENDED)
    white_list.reestablish(finess, "contrôle terminé sans écart", officer(), NOW)
    assert refused_at(pages, ET_SUSPENDED) == ""


def test_a_contract_begins_at_midnight_in_paris(pages: InMemory) -> None:
    just_after = NOW.replace(hour=23, minute=30) + timedelta(days=1)  # already the next day in Paris
    contract = signed(at=just_after)
    assert contract.valid_from == (just_after + timedelta(hours=1)).date()


def test_the_pdf_is_sealed_numbered_and_names_the_entities_and_a_changed_byte_shows(pages: InMemory) -> None:
    contract = signed(NEW, OLD)
    pdf = b"".join(store().chunks(contract.pdf_digest))
    assert len(pdf) == contract.pdf_size
    trust = ValidationContext(trust_roots=[load_cert_from_pemder(seal._path())], allow_fetching=False)

    def verdict(data: bytes):
        signature = PdfFileReader(io.BytesIO(data)).embedded_signatures[0]
        return validate_pdf_signature(signature, trust), signature

    status, signature = verdict(pdf)
    assert (status.intact, status.valid, status.trusted) == (True, True, True)
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert contract.number in signature.sig_object["/Reason"]
    at = pdf.index(b"stream") + 40
    changed = pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]
    assert not verdict(changed)[0].intact


def test_the_text_of_the_pdf_says_who_signed_what_and_until_when(pages: InMemory) -> None:
    import pypdfium2

    contract = signed(NEW, OLD)
    document = pypdfium2.PdfDocument(b"".join(store().chunks(contract.pdf_digest)))
    said = " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in document)
    for wanted in (contract.number, NEW, OLD, "Camille Fictif", "registre RGPD", "AIPD", "aucune valeur", "24 mois"):
        assert wanted in said, wanted


def test_nothing_is_locked_while_the_pdf_is_made(pages: InMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    depth, seen = len(connection.atomic_blocks), []
    make = contract_paper.signed

    def watched(*given: object) -> bytes:
        seen.append(len(connection.atomic_blocks))
        return make(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(contract_paper, "signed", watched)
    signed()
    assert seen == [depth]


def test_no_contract_is_written_when_its_pdf_cannot_be_made(pages: InMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contract_paper, "signed", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        signed()
    assert not Contract.objects.exists()
    assert "aucun contrat" in refused_at(pages, ET_WITHOUT_CONTRACT)


def test_a_signature_overtaken_while_its_pdf_is_made_takes_the_next_number_on_a_new_pdf(
    pages: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, make, rival = [], contract_paper.signed, []

    def overtaken(contract: Contract, entities: list[GeographicEntity]) -> bytes:
        made.append((contract.number, [one.name for one in entities]))
        if not rival:
            rival.append(True)
            WhiteListEntry.objects.filter(geographic_entity=ET_OF_OTHER_EJ.value).delete()
            contracts.sign(representative(OTHER_EJ.value), [ET_OF_OTHER_EJ.value], declaration(), NOW)
        elif len(made) == 3:
            GeographicEntity.objects.filter(pk=NEW).update(name="Site renommé")
        return make(contract, entities)

    monkeypatch.setattr(contract_paper, "signed", overtaken)
    contract = signed()
    numbers = [number for number, _ in made]
    assert numbers[0] == numbers[1] != numbers[2] == numbers[3] == contract.number
    assert made[-1][1] == ["Site renommé"]
    assert Contract.objects.count() == 2
    assert {one.pdf_digest for one in Contract.objects.all()} == papers(), "a number that was taken leaves no PDF"


def test_two_signatures_for_one_site_at_once_make_one_contract(
    pages: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, rival = contract_paper.signed, []

    def twice(*given: object) -> bytes:
        if not rival:
            rival.append(True)
            signed()
        return make(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(contract_paper, "signed", twice)
    with pytest.raises(ActRefused, match="déjà couverte"):
        signed()
    assert {one.pdf_digest for one in Contract.objects.all()} == papers()
    assert Contract.objects.count() == 1


def test_the_second_of_two_tabs_is_told_what_the_first_has_signed(pages: InMemory) -> None:
    client, first = logged_in(f"representative:{EJ.value}"), signed(NEW)
    late = client.post("/contrats/nouveau/", {"entities": [NEW]})
    assert (late.status_code, f"{NEW} ne peut plus être choisie" in late.content.decode()) == (400, True)
    second = contracts.amend(representative(EJ.value), first, (NEW, OLD), NOW)
    for act in ("avenant", "renouveler"):
        page = client.post(f"/contrats/{first.pk}/{act}/", {"entities": [NEW]}, follow=True).content.decode()
        assert f"Rien n’est signé : le contrat {first.number} a déjà été remplacé" in page
        assert f'Remplacé par <a href="/contrats/{second.pk}/">' in page
    assert Contract.objects.count() == 2
