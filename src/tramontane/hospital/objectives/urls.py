"""Addresses of the objectives."""

from __future__ import annotations

from django.urls import path

from tramontane.hospital.objectives.views import board, calendar, group, proofs, readings, statements

app_name = "objectives"

urlpatterns = [
    path("objectifs/", board.board_page, name="board"),
    path("objectifs/tableau.pdf", board.board_pdf, name="pdf"),
    path("objectifs/releves.<str:kind>", board.table, name="table"),
    path("objectifs/detail/<str:name>/", board.objective, name="objective"),
    path("objectifs/releves/", statements.statements_page, name="statements"),
    path("objectifs/releves/<str:key>/clore/", statements.close, name="close"),
    path("objectifs/preuves/", proofs.proofs, name="proofs"),
    path("objectifs/preuves/note-de-cadrage.docx", proofs.template, name="template"),
    path("objectifs/preuves/<str:year>/", proofs.proofs, name="proofs-of"),
    path("objectifs/preuves/<str:year>/dossier.zip", proofs.pack, name="pack"),
    path("objectifs/preuves/<str:year>/<str:objective>/dossier.zip", proofs.pack, name="pack-of"),
    path("objectifs/preuves/<str:year>/<str:key>/deposer/", proofs.deposit, name="deposit"),
    path("objectifs/documents/<int:pk>/", proofs.download, name="document"),
    path("objectifs/documents/<int:pk>/retirer/", proofs.withdraw, name="withdraw-document"),
    path("objectifs/calendrier/", calendar.calendar_page, name="calendar"),
    path("objectifs/calendrier.ics", calendar.calendar_file, name="ics"),
    path("objectifs/calendrier/<uuid:token>/retirer/", calendar.remove, name="remove-date"),
    path("objectifs/groupe/", group.group_page, name="group"),
    path("objectifs/groupe/ouvrir/", group.share, name="share"),
    path("objectifs/groupe/<int:pk>/retirer/", group.withdraw, name="withdraw-sharing"),
    path("objectifs/parametres/", readings.readings_page, name="readings"),
]
