"""Where the demo keeps its files: test PKI, national data, documents, configuration of `tramontane consult`."""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import tramontane
from tramontane.demo.documents import OID
from tramontane.demo.hospital import SyntheticHospital
from tramontane.demo.pki import Credentials, Person, Profile, Subject, UnsafeDemoPki
from tramontane.demo.seeded import fictitious_rpps
from tramontane.demo.staff import PERSONAS
from tramontane.demo.structures import HOSPITAL, SITES
from tramontane.demo.values import Staff
from tramontane.dmp.errors import LocalError
from tramontane.dmp.transactions.exchange import Software

SOFTWARE = Software(OID, "TRAMONTANE DEMO", tramontane.__version__, "HOMOLOGATION-FICTIVE", "0001")
SMARTCARD = "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI"
# Those whom consult.toml offers; the configuration says who has no second factor, and the rules refuse them.
CONSULTING = ("rousseau", "benali", "joly", "marchand", "garnier", "caron")


@dataclass(frozen=True, slots=True)
class Workspace:
    """The demo's directory, `var/demo` by default."""

    root: Path

    @property
    def pki(self) -> Path:
        """Authorities, lists, certificates and keys of test."""
        return self.root / "pki"

    @property
    def national(self) -> Path:
        """Database and contents of the stand-in."""
        return self.root / "national"

    @property
    def application(self) -> Path:
        """Database, documents and static files of the hospital application."""
        return self.root / "application"

    @property
    def documents(self) -> Path:
        """What the walk-through retrieved and rendered."""
        return self.root / "documents"

    @property
    def configuration(self) -> Path:
        """Configuration of `tramontane consult`."""
        return self.root / "consult.toml"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep two demos out of the same directory.

        Raises:
            LocalError: another one is running, or the directory cannot be written.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            lock = (self.root / ".verrou").open("w")
        except OSError as error:
            raise _unwritable(self.root, error) from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise _already_running(self.root) from error
            yield

    def is_seeded(self, hospital: SyntheticHospital) -> bool:
        """Whether the national side already holds exactly this hospital."""
        try:
            return self._stamp.read_text() == _stamp_of(hospital)
        except OSError:
            return False

    def begin_seeding(self) -> None:
        """Forget the national side: an interrupted seeding never reads as complete."""
        self._stamp.unlink(missing_ok=True)
        shutil.rmtree(self.national, ignore_errors=True)

    def end_seeding(self, hospital: SyntheticHospital) -> None:
        """Remember what the national side holds."""
        self._stamp.write_text(_stamp_of(hospital))

    @property
    def _stamp(self) -> Path:
        return self.root / "semis.json"


def write_pki(directory: Path, now: datetime) -> tuple[str, ...]:
    """A fresh test PKI for the synthetic hospital, as files; the names of its leaves."""
    pki = UnsafeDemoPki(now)
    leaves = hospital_leaves(pki)
    pki.write(directory, leaves)
    return tuple(leaves)


def hospital_leaves(pki: UnsafeDemoPki) -> Mapping[str, Credentials]:
    """The hospital's two certificates, its certificate for INSi, the server's, and the card of the first persona."""
    _, surname, given_name, *_ = PERSONAS[0]
    holder = Person(fictitious_rpps(1).ps_idnat.value, surname.upper(), given_name.upper())
    structure = HOSPITAL.finess.struct_idnat.value
    return {
        "authentification": pki.issue(Profile.AUTH_CLI, Subject("DMP AUTH TEST FICTIF", structure, HOSPITAL.name)),
        "signature": pki.issue(Profile.SIGN, Subject("DMP SIGN TEST FICTIF", structure, HOSPITAL.name)),
        # INSi knows software by the CN of its own certificate (INSI-AUTO or INSI-MANU).
        "insi": pki.issue(Profile.AUTH_CLI, Subject("INSI-AUTO", structure, HOSPITAL.name)),
        # The card of the legal representative, for the pages of the stand-in: import carte-cpe.p12 in a browser.
        "carte-cpe": pki.issue_cps(
            Person(f"3{HOSPITAL.finess}/0001", "FICTIF", "CAMILLE", "Directrice"), Profile.AUTH_CLI
        ),
        "serveur": pki.issue(Profile.SERVER, Subject("localhost", "2000000000", "SI-DMP MAQUETTE FICTIVE")),
        "carte": pki.issue_cps(holder, Profile.AUTH_CLI),
    }


def write_configuration(workspace: Workspace, hospital: SyntheticHospital, base_url: str, now: datetime) -> None:
    """`consult.toml`, which `tramontane consult` reads; paths are relative to it."""
    people = "".join(_professional(hospital.staff(key), now) for key in CONSULTING)
    workspace.configuration.write_text(_CONFIGURATION.format(base_url=base_url, software=SOFTWARE, people=people))


def _professional(one: Staff, now: datetime) -> str:
    roles = ", ".join(json.dumps({"code": role.code, "nomenclature": role.code_system}) for role in one.roles)
    return _PROFESSIONAL.format(
        one=one,
        name=f"{one.family_name.upper()} {one.given_name}",
        roles=roles.replace('": ', '" = ').replace('"code"', "code").replace('"nomenclature"', "nomenclature"),
        sector=SITES[one.site].sector,
        site=SITES[one.site].name,
        factors='["connaissance", "possession"]' if one.second_factor else '["connaissance"]',
        means=one.second_factor or "mot de passe",
        authn_class=SMARTCARD if one.second_factor else "urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
        logged_in=now.isoformat(timespec="seconds"),
    )


_CONFIGURATION = """\
# Configuration de « tramontane consult », écrite par « tramontane demo ». Tout est fictif.
professionnel = "rousseau"   # celui qui consulte quand --professionnel n'est pas donné

[dmp]
url = "{base_url}"
environnement = "test"       # domaine des INS : production, test ou demo
racines = "pki/racine.pem"
intermediaires = "pki/intermediaires.pem"
crl = "pki/crl.pem"

[etablissement]
finess_juridique = "990000010"
authentification = {{ certificat = "pki/authentification.crt.pem", cle = "pki/authentification.key.pem" }}
signature = {{ certificat = "pki/signature.crt.pem", cle = "pki/signature.key.pem" }}

[logiciel]
oid = "{software.oid}"
nom = "{software.name}"
version = "{software.version}"
homologation = "{software.homologation}"
installation = "{software.installation}"
{people}"""
_PROFESSIONAL = """
[professionnels.{one.key}]
rpps = "{one.rpps}"
nom = "{name}"
roles = [{roles}]
finess_geographique = "{one.site}"
secteur = "{sector}"
etablissement = "{site}"
facteurs = {factors}
moyen = "{means}"
classe = "{authn_class}"
connexion = {logged_in}
"""


def _stamp_of(hospital: SyntheticHospital) -> str:
    """Seed, day, and the texts and code that documents are made of: a new version of the demo is seeded again."""
    package = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted([*package.glob("*.py"), *package.glob("data/*.toml")]):
        digest.update(path.read_bytes())
    return json.dumps({"seed": hospital.seed, "day": hospital.today.isoformat(), "code": digest.hexdigest()})


def _unwritable(root: Path, error: OSError) -> LocalError:
    return LocalError(
        f"Le répertoire « {root} » ne peut pas être utilisé.",
        code="demo-repertoire",
        received=error.strerror or "erreur d'écriture",
        next_step="choisissez un autre répertoire avec --repertoire",
    )


def _already_running(root: Path) -> LocalError:
    return LocalError(
        f"Une démonstration est déjà en cours dans « {root} ».",
        code="demo-en-cours",
        next_step="arrêtez-la avec Ctrl-C, ou choisissez un autre répertoire avec --repertoire",
    )
