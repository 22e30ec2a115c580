"""Addresses of the patients app."""

from django.urls import path

from tramontane.hospital.patients.views import admissions, care_team, consents, feed, insi, patients, sentence

app_name = "patients"
urlpatterns = [
    path("patients/", patients.listing, name="list"),
    path("patients/hors-equipe/", patients.outside, name="outside"),
    path("admissions/", admissions.desk, name="admissions"),
    path("admissions/nouveau/", admissions.create, name="create"),
    path("admissions/patients/", admissions.directory, name="directory"),
    path("admissions/flux/", feed.listing, name="feed"),
    path("admissions/flux/<int:message_id>/", feed.message, name="feed-message"),
    path("admissions/flux/<int:message_id>/rejouer/", feed.replay, name="feed-replay"),
    path("rssi/phrase/", sentence.edit, name="sentence"),
    path("patients/<int:patient_id>/identite/", admissions.identity, name="identity"),
    path("patients/<int:patient_id>/identite/controler/", admissions.control, name="control"),
    path("patients/<int:patient_id>/identite/ins/", admissions.ins, name="ins"),
    path("patients/<int:patient_id>/identite/insi/", insi.interrogate, name="insi"),
    path("patients/<int:patient_id>/admettre/", admissions.admit_patient, name="admit"),
    path("patients/<int:patient_id>/equipe/", care_team.care_team, name="care-team"),
    path("patients/<int:patient_id>/equipe/<int:member_id>/retirer/", care_team.leave, name="leave-care-team"),
    path("patients/<int:patient_id>/consentement/", consents.consent, name="consent"),
    path("patients/<int:patient_id>/consentement/imprimer/", consents.notice, name="consent-notice"),
]
