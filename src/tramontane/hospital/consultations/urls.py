"""Addresses of consultation: the record's state, emergencies, the security officer's pages, preloading."""

from __future__ import annotations

from django.urls import path

from tramontane.hospital.consultations.views import connecting, emergency, preloads, record, secrecy, security, web_ps

app_name = "consultations"
urlpatterns = [
    path("patients/<int:patient_id>/dmp/etat/", record.state, name="state"),
    path("patients/<int:patient_id>/dmp/actualiser/", record.refresh, name="refresh"),
    path("patients/<int:patient_id>/dmp/autorisation/", record.authorise, name="authorise"),
    path("patients/<int:patient_id>/dmp/autorisation/ajouter/", record.authorise_now, name="authorise-now"),
    path("patients/<int:patient_id>/dmp/bris-de-glace/", emergency.bris_de_glace, name="bris-de-glace"),
    path("patients/<int:patient_id>/dmp/bris-de-glace/terminer/", emergency.end, name="end-emergency"),
    path("patients/<int:patient_id>/dmp/regulation/", emergency.regulation, name="regulation"),
    path("patients/<int:patient_id>/dmp/connexion-secrete/", secrecy.secret, name="secret"),
    path("patients/<int:patient_id>/dmp/connexion-secrete/quitter/", secrecy.leave, name="leave-secret"),
    path("patients/<int:patient_id>/dmp/web-ps/", web_ps.open_web_ps, name="web-ps"),
    path("patients/prechargement/", preloads.start, name="preload"),
    path("patients/prechargement/<int:preload_id>/", preloads.progress, name="preload-progress"),
    path("rssi/", security.home, name="security"),
    path("rssi/connexion/", security.connection_page, name="connection"),
    path("rssi/connexion/regler/", connecting.edit, name="edit-connection"),
    path("rssi/connexion/tester/", connecting.test, name="test-connection"),
    path("rssi/connexion/sites/<int:site_id>/oublier/", security.forget, name="forget-contract"),
    path("rssi/acces-urgence/", security.emergencies, name="emergencies"),
    path("rssi/acces-urgence/<int:opening_id>/", security.emergency, name="emergency"),
]
