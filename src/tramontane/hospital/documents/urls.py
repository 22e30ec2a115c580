"""Addresses of the record: its page, reading, filing, sending, and the filing rules."""

from __future__ import annotations

from django.urls import path

from tramontane.hospital.documents.views import contents, depositing, filing, filters, reading, record, rules, sending

app_name = "documents"
_OURS = "patients/<int:patient_id>/documents/<int:document_id>"
_READ = "patients/<int:patient_id>/dmp/contenus/<uuid:token>"
urlpatterns = [
    path("patients/<int:patient_id>/", record.page, name="record"),
    path("patients/<int:patient_id>/dmp/lire/", reading.read, name="read"),
    path("patients/<int:patient_id>/dmp/rechercher/", reading.search, name="search"),
    path("patients/<int:patient_id>/dmp/filtres/", filters.save, name="save-filter"),
    path("patients/<int:patient_id>/dmp/filtres/<int:filter_id>/supprimer/", filters.delete, name="delete-filter"),
    path("patients/<int:patient_id>/dmp/classer/", filing.file, name="file"),
    path("patients/<int:patient_id>/documents/deposer/", depositing.deposit, name="deposit"),
    path(f"{_READ}/", contents.frame, name="frame"),
    path(f"{_READ}/pages/<int:number>/", contents.pdf_page, name="pdf-page"),
    path(f"{_READ}/fichiers/<int:rank>/", contents.attached, name="attached"),
    path(f"{_OURS}/", contents.local_frame, name="local-frame"),
    path(f"{_OURS}/pages/<int:number>/", contents.local_pdf_page, name="local-pdf-page"),
    path(f"{_OURS}/fichiers/<int:rank>/", contents.local_attached, name="local-attached"),
    path(f"{_OURS}/declasser/", filing.undo, name="undo"),
    path(f"{_OURS}/envoyer/", sending.send, name="send"),
    path(f"{_OURS}/retenir/", sending.hold, name="hold"),
    path(f"{_OURS}/relancer/", sending.release, name="release"),
    path("rssi/classement/", rules.listing, name="rules"),
]
