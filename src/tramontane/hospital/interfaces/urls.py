"""Addresses of the interfaces app."""

from __future__ import annotations

from django.urls import path, re_path

from tramontane.hospital.interfaces.api.door import api
from tramontane.hospital.interfaces.views import fhir, launch, registry

app_name = "interfaces"
urlpatterns = [
    path("api/v1/", api.urls),
    path("fhir/metadata", fhir.metadata, name="fhir-metadata"),
    path("fhir/Patient", fhir.patients, name="fhir-patient"),
    path("fhir/Patient/_search", fhir.patients, name="fhir-patient-search"),
    path("fhir/DocumentReference", fhir.document_references, name="fhir-documents"),
    path("fhir/DocumentReference/_search", fhir.document_references, name="fhir-documents-search"),
    re_path(r"^fhir/Binary/([A-Za-z0-9.-]{1,64})$", fhir.binary, name="fhir-binary"),
    path("lancement/", launch.start, name="launch"),
    path("lancement/<uuid:launch_id>/", launch.panel, name="panel"),
    path("rssi/logiciels/", registry.listing, name="record-systems"),
    path("rssi/logiciels/<int:system_id>/cles/", registry.add_key, name="add-key"),
    path("rssi/logiciels/<int:system_id>/cles/<int:key_id>/revoquer/", registry.revoke_key, name="revoke-key"),
    path("rssi/logiciels/<int:system_id>/fermer/", registry.close, name="close-record-system"),
]
