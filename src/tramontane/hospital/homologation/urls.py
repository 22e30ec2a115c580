"""Addresses of the homologation workspace."""

from __future__ import annotations

from django.urls import include, path

from tramontane.hospital.homologation.documents.urls import urlpatterns as documents
from tramontane.hospital.homologation.views import (
    commission,
    commission_acts,
    deadlines,
    evidence,
    exigences,
    home,
    pv,
    referentiels,
    reserves,
    support,
)

app_name = "homologation"
DOSSIER = "homologation/<int:number>/"
EXIGENCE = f"{DOSSIER}exigences/<str:exigence>/"

urlpatterns = [
    path("", include("tramontane.hospital.homologation.register_urls")),
    path("homologation/", home.home, name="home"),
    path("homologation/dossiers/", home.all_dossiers, name="dossiers"),
    path("homologation/ouvrir/", home.open_dossier, name="open"),
    path("homologation/referentiels/<str:name>/", referentiels.referentiel, name="referentiel"),
    path("homologation/referentiels/<str:name>/importer/", referentiels.import_text, name="import"),
    path("homologation/referentiels/<str:name>/modele.xlsx", referentiels.template, name="template"),
    path(DOSSIER, home.dossier, name="dossier"),
    path(f"{DOSSIER}passer/", home.move, name="move"),
    path(f"{DOSSIER}exigences/", exigences.exigences, name="exigences"),
    path(f"{DOSSIER}evaluer/<str:exigence>/", exigences.assess, name="assess"),
    path(f"{EXIGENCE}commenter/", exigences.comment, name="comment"),
    path(f"{EXIGENCE}preuves/", evidence.add_to, name="add-proof"),
    path(f"{EXIGENCE}preuves/joindre/", evidence.attach, name="attach"),
    path(f"{EXIGENCE}preuves/retirer/", evidence.detach, name="detach"),
    path(f"{EXIGENCE}reserve/", reserves.write, name="write-reserve"),
    path(f"{DOSSIER}preuves/", evidence.evidence, name="evidence"),
    path(f"{DOSSIER}preuves/<int:evidence>/", evidence.proof, name="proof"),
    path(f"{DOSSIER}preuves/<int:evidence>/<int:revision>/fichier/", evidence.download, name="download"),
    path(f"{DOSSIER}preuves/<int:evidence>/retirer/", evidence.withdraw, name="withdraw"),
    path(f"{DOSSIER}reserves/", reserves.reserves, name="reserves"),
    path(f"{DOSSIER}reserves/<int:reserve>/retirer/", reserves.remove, name="remove-reserve"),
    path(f"{DOSSIER}reserves/<int:reserve>/actions/", reserves.plan, name="plan"),
    path(f"{DOSSIER}reserves/<int:reserve>/lever/", reserves.lift, name="lift"),
    path(f"{DOSSIER}actions/<int:action>/", reserves.follow, name="follow"),
    path(f"{DOSSIER}support/", support.support, name="support"),
    path(f"{DOSSIER}support/<str:key>/", support.write, name="write-section"),
    path(f"{DOSSIER}commission/", commission.commission, name="commission"),
    path(f"{DOSSIER}commission/convocation.ics", commission.invitation, name="invitation"),
    path(f"{DOSSIER}commission/<str:what>/", commission_acts.act, name="act"),
    path(f"{DOSSIER}pv/", pv.pv, name="pv"),
    path(f"{DOSSIER}pv/signataire/", pv.names, name="names"),
    path(f"{DOSSIER}pv/rgpd/", pv.rgpd, name="rgpd"),
    path(f"{DOSSIER}pv/signe/", pv.signed_file, name="signed"),
    *documents,
    path(f"{DOSSIER}echeances/", deadlines.deadlines, name="deadlines"),
    path(f"{DOSSIER}echeances/caduque/", deadlines.void, name="void"),
    path(f"{DOSSIER}journal/", deadlines.journal_page, name="journal"),
]
