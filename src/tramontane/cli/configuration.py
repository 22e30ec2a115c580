"""`consult.toml`: the DMP's address, the hospital's certificates, and the professionals who may consult."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from tramontane.cli.base import why
from tramontane.cli.inputs import read_certificates, read_crls, read_input
from tramontane.client import Endpoint, HospitalIdentity, PrivateKeySigner, Professional, ServerTrust, TlsCredentials
from tramontane.dmp.errors import LocalError
from tramontane.dmp.identity import FinessGeographique, FinessJuridique, InsAuthority, Rpps
from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.dmp.transactions.exchange import Software
from tramontane.rules.access import AuthenticationProof, Factor

DEFAULT = Path("var/demo/consult.toml")


@dataclass(frozen=True)
class Configuration:
    """A configuration file, read; its values are built when asked for, and say which key is wrong."""

    path: Path
    content: Mapping[str, Any]

    @cached_property
    def endpoint(self) -> Endpoint:
        """Address and trust of the DMP."""
        trust = ServerTrust(
            anchors=read_certificates(self._file("dmp", "racines")),
            intermediates=read_certificates(self._file("dmp", "intermediaires")),
            crls=read_crls(self._file("dmp", "crl")),
        )
        return Endpoint(self._text("dmp", "url"), trust)

    @cached_property
    def identity(self) -> HospitalIdentity:
        """The hospital's two certificates."""
        return HospitalIdentity(
            FinessJuridique(self._text("etablissement", "finess_juridique")),
            TlsCredentials.from_pem(*self._credentials("authentification")),
            self.signer,
        )

    @cached_property
    def signer(self) -> PrivateKeySigner:
        """What signs the VIHF."""
        return PrivateKeySigner.from_pem(*self._credentials("signature"))

    @cached_property
    def software(self) -> Software:
        """The calling software."""
        names = ("oid", "nom", "version", "homologation", "installation")
        return Software(*(self._text("logiciel", name) for name in names))

    @property
    def authority(self) -> InsAuthority:
        """The authority of the INS given on the command line."""
        return InsAuthority.of(self._text("dmp", "environnement"))[0]

    def professional(self, key: str = "") -> Professional:
        """Who consults; by default the one that the file names."""
        key = self._key(key)
        return Professional(
            rpps=Rpps(self._text("professionnels", key, "rpps")),
            name=self._text("professionnels", key, "nom"),
            roles=tuple(
                value_set(ValueSetName.SUBJECT_ROLE).require(role["code"], role["nomenclature"])
                for role in self._value("professionnels", key, "roles")
            ),
            finess_geographique=FinessGeographique(self._text("professionnels", key, "finess_geographique")),
            sector=self._text("professionnels", key, "secteur"),
            authn_instant=self._instant("professionnels", key, "connexion"),
            authn_context_class=self._text("professionnels", key, "classe"),
        )

    def site_name(self, key: str = "") -> str:
        """Name of the site where that professional works, as documents show it."""
        return self._text("professionnels", self._key(key), "etablissement")

    def proof(self, key: str = "") -> AuthenticationProof:
        """How that professional was identified."""
        key = self._key(key)
        factors = frozenset(Factor(name) for name in self._value("professionnels", key, "facteurs"))
        instant = self._instant("professionnels", key, "connexion")
        return AuthenticationProof(self._text("professionnels", key, "moyen"), factors, "consult.toml", instant)

    def _key(self, key: str) -> str:
        return key or self._text("professionnel")

    def _credentials(self, name: str) -> tuple[bytes, bytes, str | None]:
        certificate = read_input(str(self._file("etablissement", name, "certificat")))
        key = read_input(str(self._file("etablissement", name, "cle")))
        password = self._value("etablissement", name).get("mot_de_passe")
        return certificate, key, password

    def _file(self, *keys: str) -> Path:
        return self.path.parent / self._text(*keys)

    def _instant(self, *keys: str) -> datetime:
        value = self._value(*keys)
        if not isinstance(value, datetime):
            raise self._wrong(keys, "un instant TOML")
        return value if value.tzinfo else value.replace(tzinfo=UTC)

    def _text(self, *keys: str) -> str:
        value = self._value(*keys)
        if not isinstance(value, str):
            raise self._wrong(keys, "un texte")
        return value

    def _value(self, *keys: str) -> Any:
        found: Any = self.content
        for key in keys:
            if not isinstance(found, Mapping) or key not in found:
                raise self._wrong(keys, "une valeur")
            found = found[key]
        return found

    def _wrong(self, keys: tuple[str, ...], expected: str) -> LocalError:
        return LocalError(
            f"La configuration « {self.path} » est incomplète ou fausse.",
            code="configuration",
            expected=f"{expected} à la clé « {'.'.join(keys)} »",
            next_step="complétez-la d'après docs/guides/consulter-un-dmp.md, ou relancez « tramontane demo »",
        )


def load(path: Path) -> Configuration:
    """The configuration in that file.

    Raises:
        LocalError: no such file, or not TOML.
    """
    try:
        return Configuration(path, tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise LocalError(
            f"La configuration « {path} » ne peut pas être lue.",
            code="configuration-absente",
            received=why(error),
            next_step="lancez « tramontane demo --once », qui l'écrit, ou donnez la vôtre avec --config",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LocalError(
            f"La configuration « {path} » n'est pas un fichier TOML.",
            code="configuration-illisible",
            received=str(error),
            next_step="corrigez la ligne indiquée",
        ) from error
