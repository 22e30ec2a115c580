"""`python -m tramontane.national.pages`: the page face, from the same files as the machine face."""

from __future__ import annotations

import argparse
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from tramontane.national.pages.serving import Pages, run
from tramontane.national.server.tls import Tls


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m tramontane.national.pages", description="Pages de la maquette.")
    parser.add_argument("--host", default="127.0.0.1", help="adresse IP d’écoute")
    parser.add_argument("--port", type=int, default=8444, help="port")
    parser.add_argument("--workers", type=int, default=1, help="nombre de processus")
    parser.add_argument("--plain", action="store_true", help="HTTP sans TLS, sur l’interface locale seulement")
    parser.add_argument("--unsafe-personas", action="store_true", help="connexion sans preuve, pour une démonstration")
    parser.add_argument("--data", type=Path, required=True, help="répertoire de la face machine")
    parser.add_argument("--database-url", default="", help="sqlite:///… ou postgresql://…")
    parser.add_argument("--no-crl", action="store_true", help="laboratoire : accepte de juger sans CRL")
    for name, text in _FILES.items():
        parser.add_argument(f"--{name}", type=Path, required=name in ("certificate", "key", "anchors"), help=text)
    options = parser.parse_args()
    try:
        _run(options)
    except ImproperlyConfigured as error:  # a sentence for whoever configures, not a crash
        parser.exit(2, f"{error}\n")


def _run(options: argparse.Namespace) -> None:
    run(
        Pages(options.host, options.port, options.workers, options.plain, options.unsafe_personas),
        tls=Tls(
            options.certificate,
            options.key,
            options.anchors,
            options.intermediates,
            options.crls,
            require_crl=not options.no_crl,
        ),
        data_directory=options.data,
        database_url=options.database_url,
    )


_FILES = {
    "certificate": "chaîne du serveur, PEM",
    "key": "clé du serveur, PEM",
    "anchors": "racines des cartes, PEM",
    "intermediates": "autorités intermédiaires, PEM",
    "crls": "listes de révocation, PEM",
}


if __name__ == "__main__":
    main()
