"""Arrival, change, departure by hand, by CSV and by SCIM: one door, and rights that change at once."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from support.hospital import login, make_account, make_legal_entity, make_rpps, make_service
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, LegalEntity, Movement, OpenSession, Role, ScimToken
from tramontane.hospital.accounts.selectors import current_services
from tramontane.hospital.accounts.services import importing, lifecycle
from tramontane.hospital.accounts.services.lifecycle import AccountValues
from tramontane.hospital.accounts.views.scim import token_hash
from tramontane.hospital.traces.events import Actor
from tramontane.hospital.traces.models import Trace
from tramontane.ui import spreadsheet

pytestmark = pytest.mark.django_db
WHO = Actor("690000001", account_name="Test")


def values(**fields: Any) -> AccountValues:
    base = AccountValues(login="a.rousseau", family_name="Rousseau", given_name="Alix", roles=("clinician",))
    return replace(base, **fields)


def test_a_second_role_is_a_known_speciality_or_section() -> None:
    with pytest.raises(lifecycle.InvalidAccountError) as refused:
        lifecycle.save(make_legal_entity(), values(savoir_faire="XX9"), None, WHO, "scim")
    assert [fault.field for fault in refused.value.faults] == ["savoir_faire"]


def test_an_arrival_gives_rights_a_movement_and_a_trace() -> None:
    service = make_service()
    entity = service.geographic_entity.legal_entity
    account, movement = lifecycle.save(entity, values(rpps=make_rpps(), services=(service.code,)), None, WHO, "manual")
    assert movement is not None
    assert movement.kind == Movement.Kind.ARRIVAL
    assert current_services(account, clock.now()) == [service]
    assert Trace.objects.get(event="compte.cree").detail["account_id"] == account.pk
    assert not account.has_usable_password()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"login": ""}, "obligatoire"),
        ({"rpps": "12345678901"}, "contrôle"),
        ({"rpps": "abc"}, "11 chiffres"),
        ({"profession": "ZZ"}, "TRE_G15"),
        ({"roles": ("king",)}, "Rôle inconnu"),
        ({"services": ("NULLE-PART",)}, "Service inconnu"),
        ({"family_name": "x" * 81}, "80 caractères"),
    ],
)
def test_an_account_is_refused_with_its_reason_and_nothing_is_written(changes: dict[str, Any], word: str) -> None:
    entity = make_legal_entity()
    with pytest.raises(lifecycle.InvalidAccountError, match=word):
        lifecycle.save(entity, values(**changes), None, WHO, "manual")
    assert not Account.objects.exists()


def test_an_rpps_is_one_account_s() -> None:
    other = make_account()
    with pytest.raises(lifecycle.InvalidAccountError, match="déjà celui d’un autre compte"):
        lifecycle.save(other.legal_entity, values(rpps=other.rpps), None, WHO, "manual")


def test_a_service_of_another_legal_entity_is_unknown() -> None:
    with pytest.raises(lifecycle.InvalidAccountError, match="Service inconnu"):
        lifecycle.save(make_legal_entity(), values(services=(make_service().code,)), None, WHO, "manual")


def test_saving_the_same_thing_does_nothing() -> None:
    entity = make_legal_entity()
    account, _ = lifecycle.save(entity, values(), None, WHO, "manual")
    _, movement = lifecycle.save(entity, values(), account, WHO, "manual")
    assert movement is None
    assert Movement.objects.count() == 1


def test_a_departure_ends_open_sessions_within_a_second(client: Client) -> None:
    account = make_account(roles=())
    login(client, account)
    assert client.get("/").status_code == 200
    began = time.perf_counter()
    gone = replace(lifecycle.values_of(account, clock.now()), active=False, services=())
    lifecycle.save(account.legal_entity, gone, account, WHO, "manual")
    assert client.get("/")["Location"].startswith("/connexion/")
    assert time.perf_counter() - began < 1
    assert not OpenSession.objects.exists()


def test_a_move_acts_on_the_open_session_at_its_next_request(client: Client) -> None:
    before, entity = make_service(), None
    entity = before.geographic_entity.legal_entity
    after = make_service(entity)
    account = make_account(entity, roles=(), services=(before,))
    login(client, account)
    assert before.name in client.get("/").content.decode()
    moved = replace(lifecycle.values_of(account, clock.now()), services=(after.code,))
    _, movement = lifecycle.save(entity, moved, account, WHO, "manual")
    assert movement is not None
    assert movement.kind == Movement.Kind.MOVE
    page = client.get("/").content.decode()
    assert after.name in page
    assert before.name not in page
    assert account.assignments.filter(service=before, ends_at__isnull=False).exists()


def test_a_role_taken_away_closes_its_pages_at_once(client: Client) -> None:
    account = make_account(roles=(Role.ACCOUNT_MANAGER,))
    login(client, account)
    assert client.get("/comptes/").status_code == 200
    less = replace(lifecycle.values_of(account, clock.now()), roles=())
    lifecycle.save(account.legal_entity, less, account, WHO, "manual")
    refused = client.get("/comptes/")
    assert refused.status_code == 403
    assert "Gestion des comptes" in refused.content.decode()


# --- CSV


def csv_of(*lines: str) -> bytes:
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def test_a_rehearsal_writes_nothing_and_says_what_each_line_would_do() -> None:
    entity = make_legal_entity()
    known = make_account(entity)
    rpps = make_rpps()
    data = csv_of(
        "identifiant;nom;prenom;rpps;roles;actif",
        f"nouveau;Durand;Zoé;{rpps};soignant;oui",
        f"{known.login};{known.family_name};Autre;{known.rpps};soignant;oui",
        f"{known.login}x;X;Y;{known.rpps};;oui",
        f"deux;X;Y;{rpps};;oui",
        ";Sans;Nom;;;",
        "mal;X;Y;123;reine;peut-être",
    )
    report = importing.rehearse(entity, data, clock.now())
    assert [line.action for line in report.lines] == ["create", "change", "refuse", "refuse", "refuse", "refuse"]
    assert [line.number for line in report.lines] == [2, 3, 4, 5, 6, 7]
    assert len(report.lines[5].faults) == 3
    assert Account.objects.count() == 1


def test_applying_does_the_good_lines_and_gives_the_others_back() -> None:
    entity = make_legal_entity()
    service = make_service(entity)
    data = csv_of(
        "identifiant;nom;prenom;roles;services",
        f"un;Durand;Zoé;soignant,admissions;{service.code}",
        "deux;Petit;Ana;reine;",
    )
    report = importing.apply(entity, data, WHO)
    assert dict(report.counts) == {"create": 1, "refuse": 1}
    account = Account.objects.get()
    assert account.roles == ["admissions", "clinician"]
    assert current_services(account, clock.now()) == [service]
    assert Movement.objects.get().source == "csv"


def test_a_password_chosen_while_a_file_is_applied_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of thousands of lines takes its time: each line is applied on the account as it is then."""
    first, second = (make_account(make_legal_entity(), login=login) for login in ("un", "deux"))
    Account.objects.filter(pk=second.pk).update(legal_entity=first.legal_entity)
    saved = lifecycle.save

    def and_a_colleague_acts(*args: Any) -> Any:
        Account.objects.filter(pk=second.pk).update(password="chosen meanwhile", family_name="Nouveau")
        return saved(*args)

    monkeypatch.setattr(lifecycle, "save", and_a_colleague_acts)
    data = csv_of("identifiant;nom;prenom;roles", "un;Un;A;dpo", f"deux;Nouveau;{second.given_name};admissions")
    report = importing.apply(first.legal_entity, data, WHO)
    second.refresh_from_db()
    assert (second.password, second.roles) == ("chosen meanwhile", ["admissions"])
    assert report.lines[1].changed == ("roles",)


def test_a_change_never_writes_a_password_read_before_it() -> None:
    read_before = make_account()
    Account.objects.filter(pk=read_before.pk).update(password="chosen meanwhile", rights_version=7)
    wanted = replace(lifecycle.values_of(read_before, clock.now()), family_name="Autre")
    lifecycle.save(read_before.legal_entity, wanted, read_before, WHO, "manual")
    kept = Account.objects.get()
    assert (kept.password, kept.rights_version, kept.family_name) == ("chosen meanwhile", 8, "Autre")


def test_a_name_taken_at_the_same_instant_is_refused_as_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    entity = make_legal_entity()

    def just_before(*_args: Any) -> list[Any]:
        monkeypatch.undo()
        make_account(entity, login="a.rousseau")
        return []

    monkeypatch.setattr(lifecycle, "faults", just_before)
    with pytest.raises(lifecycle.InvalidAccountError, match="déjà pris"):
        lifecycle.save(entity, values(), None, WHO, "manual")


def test_a_file_does_not_close_the_account_of_who_gives_it_and_shows_refusals_first(client: Client) -> None:
    manager = make_account(roles=(Role.ACCOUNT_MANAGER,))
    login(client, manager)
    lines = ("neuf;Neuf;Zoé;oui", f"{manager.login};{manager.family_name};{manager.given_name};non")
    data = csv_of("identifiant;nom;prenom;actif", *lines)
    said = client.post("/comptes/import/", {"file": BytesIO(data)}).content.decode()
    assert "Votre propre compte" in said
    assert said.index(f"<td>{manager.login}</td>") < said.index("<td>neuf</td>")
    client.post("/comptes/import/", {"content": base64.b64encode(data).decode(), "apply": "1"})
    assert set(Account.objects.filter(is_active=True)) == set(Account.objects.filter(login__in=("neuf", manager.login)))


def test_a_column_that_is_absent_changes_nothing() -> None:
    service = make_service()
    account = make_account(services=(service,))
    data = csv_of("identifiant;nom;prenom", f"{account.login};Nouveau;{account.given_name}")
    importing.apply(account.legal_entity, data, WHO)
    changed = Account.objects.get()
    assert changed.family_name == "Nouveau"
    assert changed.rpps == account.rpps
    assert current_services(changed, clock.now()) == [service]


def test_what_is_exported_imports_back_without_effect() -> None:
    entity = make_legal_entity()
    service = make_service(entity)
    make_account(entity, services=(service,), family_name="=cmd|'/c calc'!A0", given_name="-2+3", login="@sum")
    make_account(entity, roles=(Role.RSSI, Role.DPO), rpps=None)
    found = Account.objects.filter(legal_entity=entity).select_related("legal_entity").prefetch_related("assignments")
    text = "".join(importing.export(found, clock.now()))
    assert ";'=cmd" in text
    assert text.startswith("\ufeffidentifiant;")
    report = importing.rehearse(entity, text.encode(), clock.now())
    assert [line.action for line in report.lines] == ["nothing", "nothing"]


@pytest.mark.parametrize("start", spreadsheet.FORMULA_STARTS)
def test_no_cell_starts_as_a_formula(start: str) -> None:
    row = "".join(spreadsheet.lines(["a"], [[start + "x"]])).split("\r\n", 1)[1]
    assert row.lstrip('"').startswith("'")


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"a;b\n1;2\n", b"identifiant;nom;prenom;couleur\na;b;c;d\n", b"nom;nom\na;b\n"]
)
def test_a_file_that_is_not_one_is_refused_with_a_sentence(client: Client, data: bytes) -> None:
    login(client, make_account(roles=(Role.ACCOUNT_MANAGER,)))
    upload = BytesIO(data)
    upload.name = "comptes.csv"
    answer = client.post("/comptes/import/", {"file": upload})
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode() or "0" in answer.content.decode()
    assert Account.objects.count() == 1


def test_the_import_page_rehearses_then_applies(client: Client) -> None:
    manager = make_account(roles=(Role.ACCOUNT_MANAGER,))
    login(client, manager)
    upload = BytesIO(csv_of("identifiant;nom;prenom", "un;Durand;Zoé"))
    upload.name = "comptes.csv"
    page = client.post("/comptes/import/", {"file": upload})
    assert "Rien n’est encore écrit" in page.content.decode()
    assert Account.objects.count() == 1
    done = client.post("/comptes/import/", {"content": page.context["content"], "apply": "1"})
    assert "C’est fait" in done.content.decode()
    assert Account.objects.filter(login="un", legal_entity=manager.legal_entity).exists()
    assert Trace.objects.get(event="compte.cree").account_id == manager.pk
    assert (
        "Choisissez un fichier CSV" in client.post("/comptes/import/", {"content": "é", "apply": "1"}).content.decode()
    )


# --- SCIM


@pytest.fixture
def entity() -> LegalEntity:
    return make_legal_entity()


@pytest.fixture
def scim(entity: LegalEntity) -> Any:
    ScimToken.objects.create(legal_entity=entity, name="RH", hash=token_hash("jeton"), created_at=clock.now())

    def call(method: str, path: str = "", body: Any = None, token: str = "jeton") -> tuple[int, dict[str, Any]]:
        answer = Client(enforce_csrf_checks=True).generic(
            method, f"/scim/v2/Users{path}", json.dumps(body) if body is not None else "",
            content_type="application/scim+json", headers={"Authorization": f"Bearer {token}"},
        )  # fmt: skip
        return answer.status_code, json.loads(answer.content) if answer.content else {}

    return call


EXTENSION = "urn:tramontane:params:scim:schemas:extension:professional:1.0"


def resource(**fields: Any) -> dict[str, Any]:
    base = {"userName": "z.durand", "name": {"familyName": "Durand", "givenName": "Zoé"}, "active": True}
    return base | fields


def test_scim_creates_reads_replaces_and_deactivates(scim: Any, entity: LegalEntity) -> None:
    service, rpps = make_service(entity), make_rpps()
    body = resource(
        externalId="RH-1", roles=[{"value": "clinician"}], **{EXTENSION: {"rpps": rpps, "services": [service.code]}}
    )
    status, created = scim("POST", "", body)
    assert status == 201
    assert created[EXTENSION]["rpps"] == rpps
    path = f"/{created['id']}"
    assert scim("GET", path) == (200, created)
    status, replaced = scim("PUT", path, resource(userName="z.martin"))
    assert (status, replaced["userName"], replaced[EXTENSION]["rpps"]) == (200, "z.martin", "")
    assert scim("DELETE", path)[0] == 204
    account = Account.objects.get()
    assert not account.is_active
    assert Movement.objects.filter(source="scim").count() == 3


def test_scim_refuses_what_cannot_be_read_or_kept(scim: Any, entity: LegalEntity) -> None:
    make_account(entity)
    for hostile in ("%5Cud800", "%5Cu0000", "%5Cd"):
        assert scim("GET", f"?filter=userName%20eq%20%22{hostile}%22")[0] == 400
    assert scim("GET", f"?startIndex={'9' * 30}")[1]["totalResults"] == 1
    endless = Client().post(
        "/scim/v2/Users", "[" * 100_000, content_type="application/json", headers={"Authorization": "Bearer jeton"}
    )
    assert endless.status_code == 400


def test_scim_finds_by_user_name_and_only_in_its_own_entity(scim: Any, entity: LegalEntity) -> None:
    mine, other = make_account(entity), make_account()
    status, found = scim("GET", f"?filter=userName%20eq%20%22{mine.login}%22")
    assert (status, found["totalResults"]) == (200, 1)
    assert scim("GET", f"?filter=userName%20eq%20%22{other.login}%22")[1]["totalResults"] == 0
    assert scim("GET", "?filter=userName%20eq%20%22%5Cd%22")[0] == 400
    assert scim("GET")[1]["totalResults"] == 1
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        assert scim(method, f"/{other.pk}", {})[0] == 404
    other.refresh_from_db()
    assert other.is_active


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "active", "value": False},
        {"op": "Replace", "path": "active", "value": "False"},
        {"op": "replace", "value": {"active": False}},
        {"op": "remove", "path": "active"},
    ],
)
def test_scim_deactivates_by_patch_as_directories_write_it(
    scim: Any, entity: LegalEntity, client: Client, operation: dict[str, Any]
) -> None:
    account = make_account(entity, roles=())
    login(client, account)
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]}
    assert scim("PATCH", f"/{account.pk}", body)[0] == 200
    assert client.get("/")["Location"].startswith("/connexion/")


def test_scim_moves_by_patch(scim: Any, entity: LegalEntity) -> None:
    first, second = make_service(entity), make_service(entity)
    account = make_account(entity, services=(first,))
    path = f"{EXTENSION}:services"
    patch = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}
    scim("PATCH", f"/{account.pk}", patch | {"Operations": [{"op": "add", "path": path, "value": [second.code]}]})
    assert set(current_services(account, clock.now())) == {first, second}
    scim("PATCH", f"/{account.pk}", patch | {"Operations": [{"op": "replace", "path": path, "value": [second.code]}]})
    assert current_services(account, clock.now()) == [second]


@pytest.mark.parametrize(
    ("method", "body", "status", "kind"),
    [
        ("POST", [], 400, "invalidSyntax"),
        ("POST", {}, 400, "invalidValue"),
        ("POST", {"userName": 3}, 400, "invalidValue"),
        ("POST", {"userName": "x", "name": "y"}, 400, "invalidValue"),
        ("POST", {"userName": "x", "name": {"familyName": "a", "givenName": "b"}, EXTENSION: {"rpps": "12345678901"}}, 400, "invalidValue"),
        ("POST", {"userName": "x", "name": {"familyName": "a", "givenName": "b"}, EXTENSION: {"colour": "red"}}, 400, "invalidPath"),
        ("POST", {"userName": "taken", "name": {"familyName": "a", "givenName": "b"}}, 409, "uniqueness"),
        ("PUT", None, 405, ""),
    ],
)  # fmt: skip
def test_scim_refuses_with_its_own_error(
    scim: Any, entity: LegalEntity, method: str, body: Any, status: int, kind: str
) -> None:
    make_account(entity, login="taken")
    answered, error = scim(method, "", body)
    assert answered == status
    assert error["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert error.get("scimType", "") == kind
    assert Account.objects.count() == 1


@pytest.mark.parametrize("token", ["", "autre", "jeton2"])
def test_scim_without_its_token_is_refused(scim: Any, token: str) -> None:
    assert scim("GET", token=token)[0] == 401


def test_a_revoked_scim_token_is_refused_and_none_is_readable_in_the_database(scim: Any) -> None:
    assert "jeton" not in str(list(ScimToken.objects.values()))
    ScimToken.objects.update(revoked_at=clock.now())
    assert scim("GET")[0] == 401
