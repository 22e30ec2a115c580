"""Addresses of the registers: machine evidence, record systems, contract file, reminders, guide."""

from __future__ import annotations

from django.urls import path

from tramontane.hospital.homologation.views import collections, contract, guide, reminders, systems

COLLECTIONS = "homologation/<int:number>/releves/"
SYSTEM = "homologation/logiciels/<int:system>/"
CONTRACT = "homologation/contrat/"

urlpatterns = [
    path(COLLECTIONS, collections.collections, name="collections"),
    path(f"{COLLECTIONS}relever/", collections.collect, name="collect"),
    path(f"{COLLECTIONS}<int:collection>/", collections.collection, name="collection"),
    path(f"{COLLECTIONS}<int:collection>/confirmer/", collections.confirm, name="confirm"),
    path("homologation/logiciels/", systems.systems, name="systems"),
    path(SYSTEM, systems.system, name="system"),
    path(f"{SYSTEM}deployer/", systems.deploy, name="deploy"),
    path(f"{SYSTEM}retirer/", systems.retire, name="retire"),
    path("homologation/logiciels/versions/<int:version>/numero/", systems.reveal, name="reveal"),
    path(CONTRACT, contract.contract, name="contract"),
    path(f"{CONTRACT}sites/", contract.prepare, name="prepare"),
    path(f"{CONTRACT}etapes/<str:step>/", contract.step, name="contract-step"),
    path(f"{CONTRACT}signature/", contract.sign, name="sign-contract"),
    path(f"{CONTRACT}suspension/", contract.suspend, name="suspend"),
    path(f"{CONTRACT}suspension/<int:suspension>/fichier/", contract.suspension_file, name="suspension-file"),
    path(f"{CONTRACT}referents/", contract.contacts, name="contacts"),
    path("homologation/rappels/", reminders.reminders, name="reminders"),
    path("homologation/rappels/<int:reminder>/traiter/", reminders.close, name="close-reminder"),
    path("homologation/rappels/rappels.ics", reminders.calendar, name="calendar"),
    path("homologation/guide/", guide.guide, name="guide"),
]
