"""`python -m tramontane.national.server`: the machine face, from PEM files."""

from __future__ import annotations

import argparse
from pathlib import Path

from tramontane.national.server.patience import Patience
from tramontane.national.server.run import Listening, run
from tramontane.national.server.tls import Tls


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m tramontane.national.server", description="Maquette du SI-DMP.")
    parser.add_argument("--host", default="127.0.0.1", help="adresse d'écoute")
    parser.add_argument("--port", type=int, default=8443, help="port TLS")
    parser.add_argument("--workers", type=int, default=1, help="nombre de processus")
    parser.add_argument("--head-seconds", type=float, default=Patience().head, help="délai d'envoi des en-têtes")
    parser.add_argument("--body-seconds", type=float, default=Patience().body, help="délai d'envoi du corps")
    parser.add_argument("--data", type=Path, required=True, help="répertoire des contenus et de la base SQLite")
    parser.add_argument("--database-url", default="", help="sqlite:///… ou postgresql://…")
    parser.add_argument("--certificate", type=Path, required=True, help="chaîne du serveur, PEM")
    parser.add_argument("--key", type=Path, required=True, help="clé du serveur, PEM")
    parser.add_argument("--anchors", type=Path, required=True, help="racines des certificats clients, PEM")
    parser.add_argument("--intermediates", type=Path, help="autorités intermédiaires, PEM")
    parser.add_argument("--crls", type=Path, help="listes de révocation, PEM")
    parser.add_argument("--no-crl", action="store_true", help="laboratoire : accepte de juger sans CRL")
    options = parser.parse_args()
    run(
        tls=Tls(
            options.certificate,
            options.key,
            options.anchors,
            options.intermediates,
            options.crls,
            require_crl=not options.no_crl,
        ),
        data_directory=options.data,
        listening=Listening(
            options.host, options.port, options.workers, Patience(options.head_seconds, options.body_seconds)
        ),
        database_url=options.database_url,
    )


if __name__ == "__main__":
    main()
