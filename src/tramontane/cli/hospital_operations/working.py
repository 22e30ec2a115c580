"""`tramontane hospital work` and `hl7`: the processes that run beside the server."""

from __future__ import annotations

import asyncio
import signal
import ssl
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tramontane.cli.base import REFUSED, FrenchCommand, emit_line, json_option
from tramontane.cli.hospital import start
from tramontane.cli.hospital_operations.connecting import entity_of
from tramontane.dmp.errors import LocalError

if TYPE_CHECKING:
    from tramontane.hospital.accounts.models import LegalEntity

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@click.command(cls=FrenchCommand)
@click.option("--once", is_flag=True, help="Faire une fois chaque tâche périodique, puis finir.")
@json_option
def work(*, once: bool, as_json: bool) -> None:
    """Exécuter les tâches de fond et les tâches périodiques, jusqu'à Ctrl-C.

    Envois au DMP, préchargements, scellement des traces, reprise de ce qu'un arrêt a laissé à mi-chemin, sessions et
    lancements expirés. Une exécution manquée est rattrapée par la suivante ; plusieurs processus peuvent tourner.
    """
    start()
    from tramontane.hospital.config import work as operations
    from tramontane.hospital.config.duties import DUTIES

    if once:
        done = operations.once()
        for code, went_well in done.items() if as_json else ():
            emit_line({"duty": code, "done": went_well})
        sys.exit(0 if all(done.values()) else REFUSED)
    if as_json:
        emit_line({"event": "working", "duties": [duty.code for duty in DUTIES]})
    else:
        click.echo("Tâches de fond et tâches périodiques, Ctrl-C pour arrêter.")
    operations.forever()


@click.command(cls=FrenchCommand)
@click.option("--entite", "finess", required=True, metavar="FINESS", help="FINESS de l'entité juridique du flux.")
@click.option("--adresse", "host", default="127.0.0.1", show_default=True, metavar="ADRESSE", help="Adresse d'écoute.")
@click.option(
    "--port", default=2575, show_default=True, type=click.IntRange(1, 65535), metavar="PORT", help="Port MLLP."
)
@click.option(
    "--certificat", "certificate", type=_FILE, metavar="FICHIER", help="Certificat et chaîne du serveur, PEM."
)
@click.option("--cle", "key", type=_FILE, metavar="FICHIER", help="Sa clé, PEM.")
@click.option("--autorites", "anchors", type=_FILE, metavar="FICHIER", help="Autorités des émetteurs admis, PEM.")
@click.option(
    "--en-clair", "clear", is_flag=True, help="Écouter sans TLS hors de cette machine, en connaissance de cause."
)
@json_option
def hl7(finess: str, host: str, port: int, *, clear: bool, as_json: bool, **files: Path | None) -> None:
    """Recevoir le flux d'identités HL7 v2 (PAM-FR) par MLLP, jusqu'à Ctrl-C.

    Chaque message est enregistré avant d'être acquitté ; un message en erreur est gardé et se rejoue depuis l'écran des
    admissions. Avec --certificat, --cle et --autorites, l'émetteur présente son propre certificat.
    """
    tls = _tls(**files)
    if tls is None and host not in _LOOPBACK and not clear:
        raise LocalError(
            "Le flux porte des identités de patients : hors de cette machine il est chiffré.",
            code="flux-en-clair",
            expected="--certificat, --cle et --autorites",
            received=f"--adresse {host} sans TLS",
            next_step="donnez les trois fichiers, ou --en-clair si un tunnel chiffre déjà le trajet",
        )
    start()
    entity = entity_of(finess)
    asyncio.run(_listen(entity, host, port, tls, as_json=as_json))


def _tls(certificate: Path | None, key: Path | None, anchors: Path | None) -> ssl.SSLContext | None:
    given = [path for path in (certificate, key, anchors) if path]
    if not given:
        return None
    if len(given) < 3:
        raise click.UsageError("Donnez --certificat, --cle et --autorites ensemble.")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(anchors))
    context.load_cert_chain(str(certificate), str(key))
    context.verify_mode = ssl.CERT_REQUIRED
    return context


async def _listen(entity: LegalEntity, host: str, port: int, tls: ssl.SSLContext | None, *, as_json: bool) -> None:
    from django.db import close_old_connections

    from tramontane.hospital.patients.hl7 import feed, mllp

    pending = await asyncio.to_thread(feed.process_pending, entity)

    def receive(raw: bytes) -> str:
        close_old_connections()  # each thread keeps its own: what a restarted database cut must not cost a message
        answer = feed.receive(entity, raw)
        if as_json:
            emit_line({"event": "message", "acknowledged": answer.partition("MSA|")[2][:2]})
        return answer

    server = await mllp.listen(host, port, receive, tls=tls)
    if as_json:
        emit_line(
            {"event": "listening", "address": f"{host}:{port}", "mutual_tls": tls is not None, "resumed": pending}
        )
    else:
        click.echo(
            f"Flux HL7 de {entity.name} : à l'écoute sur {host}:{port}"
            f"{', TLS mutuel' if tls else ''}. {pending} messages repris. Ctrl-C pour arrêter."
        )
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with server:
        await stop.wait()
