"""Addresses of the local matrix."""

from __future__ import annotations

from django.urls import path

from tramontane.hospital.habilitations.views import matrix

app_name = "habilitations"
urlpatterns = [
    path("habilitations/", matrix.matrix, name="matrix"),
    path("habilitations/regle/", matrix.rule, name="rule"),
    path("habilitations/regle/retirer/", matrix.remove, name="remove-rule"),
    path("habilitations/revisions/<int:number>/", matrix.revision, name="revision"),
    path("habilitations/services/<int:service_id>/portee/", matrix.reach, name="reach"),
    path("habilitations/revue/", matrix.review, name="review"),
]
