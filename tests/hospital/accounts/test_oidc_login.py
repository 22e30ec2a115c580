"""Delegated login against a provider that lies in exactly one way at a time (OpenID conformance and FAPI 2 negatives)."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from support.evil_op import CLIENT_SECRET, Claims, EvilProvider, ec_key, half_hash, public_jwk, rsa_key, served, sign
from support.hospital import login, make_account, make_legal_entity
from tramontane.hospital.accounts import proof as proofs
from tramontane.hospital.accounts.models import Account, ExternalIdentity, OpenSession, Role
from tramontane.hospital.accounts.proof import SessionProof
from tramontane.hospital.traces.models import Trace

pytestmark = pytest.mark.django_db
Declare = Callable[..., None]


def known_to(provider: EvilProvider, **fields: Any) -> Account:
    account = make_account(roles=(Role.ADMISSIONS,), **fields)
    provider.identity = {"SubjectNameID": f"8{account.rpps}", "rpps": account.rpps, "preferred_username": account.login}
    return account


def leave(client: Client, key: str = "psc", query: str = "suite=/mon-compte/facteurs/") -> Any:
    return client.get(f"/connexion/oidc/{key}/?{query}")


def log_in(client: Client, provider: EvilProvider, key: str = "psc", **changes: str | None) -> Any:
    started = leave(client, key)
    if started.status_code != 302:
        return started
    return client.get(f"/connexion/oidc/{key}/retour/", provider.authorize(started["Location"], **changes))


def proof_of(client: Client) -> SessionProof | None:
    return proofs.read(client.session)


def assert_refused(client: Client, answer: Any, code: str) -> None:
    assert answer.status_code == 403
    assert f"<code>{code}</code>" in answer.content.decode()
    assert proof_of(client) is None
    assert not OpenSession.objects.exists()
    assert client.get("/")["Location"].startswith("/connexion/")


def test_an_honest_provider_opens_a_session_with_two_factors(
    client: Client, evil: EvilProvider, declare: Declare
) -> None:
    declare(evil)
    account = known_to(evil)
    answer = log_in(client, evil)
    assert answer["Location"] == "/mon-compte/facteurs/"
    proof = proof_of(client)
    assert proof is not None
    assert proof.means == "oidc:psc"
    assert proof.two_factors
    trace = Trace.objects.get(event="connexion.reussie")
    assert (trace.account_id, trace.rpps) == (account.pk, account.rpps)
    assert trace.proof["evidence"]["acr"] == "eidas1"
    assert ExternalIdentity.objects.get().account == account


def _claim(name: str, value: Any) -> Callable[[EvilProvider], None]:
    def twist(provider: EvilProvider) -> None:
        provider.claims = lambda claims: claims | {name: value}

    return twist


def _no_claim(name: str) -> Callable[[EvilProvider], None]:
    def twist(provider: EvilProvider) -> None:
        provider.claims = lambda claims: {key: value for key, value in claims.items() if key != name}

    return twist


def _set(**fields: Any) -> Callable[[EvilProvider], None]:
    def twist(provider: EvilProvider) -> None:
        for name, value in fields.items():
            setattr(provider, name, value)

    return twist


def _header(**fields: Any) -> Callable[[EvilProvider], None]:
    return _set(header=lambda header: header | fields)


def _edit(token: str, part: int, change: Callable[[str], str]) -> str:
    parts = token.split(".")
    parts[part] = change(parts[part])
    return ".".join(parts)


def _repeated_name(token: str) -> str:
    header, payload, _ = token.split(".")
    text = base64.urlsafe_b64decode(payload + "==").decode()
    return sign(
        json.loads(base64.urlsafe_b64decode(header + "==")), (text[:-1] + ',"sub":"autre"}').encode(), rsa_key("a")
    )


def _unused_bits(part: str) -> str:
    """Another writing of the same bytes: the bits after the last byte are not zero."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return part[:-1] + alphabet[alphabet.index(part[-1]) | 1]


def _weak_key(provider: EvilProvider) -> None:
    provider.signing_key = rsa_key("weak", 1024)
    provider.jwks = lambda: [public_jwk(rsa_key("weak", 1024), "a")]


def _embedded_key(provider: EvilProvider) -> None:
    provider.signing_key = rsa_key("b")
    provider.header = lambda header: header | {"jwk": public_jwk(rsa_key("b"), "a")}


NOW = int(time.time())
TOKENS: dict[str, tuple[Callable[[EvilProvider], None], str]] = {
    # OpenID conformance suite, OIDCCClientTest*
    "alg none": (_set(alg="none"), "jeton-malforme"),
    "alg none with a signature": (_set(id_token=lambda t: sign({"alg": "none"}, {}, b"") + "AA"), "algorithme-refuse"),
    "alg None": (_header(alg="None"), "algorithme-refuse"),
    "HS256 with the client secret": (_set(alg="HS256", signing_key=CLIENT_SECRET.encode()), "algorithme-refuse"),
    "HS256 with the public key": (_set(alg="HS256", signing_key=b"public key"), "algorithme-refuse"),
    "a strong algorithm that is not ours": (_set(alg="RS512"), "algorithme-refuse"),
    "an algorithm of our list but not of this provider": (_set(alg="PS256"), "algorithme-refuse"),
    "no algorithm": (_set(header=lambda h: {"kid": "a"}, alg="RS256"), "algorithme-refuse"),
    "another key's signature": (_set(signing_key=rsa_key("b")), "signature-fausse"),
    "a changed payload": (_set(id_token=lambda t: _edit(t, 1, lambda p: ("A" if p[9] != "A" else "B").join((p[:9], p[10:])))), ""),
    "a changed signature": (_set(id_token=lambda t: _edit(t, 2, lambda p: "AAAA" + p[4:])), "signature-fausse"),
    "an empty signature": (_set(id_token=lambda t: _edit(t, 2, lambda _p: "")), "jeton-malforme"),
    "padding": (_set(id_token=lambda t: t + "=="), "jeton-malforme"),
    "a space": (_set(id_token=lambda t: t.replace(".", ". ", 1)), "jeton-malforme"),
    "a line feed at the end": (_set(id_token=lambda t: t + "\n"), "jeton-malforme"),
    "four parts": (_set(id_token=lambda t: t + ".AAAA"), "jeton-malforme"),
    "unused bits in the signature": (_set(id_token=lambda t: _edit(t, 2, _unused_bits)), "base64-malforme"),
    "a name twice in the payload": (_set(id_token=_repeated_name), "json-illisible"),
    "no token": (_set(id_token=lambda _t: None), "jeton-malforme"),
    "a token that is a list": (_set(id_token=lambda t: [t]), "jeton-malforme"),
    "a huge token": (_set(id_token=lambda t: "A" * 70_000 + t), "jeton-malforme"),
    "no kid with several keys": (
        _set(kid=None, jwks=lambda: [public_jwk(rsa_key("a"), None), public_jwk(rsa_key("b"), None)]),
        "cle-ambigue",
    ),
    "an unknown kid": (_set(kid="zzz"), "cle-inconnue"),
    "a kid that is a number": (_header(kid=1), "kid-malforme"),
    "a kid that is a path": (_header(kid="../../etc/passwd"), "cle-inconnue"),
    "two keys under one kid": (
        _set(jwks=lambda: [public_jwk(rsa_key("a"), "a"), public_jwk(rsa_key("b"), "a")]),
        "cle-ambigue",
    ),
    "a key for encryption": (_set(jwks=lambda: [public_jwk(rsa_key("a"), "a", use="enc")]), "cle-inconnue"),
    "a key of another algorithm": (_set(jwks=lambda: [public_jwk(rsa_key("a"), "a", alg="PS256")]), "cle-inconnue"),
    "a key that may only sign": (_set(jwks=lambda: [public_jwk(rsa_key("a"), "a", key_ops=["sign"])]), "cle-inconnue"),
    "an elliptic key under an RSA name": (_set(jwks=lambda: [public_jwk(ec_key("e"), "a")]), "cle-inconnue"),
    "a symmetric key": (_set(jwks=lambda: [{"kty": "oct", "k": "AAAA", "kid": "a"}]), "cle-inconnue"),
    "a key of 1,024 bits": (_weak_key, "cle-inconnue"),
    "no key at all": (_set(jwks=list), "cle-inconnue"),
    "a key in its own header": (_embedded_key, "entete-refuse"),
    "a key address in its header": (_header(jku="http://127.0.0.1:1/jwks"), "entete-refuse"),
    "a certificate address in its header": (_header(x5u="http://127.0.0.1:1/x"), "entete-refuse"),
    "a critical extension": (_header(crit=["exp"]), "entete-refuse"),
    "compression": (_header(zip="DEF"), "entete-refuse"),
    "the type of an access token": (_header(typ="at+jwt"), "type-refuse"),
    "the type of a logout token": (_header(typ="logout+jwt"), "type-refuse"),
    "another issuer": (_claim("iss", "https://evil.example"), "emetteur"),
    "an issuer with a slash": (_set(claims=lambda c: c | {"iss": c["iss"] + "/"}), "emetteur"),
    "no issuer": (_no_claim("iss"), "emetteur"),
    "another audience": (_claim("aud", "autre"), "audience"),
    "no audience": (_no_claim("aud"), "audience"),
    "a secondary audience": (_claim("aud", ["hopital", "autre"]), "audience"),
    "an empty list of audiences": (_claim("aud", []), "audience"),
    "an audience that starts like ours": (_claim("aud", "hopital2"), "audience"),
    "another authorised party": (_claim("azp", "autre"), "azp"),
    "no subject": (_no_claim("sub"), "sub"),
    "an empty subject": (_claim("sub", ""), "sub"),
    "a subject that is a number": (_claim("sub", 12), "sub"),
    "a subject of 256 characters": (_claim("sub", "x" * 256), "sub"),
    "no issue date": (_no_claim("iat"), "iat"),
    "an issue date in the future": (_claim("iat", NOW + 3600), "iat"),
    "an issue date of yesterday": (_claim("iat", NOW - 86_400), "iat"),
    "an issue date that is text": (_claim("iat", str(NOW)), "iat"),
    "an issue date that is true": (_claim("iat", value=True), "iat"),
    "expired": (_claim("exp", NOW - 3600), "exp"),
    "no expiry": (_no_claim("exp"), "exp"),
    "an expiry that is text": (_claim("exp", "9999999999"), "exp"),
    "an expiry that is not a number": (_claim("exp", float("nan")), "exp"),
    "not valid yet": (_claim("nbf", NOW + 3600), "nbf"),
    "another nonce": (_claim("nonce", "autre"), "nonce"),
    "no nonce": (_no_claim("nonce"), "nonce"),
    "an empty nonce": (_claim("nonce", ""), "nonce"),
    "a nonce that is a list": (_set(claims=lambda c: c | {"nonce": [c["nonce"]]}), "nonce"),
    "another access token's hash": (_claim("at_hash", half_hash("autre")), "at-hash"),
    "a whole hash instead of its half": (_claim("at_hash", "A" * 43), "at-hash"),
    "another code's hash": (_claim("c_hash", half_hash("autre")), "c-hash"),
    "userinfo of someone else": (_set(userinfo=lambda u: u | {"sub": "autre"}), "userinfo-sub"),
    "userinfo without subject": (_set(userinfo=lambda u: {"SubjectNameID": u["SubjectNameID"]}), "userinfo-sub"),
    "userinfo in HTML": (_set(userinfo_media_type="text/html"), "userinfo-format"),
    "encrypted userinfo": (_set(userinfo_media_type="application/jose"), "userinfo-format"),
    # FAPI 2, FAPI2SPFinalClientTest*: the token response
    "no access token": (_set(response=lambda r: {k: v for k, v in r.items() if k != "access_token"}), "jeton-acces"),
    "another kind of token": (_set(response=lambda r: r | {"token_type": "mac"}), "jeton-acces"),
    "no kind of token": (_set(response=lambda r: {k: v for k, v in r.items() if k != "token_type"}), "jeton-acces"),
    "an error at the token endpoint": (_set(token_status=400), "refus-http"),
    "a redirect at the token endpoint": (_set(token_status=307), "refus-http"),
    "a token response that is not JSON": (_set(response=lambda r: [r]), "json-illisible"),
    # Discovery
    "metadata of another issuer": (_set(discovery=lambda d: d | {"issuer": "https://evil.example"}), "decouverte-autre-emetteur"),
    "metadata without issuer": (
        _set(discovery=lambda d: {k: v for k, v in d.items() if k != "issuer"}),
        "decouverte-autre-emetteur",
    ),
    "a token endpoint in clear": (_set(discovery=lambda d: d | {"token_endpoint": "http://evil.example/"}), "adresse-refusee"),
    "keys in a file": (_set(discovery=lambda d: d | {"jwks_uri": "file:///etc/passwd"}), "adresse-refusee"),
    "an authorization endpoint in script": (
        _set(discovery=lambda d: d | {"authorization_endpoint": "javascript:alert(1)"}),
        "adresse-refusee",
    ),
    # Who
    "no national identifier": (_set(userinfo=lambda u: {"sub": u["sub"]}, identity={}), "compte-claim-absent"),
    "an RPPS of nobody here": (_set(identity={"SubjectNameID": "810000000017"}), "compte-inconnu"),
    "an RPPS with a wrong key": (_set(identity={"SubjectNameID": "810000000010"}), "rpps-invalide"),
    "an editor's test account": (_set(identity={"SubjectNameID": "ANS20210107161422"}), "rpps-invalide"),
    "an ADELI number": (_set(identity={"SubjectNameID": "0999999999"}), "identite-sans-rpps"),
    "a national identifier that is a list": (_set(userinfo=lambda u: u | {"SubjectNameID": [u["SubjectNameID"]]}), "compte-claim-absent"),
}  # fmt: skip


@pytest.mark.parametrize("name", TOKENS)
def test_a_login_is_refused_with(client: Client, evil: EvilProvider, declare: Declare, name: str) -> None:
    declare(evil)
    known_to(evil)
    twist, code = TOKENS[name]
    twist(evil)
    answer = log_in(client, evil)
    if code:
        assert_refused(client, answer, code)
    else:
        assert answer.status_code == 403
        assert proof_of(client) is None


RESPONSES: dict[str, tuple[dict[str, str | None], str]] = {
    "another state": ({"state": "autre"}, "state"),
    "no state": ({"state": None}, "state"),
    "an empty state": ({"state": ""}, "state"),
    "another issuer (mix-up)": ({"iss": "https://evil.example"}, "iss-reponse"),
    "no issuer where one is promised": ({"iss": None}, "iss-reponse"),
    "an empty issuer": ({"iss": ""}, "iss-reponse"),
    "no code": ({"code": None}, "code-absent"),
    "an empty code": ({"code": ""}, "code-absent"),
    "an invented code": ({"code": "AAAA"}, "refus-http"),
    "an error": ({"error": "access_denied"}, "refus-fournisseur"),
    "an error beside a code": ({"error": "server_error", "error_description": "<script>"}, "refus-fournisseur"),
}


@pytest.mark.parametrize("name", RESPONSES)
def test_an_authorization_response_is_refused_with(
    client: Client, evil: EvilProvider, declare: Declare, name: str
) -> None:
    declare(evil)
    known_to(evil)
    changes, code = RESPONSES[name]
    assert_refused(client, log_in(client, evil, "psc", **changes), code)


def test_an_answer_is_used_once(client: Client, evil: EvilProvider, declare: Declare) -> None:
    declare(evil)
    known_to(evil)
    answer = evil.authorize(leave(client)["Location"])
    assert client.get("/connexion/oidc/psc/retour/", answer).status_code == 302
    client.post("/deconnexion/")
    assert_refused(client, client.get("/connexion/oidc/psc/retour/", answer), "state")


def test_an_answer_in_another_browser_is_refused_both_ways(
    client: Client, evil: EvilProvider, declare: Declare
) -> None:
    declare(evil)
    known_to(evil)
    other = Client()
    mine, theirs = evil.authorize(leave(client)["Location"]), evil.authorize(leave(other)["Location"])
    assert_refused(other, other.get("/connexion/oidc/psc/retour/", mine), "state")
    assert_refused(client, client.get("/connexion/oidc/psc/retour/", theirs), "state")


def test_someone_else_s_code_under_my_own_state_fails_pkce(
    client: Client, evil: EvilProvider, declare: Declare
) -> None:
    declare(evil)
    known_to(evil)
    stolen = evil.authorize(leave(Client())["Location"])["code"]
    assert_refused(client, log_in(client, evil, code=stolen), "refus-http")


def test_an_answer_that_comes_ten_minutes_late_is_refused(client: Client, evil: EvilProvider, declare: Declare) -> None:
    declare(evil)
    known_to(evil)
    answer = evil.authorize(leave(client)["Location"])
    session = client.session
    session["oidc"] = session["oidc"] | {"at": "2026-01-01T00:00:00+00:00"}
    session.save()
    assert_refused(client, client.get("/connexion/oidc/psc/retour/", answer), "delai")


def test_one_provider_s_answer_is_refused_at_another_s_address(
    client: Client, evil: EvilProvider, declare: Declare
) -> None:
    with served(EvilProvider()) as second:
        declare(evil)
        declare(second, key="autre")
        known_to(evil)
        answer = evil.authorize(leave(client)["Location"])
        assert_refused(client, client.get("/connexion/oidc/autre/retour/", answer), "fournisseur-confondu")


def test_a_rotated_key_is_fetched_once_and_accepted(
    client: Client, evil: EvilProvider, declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from tramontane.hospital.accounts.oidc import metadata

    monkeypatch.setattr(metadata, "KEYS_AT_MOST_EVERY", timedelta(0))
    declare(evil)
    known_to(evil)
    assert log_in(client, evil).status_code == 302
    client.post("/deconnexion/")
    evil.kid, evil.signing_key = "b", rsa_key("b")
    evil.jwks = lambda: [public_jwk(rsa_key("a"), "a"), public_jwk(rsa_key("b"), "b")]
    assert log_in(client, evil).status_code == 302
    assert evil.calls.count("/jwks") == 2


def test_forged_kids_do_not_make_us_hammer_the_provider(client: Client, evil: EvilProvider, declare: Declare) -> None:
    declare(evil)
    known_to(evil)
    evil.kid = "forged"
    for _ in range(5):
        log_in(client, evil)
    assert evil.calls.count("/jwks") == 1


@pytest.mark.parametrize(("alg", "key"), [("PS256", rsa_key("a")), ("ES256", ec_key("e"))])
def test_the_other_algorithms_of_our_list_are_accepted_when_declared(
    client: Client, evil: EvilProvider, declare: Declare, alg: str, key: Any
) -> None:
    declare(evil, algorithms=[alg])
    known_to(evil)
    evil.alg, evil.signing_key, evil.jwks = alg, key, lambda: [public_jwk(key, "a")]
    assert log_in(client, evil).status_code == 302


def test_no_kid_with_a_single_key_is_accepted(client: Client, evil: EvilProvider, declare: Declare) -> None:
    declare(evil)
    known_to(evil)
    evil.kid = None
    assert log_in(client, evil).status_code == 302


def test_signed_userinfo_is_accepted_and_its_issuer_checked(
    client: Client, evil: EvilProvider, declare: Declare
) -> None:
    declare(evil)
    known_to(evil)
    evil.userinfo_media_type = "application/jwt"
    evil.userinfo = lambda u: u | {"iss": evil.issuer, "aud": "autre"}
    assert_refused(client, log_in(client, evil), "userinfo-emetteur")
    evil.userinfo = lambda u: u | {"iss": evil.issuer, "aud": "hopital"}
    assert log_in(client, evil).status_code == 302


def test_a_hospital_s_provider_opens_no_account_of_another_legal_entity(
    client: Client, evil: EvilProvider, declare: Declare
) -> None:
    mine = make_legal_entity()
    declare(evil, key="sso", profile="keycloak", legal_entity=mine.finess_juridique)
    known_to(evil)
    assert_refused(client, log_in(client, evil, "sso"), "compte-inconnu")
    known_to(evil, entity=mine)
    evil.subject = "f:demo:2"
    assert log_in(client, evil, "sso").status_code == 302


def test_a_subject_already_known_for_someone_else_is_refused(
    client: Client, evil: EvilProvider, declare: Declare
) -> None:
    declare(evil)
    known_to(evil)
    ExternalIdentity.objects.create(provider="psc", subject=evil.subject, account=make_account())
    assert_refused(client, log_in(client, evil), "sujet-d-un-autre-compte")


def test_a_provider_that_proves_one_factor_opens_the_application_but_not_the_dmp_and_says_why(
    client: Client, evil: EvilProvider, declare: Declare
) -> None:
    declare(evil)
    known_to(evil)
    evil.evidence = {"auth_time": NOW}
    answer = client.get(log_in(client, evil)["Location"])
    proof = proof_of(client)
    assert proof is not None
    assert not proof.two_factors
    assert "Le DMP reste fermé" in answer.content.decode()
    assert proof.why_not in answer.content.decode()
    assert "/mon-compte/confirmer/" in answer.content.decode()


def test_a_weaker_confirmation_does_not_take_two_factors_away(
    client: Client, evil: EvilProvider, declare: Declare
) -> None:
    declare(evil)
    account = known_to(evil)
    login(client, account, "passkey")
    evil.evidence = {}
    log_in(client, evil)
    proof = proof_of(client)
    assert proof is not None
    assert proof.two_factors


def test_confirming_asks_the_provider_for_a_new_authentication_and_checks_it(
    client: Client, evil: EvilProvider, declare: Declare
) -> None:
    declare(evil)
    account = known_to(evil)
    login(client, account, "recovery")
    started = leave(client, query="confirmer=1&suite=/x/")
    assert "prompt=login" in started["Location"]
    assert "max_age=0" in started["Location"]
    evil.evidence = {"acr": "eidas1", "auth_time": NOW - 3600}
    refused = client.get("/connexion/oidc/psc/retour/", evil.authorize(started["Location"]))
    assert "<code>authentification-non-renouvelee</code>" in refused.content.decode()
    started = leave(client, query="confirmer=1&suite=/x/")
    evil.evidence = {"acr": "eidas1", "auth_time": int(time.time())}
    assert client.get("/connexion/oidc/psc/retour/", evil.authorize(started["Location"]))["Location"] == "/x/"


def test_confirming_as_someone_else_is_refused(client: Client, evil: EvilProvider, declare: Declare) -> None:
    declare(evil)
    known_to(evil)
    login(client, make_account(roles=()), "recovery")
    answer = log_in(client, evil)
    assert "<code>autre-personne</code>" in answer.content.decode()
    proof = proof_of(client)
    assert proof is not None
    assert proof.means == "recovery"


def activity(**fields: str) -> Claims:
    return {
        "numeroFinessetablissementJuridique": "",
        "numeroFinessSite": "",
        "raisonSocialeSite": "",
        "codeSecteurDactivite": "SA01",
    } | fields


def test_several_practice_situations_here_are_a_choice(client: Client, evil: EvilProvider, declare: Declare) -> None:
    declare(evil)
    account = known_to(evil)
    entity = account.legal_entity
    site = entity.geographic_entities.get()
    exercises = [
        {"codeProfession": "10", "codeSavoirFaire": "SM04", "activities": [
            activity(numeroFinessetablissementJuridique=entity.finess_juridique, raisonSocialeSite="Ici"),
            activity(numeroFinessetablissementJuridique="999999999", raisonSocialeSite="Ailleurs"),
        ]},
        {"codeProfession": "10", "codeSavoirFaire": "SM26", "activities": [
            activity(numeroFinessSite=site.finess_geographique, raisonSocialeSite="Ici aussi"),
        ]},
    ]  # fmt: skip
    evil.identity["SubjectRefPro"] = {"exercices": exercises}
    answer = log_in(client, evil)
    assert answer["Location"] == "/mon-compte/situation/"
    page = client.get("/mon-compte/situation/").content.decode()
    assert "Ici aussi" in page
    assert "Ailleurs" not in page
    assert client.post("/mon-compte/situation/", {"situation": "7"}).status_code == 200
    assert client.post("/mon-compte/situation/", {"situation": "1"})["Location"] == "/mon-compte/facteurs/"
    assert client.session["situation"]["savoir_faire"] == "SM26"


@pytest.mark.parametrize(
    "reference", [None, "", [], {}, {"exercices": None}, {"exercices": [None, {"activities": "x"}]}]
)
def test_missing_practice_situations_are_tolerated(
    client: Client, evil: EvilProvider, declare: Declare, reference: Any
) -> None:
    declare(evil)
    known_to(evil)
    evil.identity["SubjectRefPro"] = reference
    assert log_in(client, evil)["Location"] == "/mon-compte/facteurs/"
