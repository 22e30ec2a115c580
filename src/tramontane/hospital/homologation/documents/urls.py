"""Addresses of the documents of a dossier, under its own."""

from __future__ import annotations

from django.urls import path

from tramontane.hospital.homologation.documents import views
from tramontane.hospital.homologation.documents.signature import views as signature

DOSSIER = "homologation/<int:number>/"

urlpatterns = [
    path(f"{DOSSIER}documents/", views.documents, name="documents"),
    path(f"{DOSSIER}documents/support/numeros/", views.with_numbers, name="support-with-numbers"),
    path(f"{DOSSIER}documents/<slug:key>.<slug:form>", views.download, name="document"),
    path(f"{DOSSIER}documents/classeur/telecharger/", views.workbook, name="workbook"),
    path(f"{DOSSIER}documents/classeur/", views.take_back, name="take-back"),
    path(f"{DOSSIER}documents/echanges/<slug:name>/", views.exchange, name="exchange"),
    path(f"{DOSSIER}documents/pack/", views.pack, name="pack"),
    path(f"{DOSSIER}signature/", signature.signature, name="signature"),
    path(f"{DOSSIER}signature/parapheur/", signature.take_back, name="sign-elsewhere"),
    path(f"{DOSSIER}signature/ici/", signature.sign_here, name="sign-here"),
]
