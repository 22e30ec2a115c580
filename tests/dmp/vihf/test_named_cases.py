"""Cases named after the invalid samples of SAML toolkits (python3-saml, ruby-saml, node-saml), made into VIHF (S13).

Every token here is genuinely signed by the hospital: only what it says is judged.
"""

from __future__ import annotations

from typing import ClassVar

import pytest
from lxml import etree

from support.vihf_forgery import NS, SAML, changed, envelope, failed_codes, judge, notes, sign, unsigned
from support.vihf_tokens import token

_ROLE = "urn:oasis:names:tc:xacml:2.0:subject:role"
_XS = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string"'


def _edited(edit) -> bytes:
    root = unsigned()
    edit(root)
    return envelope(sign(root))


def _find(root: etree._Element, path: str) -> etree._Element:
    return root.find(path, NS)


def _remove(path: str):
    def edit(root: etree._Element) -> None:
        element = _find(root, path)
        element.getparent().remove(element)

    return edit


def _attribute(root: etree._Element, name: str) -> etree._Element:
    return _find(root, f".//saml2:Attribute[@Name='{name}']")


def _without(name: str):
    return lambda root: _attribute(root, name).getparent().remove(_attribute(root, name))


def _valued(name: str, text: str):
    return lambda root: setattr(_attribute(root, name)[0], "text", text)


def _twice(name: str):
    def edit(root: etree._Element) -> None:
        again = etree.fromstring(etree.tostring(_attribute(root, name), with_tail=False))
        again[0].text = "899900063480"
        _attribute(root, name).getparent().append(again)

    return edit


def _two_values(name: str):
    return lambda root: etree.SubElement(_attribute(root, name), f"{{{SAML}}}AttributeValue").__setattr__("text", "x")


def _saml(name: str, text: str | None = None, **attributes: str) -> etree._Element:
    element = etree.Element(f"{{{SAML}}}{name}", attributes)
    element.text = text
    return element


def _add(path: str, element_of, position: int | None = None):
    def edit(root: etree._Element) -> None:
        parent = root if path == "." else _find(root, path)
        parent.insert(len(parent) if position is None else position, element_of())

    return edit


def _role(position: int, **attributes: str | None):
    def edit(root: etree._Element) -> None:
        element = _attribute(root, _ROLE)[position][0]
        for name, value in attributes.items():
            if value is None:
                del element.attrib[name]
            else:
                element.set(name, value)

    return edit


def _audience() -> etree._Element:
    conditions = _saml("Conditions")
    conditions.append(_saml("AudienceRestriction"))
    conditions[0].append(_saml("Audience", "urn:other"))
    return conditions


def _conditions(name: str):
    def build() -> etree._Element:
        conditions = _saml("Conditions")
        conditions.append(_saml(name))
        return conditions

    return build


def _confirmation() -> etree._Element:
    confirmation = _saml("SubjectConfirmation", Method="urn:oasis:names:tc:SAML:2.0:cm:bearer")
    confirmation.append(_saml("SubjectConfirmationData", Recipient="https://other.example.invalid/"))
    return confirmation


# name → (what is changed, the code of one failed step at least)
SHAPES = {
    "no_issuer": _remove("saml2:Issuer"),
    "two_issuers": _add(".", lambda: _saml("Issuer", "CN=x"), 0),
    "no_subject": _remove("saml2:Subject"),
    "no_nameid": _remove("saml2:Subject/saml2:NameID"),
    "two_nameids": _add("saml2:Subject", lambda: _saml("NameID", "899900063480")),
    "encrypted_nameid": lambda root: setattr(_find(root, ".//saml2:NameID"), "tag", f"{{{SAML}}}EncryptedID"),
    "base_id": lambda root: setattr(_find(root, ".//saml2:NameID"), "tag", f"{{{SAML}}}BaseID"),
    "nameid_with_an_element": _add(".//saml2:NameID", lambda: _saml("NameID")),
    "no_authnstatement": _remove("saml2:AuthnStatement"),
    "two_authnstatements": _add(".", lambda: _saml("AuthnStatement"), 2),
    "no_authncontext": _remove(".//saml2:AuthnContext"),
    "no_classref": _remove(".//saml2:AuthnContextClassRef"),
    "declref": _add(".//saml2:AuthnContext", lambda: _saml("AuthnContextDeclRef", "urn:x")),
    "two_decls": _add(".//saml2:AuthnContext", lambda: _saml("AuthnContextDecl", "CONF_EXI_PGSSIS")),
    "authenticating_authority": _add(".//saml2:AuthnContext", lambda: _saml("AuthenticatingAuthority", "urn:x")),
    "subject_locality": _add("saml2:AuthnStatement", lambda: _saml("SubjectLocality"), 0),
    "no_attributestatement": _remove("saml2:AttributeStatement"),
    "two_attributestatements": _add(".", lambda: _saml("AttributeStatement")),
    "encrypted_attribute": _add("saml2:AttributeStatement", lambda: _saml("EncryptedAttribute")),
    "attribute_without_value": _add("saml2:AttributeStatement", lambda: _saml("Attribute", Name="x")),
    "attribute_with_a_stranger": _add(".//saml2:Attribute", lambda: _saml("Attribute", Name="x")),
    "value_with_two_elements": lambda root: _attribute(root, _ROLE)[0].append(_saml("x")),
    "value_with_mixed_content": lambda root: setattr(_attribute(root, _ROLE)[0], "text", "10"),
    "role_with_a_child": lambda root: _attribute(root, _ROLE)[0][0].append(_saml("x")),
    "audience_restriction": _add(".", _audience, 2),
    "one_time_use": _add(".", _conditions("OneTimeUse"), 2),
    "proxy_restriction": _add(".", _conditions("ProxyRestriction"), 2),
    "subject_confirmation": _add("saml2:Subject", _confirmation),
    "advice": _add(".", lambda: _saml("Advice"), 2),
    "authz_decision": _add(".", lambda: _saml("AuthzDecisionStatement")),
    "statement_order": lambda root: root.append(_find(root, "saml2:Subject")),
    "unknown_attribute_on_assertion": lambda root: root.set("Recipient", "x"),
    "unknown_attribute_on_nameid": lambda root: _find(root, ".//saml2:NameID").set("SPNameQualifier", "x"),
    "unknown_attribute_on_conditions": _add(".", lambda: _saml("Conditions", NotAfter="2030-01-01T00:00:00Z"), 2),
}
CONTENTS = {
    "wrong_saml_version": (lambda root: root.set("Version", "1.1"), "saml-version"),
    "no_saml_version": (lambda root: root.attrib.pop("Version"), "saml-version"),
    "no_id": (lambda root: root.attrib.pop("ID"), "assertion-id"),
    "empty_id": (lambda root: root.set("ID", ""), "assertion-id"),
    "id_with_spaces": (lambda root: root.set("ID", "a b"), "assertion-id"),
    "invalid_issuer": (lambda root: setattr(root[0], "text", "CN=OTHER,C=FR"), "emetteur"),
    "empty_issuer": (lambda root: setattr(root[0], "text", ""), "emetteur"),
    "issuer_with_one_rdn_less": (lambda root: setattr(root[0], "text", root[0].text.rpartition(",")[0]), "emetteur"),
    "issuer_that_is_no_name": (lambda root: setattr(root[0], "text", "https://idp.example.invalid/"), "emetteur"),
    "issuer_format": (
        lambda root: root[0].set("Format", "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"),
        "emetteur",
    ),
    "no_issuer_format": (lambda root: root[0].attrib.pop("Format"), "emetteur"),
    "empty_nameid": (lambda root: setattr(_find(root, ".//saml2:NameID"), "text", ""), "sujet"),
    "blank_nameid": (lambda root: setattr(_find(root, ".//saml2:NameID"), "text", "  "), "sujet"),
    "nameid_is_an_adeli": (lambda root: setattr(_find(root, ".//saml2:NameID"), "text", "0759912345"), "vihf-sujet"),
    "nameid_is_a_wrong_rpps": (
        lambda root: setattr(_find(root, ".//saml2:NameID"), "text", "899990000013"),
        "vihf-sujet",
    ),
    "nameid_without_prefix": (
        lambda root: setattr(_find(root, ".//saml2:NameID"), "text", "99990000012"),
        "vihf-sujet",
    ),
    "duplicated_attribute": (_twice("Identifiant_Structure"), "attributs"),
    "duplicated_under_two_spellings": (
        _add(
            "saml2:AttributeStatement",
            lambda: etree.fromstring(
                f'<Attribute xmlns="{SAML}" Name="Authentification_Mode"><AttributeValue{_XS}'
                ' xmlns:xs="http://www.w3.org/2001/XMLSchema">INDIRECTE</AttributeValue></Attribute>'
            ),
        ),
        "attributs",
    ),
    "two_values": (_two_values("Identifiant_Structure"), "attribut-structure"),
    "empty_value": (_valued("Identifiant_Structure", ""), "attribut-structure"),
    "blank_value": (_valued("LPS_Nom", " \n "), "attribut-lps-nom"),
    "structure_is_no_identifier": (_valued("Identifiant_Structure", "1HOPITAL"), "attribut-structure"),
    "structure_is_a_siret": (_valued("Identifiant_Structure", "339172288100052"), "vihf-structure-air"),
    "sector_without_its_system": (_valued("Secteur_Activite", "SA01"), "attribut-secteur"),
    "sector_of_another_system": (_valued("Secteur_Activite", "SA01^1.2.3"), "attribut-secteur"),
    "unknown_sector": (_valued("Secteur_Activite", "SA99^1.2.250.1.71.4.2.4"), "vihf-secteur-connu"),
    "unknown_version": (_valued("VIHF_Version", "2.0"), "attribut-version"),
    "unknown_mode": (_valued("Authentification_mode", "DELEGUEE"), "attribut-mode"),
    "mode_in_lower_case": (_valued("Authentification_mode", "indirecte_renforcee"), "attribut-mode"),
    "patient_key": (
        _valued("urn:oasis:names:tc:xacml:2.0:resource:resource-id", "279035121518988^^^&1.2.250.1.213.1.4.10&ISO^NH"),
        "attribut-patient",
    ),
    "patient_of_another_authority": (
        _valued("urn:oasis:names:tc:xacml:2.0:resource:resource-id", "279035121518989^^^&1.2.3&ISO^NH"),
        "attribut-patient",
    ),
    "patient_is_no_cx": (
        _valued("urn:oasis:names:tc:xacml:2.0:resource:resource-id", "279035121518989"),
        "attribut-patient",
    ),
    "another_resource": (_valued("Ressource_URN", "urn:other"), "attribut-ressource"),
    "purpose_as_text": (
        lambda root: [
            value.remove(value[0]) or setattr(value, "text", "normal")
            for value in [_attribute(root, "urn:oasis:names:tc:xspa:1.0:subject:purposeofuse")[0]]
        ],
        "attribut-mode-acces",
    ),
    "unknown_purpose": (
        lambda root: _attribute(root, "urn:oasis:names:tc:xspa:1.0:subject:purposeofuse")[0][0].set(
            "code", "curiosite"
        ),
        "attribut-mode-acces",
    ),
    "role_without_code": (_role(0, code=None), "attribut-roles"),
    "role_without_system": (_role(0, codeSystem=None), "attribut-roles"),
    "role_with_an_unknown_attribute": (_role(0, nullFlavor="UNK"), "attribut-roles"),
    "role_as_text": (
        lambda root: [value.remove(value[0]) or setattr(value, "text", "10") for value in [_attribute(root, _ROLE)[0]]],
        "attribut-roles",
    ),
    "unknown_profession": (_role(0, code="999"), "vihf-profession"),
    "profession_of_another_system": (_role(0, codeSystem="1.2.3"), "vihf-profession"),
    "unknown_speciality": (_role(1, code="SM99"), "vihf-second-role"),
    "speciality_of_another_system": (_role(1, codeSystem="1.2.3"), "vihf-second-role"),
    "physician_without_speciality": (
        lambda root: _attribute(root, _ROLE).remove(_attribute(root, _ROLE)[1]),
        "vihf-specialite",
    ),
    "pharmacist_with_a_speciality_only": (_role(0, code="21"), "vihf-section"),
    "three_roles": (
        lambda root: _attribute(root, _ROLE).append(
            etree.fromstring(etree.tostring(_attribute(root, _ROLE)[1], with_tail=False))
        ),
        "vihf-roles-nombre",
    ),
    "purpose_in_the_role": (
        lambda root: setattr(_attribute(root, _ROLE)[0][0], "tag", "{urn:hl7-org:v3}PurposeOfUse"),
        "attribut-roles",
    ),
    "role_in_another_namespace": (
        lambda root: setattr(_attribute(root, _ROLE)[0][0], "tag", "{urn:other}Role"),
        "attribut-roles",
    ),
    "no_primary_authentication": (_remove(".//saml2:AuthnContextDecl"), "vihf-authentification-primaire"),
    "another_primary_authentication": (
        lambda root: setattr(_find(root, ".//saml2:AuthnContextDecl"), "text", "APP_BROWSER_AUTH"),
        "vihf-authentification-primaire",
    ),
    "primary_authentication_of_another_mode": (
        _valued("Authentification_mode", "INDIRECTE"),
        "vihf-authentification-primaire",
    ),
    "empty_class": (
        lambda root: setattr(_find(root, ".//saml2:AuthnContextClassRef"), "text", ""),
        "vihf-classe-authentification",
    ),
    "class_is_no_uri": (
        lambda root: setattr(_find(root, ".//saml2:AuthnContextClassRef"), "text", "Password"),
        "vihf-classe-authentification",
    ),
    "unresolved_type": (
        lambda root: _attribute(root, "LPS_Nom")[0].set("{http://www.w3.org/2001/XMLSchema-instance}type", "zz:string"),
        "types",
    ),
    "unknown_type": (
        lambda root: _attribute(root, "LPS_Nom")[0].set(
            "{http://www.w3.org/2001/XMLSchema-instance}type", "xs:integer"
        ),
        "types",
    ),
}
_REQUIRED = {
    "Identifiant_Structure": "structure",
    "Secteur_Activite": "secteur",
    "urn:oasis:names:tc:xspa:1.0:subject:subject-id": "nom",
    _ROLE: "roles",
    "VIHF_Version": "version",
    "Authentification_mode": "mode",
    "urn:oasis:names:tc:xacml:2.0:resource:resource-id": "patient",
    "Ressource_URN": "ressource",
    "urn:oasis:names:tc:xspa:1.0:subject:purposeofuse": "mode-acces",
    "LPS_Nom": "lps-nom",
    "LPS_Version": "lps-version",
    "LPS_ID_HOMOLOGATION_DMP": "lps-homologation",
}


def test_more_than_sixty_cases_are_tried():
    assert len(SHAPES) + len(CONTENTS) + len(_REQUIRED) > 95


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_no_sample_has_is_refused(name: str):
    verification = judge(_edited(SHAPES[name]))
    assert failed_codes(verification)[0] in {"assertion-enfants", "relecture"}


@pytest.mark.parametrize("name", CONTENTS)
def test_a_wrong_content_is_refused_at_its_own_step(name: str):
    edit, code = CONTENTS[name]
    verification = judge(_edited(edit))
    assert code in failed_codes(verification)
    assert verification.vihf is None


@pytest.mark.parametrize("name", _REQUIRED)
def test_a_missing_attribute_is_refused_by_name(name: str):
    verification = judge(_edited(_without(name)))
    verdict = next(verdict for verdict in verification.verdicts if verdict.code == f"attribut-{_REQUIRED[name]}")
    assert not verification.accepted
    assert verdict.received == "aucun attribut"
    assert name in verdict.location


def test_the_twin_signed_the_same_way_is_accepted():
    assert judge(_edited(lambda root: None)).accepted


def test_optional_attributes_may_be_missing():
    verification = judge(_edited(_without("LPS_ID")))
    assert verification.accepted
    assert verification.vihf.content.lps_id == ""


def test_the_missing_speciality_is_refused_in_the_words_of_the_dmp():
    edit, _ = CONTENTS["physician_without_speciality"]
    verdict = next(verdict for verdict in judge(_edited(edit)).verdicts if verdict.code == "vihf-specialite")
    assert verdict.received == "Aucune spécialité dans le vihf. Spécialité obligatoire pour les Médecins..."


def test_the_primary_authentication_in_the_wrong_element_is_reported_and_refused():
    def move(root: etree._Element) -> None:
        _remove(".//saml2:AuthnContextDecl")(root)
        _find(root, ".//saml2:AuthnContextClassRef").text = "CONF_EXI_PGSSIS"

    verification = judge(_edited(move))
    assert failed_codes(verification) == ["vihf-classe-authentification", "vihf-authentification-primaire"]


def test_several_wrong_contents_are_all_reported():
    data = envelope(changed("SA01^", "SA99^"))
    root = unsigned(token())
    _valued("Secteur_Activite", "SA99^1.2.250.1.71.4.2.4")(root)
    _role(0, code="999")(root)
    root.set("Version", "1.1")
    assert failed_codes(judge(envelope(sign(root)))) == ["saml-version", "vihf-secteur-connu", "vihf-profession"]
    assert failed_codes(judge(data)) == ["vihf-secteur-connu"]


class TestTolerances:
    """Deviations of official samples and known clients: accepted, reported, refused by a strict policy."""

    CASES: ClassVar = {
        "attribut-mode": lambda root: _attribute(root, "Authentification_mode").set("Name", "Authentification_Mode"),
        "attribut-version": _valued("VIHF_Version", "4.0"),
        "assertion-id": lambda root: root.set("ID", "7f0f2c51-5b0a-4f1e-8a3d-0c5c2b6f9a10"),
        "emetteur": lambda root: setattr(
            root[0],
            "text",
            "C=FR, ST=Paris (75), O=CENTRE HOSPITALIER FICTIF, OU=1990000010, CN=DMP AIR SIGN TEST",
        ),
        "attribut-mode-acces": lambda root: _attribute(root, "urn:oasis:names:tc:xspa:1.0:subject:purposeofuse")[0][
            0
        ].set("codeSystemName", "mode acces VIHF 1.0"),
        "attributs": _add(
            "saml2:AttributeStatement",
            lambda: etree.fromstring(
                f'<Attribute xmlns="{SAML}" Name="Mode_Acces_Raison"><AttributeValue>x</AttributeValue></Attribute>'
            ),
        ),
    }

    @pytest.mark.parametrize("code", CASES)
    def test_it_is_accepted_and_reported(self, code: str):
        verification = judge(_edited(self.CASES[code]))
        assert verification.accepted, failed_codes(verification)
        assert list(notes(verification)) == [code]
        assert notes(verification)[code].startswith("toléré : ")

    @pytest.mark.parametrize("code", CASES)
    def test_it_is_refused_by_a_policy_that_tolerates_nothing(self, code: str):
        assert failed_codes(judge(_edited(self.CASES[code]), tolerant=False)) == [code]

    def test_the_current_oid_of_the_access_mode_is_tolerated(self):
        data = changed("1.2.250.1.213.1.1.4.248", "1.2.250.1.213.1.1.4.336")
        assert list(notes(judge(envelope(data)))) == ["attribut-mode-acces"]

    def test_a_soap_1_1_envelope_is_tolerated(self):
        data = envelope().replace(
            b"http://www.w3.org/2003/05/soap-envelope", b"http://schemas.xmlsoap.org/soap/envelope/"
        )
        assert notes(judge(data)) == {"emplacement": "toléré : enveloppe SOAP 1.1"}

    def test_another_envelope_is_refused(self):
        data = envelope().replace(b"http://www.w3.org/2003/05/soap-envelope", b"urn:other")
        assert failed_codes(judge(data)) == ["emplacement"]
