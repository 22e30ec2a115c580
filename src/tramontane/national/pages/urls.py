"""Every address of the page face, in French."""

from __future__ import annotations

from django.urls import path

from tramontane.national.pages.views import (
    alerts,
    choices,
    conformance,
    contracts,
    desk,
    errors,
    exchanges,
    health_space,
    imports,
    login,
    own_documents,
    own_professionals,
    played_day,
    played_patient,
    professionals,
    white_list,
)

handler400 = errors.bad_request
handler404 = errors.not_found
handler500 = errors.failed

urlpatterns = [
    path("", login.welcome, name="welcome"),
    path("theme.css", login.theme, name="theme"),
    path("connexion/", login.login, name="login"),
    path("connexion/carte/", login.card, name="card-login"),
    path("connexion/enrolement/", login.enrolment, name="enrolment"),
    path("connexion/personnage/", login.unsafe_persona, name="persona-login"),
    path("deconnexion/", login.logout, name="logout"),
    # 1. Portail AIR
    path("contrats/", contracts.contract_list, name="contracts"),
    path("contrats/nouveau/", contracts.new, name="new-contract"),
    path("contrats/<int:pk>/", contracts.detail, name="contract"),
    path("contrats/<int:pk>/contrat.pdf", contracts.pdf, name="contract-pdf"),
    path("contrats/<int:pk>/renouveler/", contracts.renew, name="renew-contract"),
    path("contrats/<int:pk>/avenant/", contracts.amend, name="amend-contract"),
    # 2. Liste blanche et professionnels
    path("liste-blanche/", white_list.entries, name="white-list"),
    path("liste-blanche/<str:finess>/", white_list.entry, name="white-list-entry"),
    path("professionnels/", professionals.professional_list, name="professionals"),
    path("professionnels/<str:rpps>/", professionals.professional, name="professional"),
    path("annuaires/", imports.import_list, name="directory-imports"),
    path("annuaires/<int:pk>/", imports.report, name="directory-import"),
    path("annuaires/modele/<str:kind>.csv", imports.template, name="directory-template"),
    # 3. Mon espace santé
    path("mon-espace-sante/", health_space.home, name="health-space"),
    path("mon-espace-sante/profil/", health_space.view_profile, name="view-profile"),
    path("mon-espace-sante/acces/", health_space.accesses, name="accesses"),
    path("messages/", health_space.notifications, name="notifications"),
    path("mon-espace-sante/documents/", own_documents.document_list, name="own-documents"),
    path("mon-espace-sante/documents/<str:entry_uuid>/", own_documents.document, name="own-document"),
    path("mon-espace-sante/documents/<str:entry_uuid>/contenu", own_documents.content, name="own-content"),
    path("mon-espace-sante/professionnels/", own_professionals.people, name="own-professionals"),
    path("mon-espace-sante/choix/", choices.choices, name="choices"),
    path("mon-espace-sante/choix/dmp/", choices.opening, name="opening"),
    # 4. Surveillance des mésusages
    path("alertes/", alerts.alert_list, name="alerts"),
    path("alertes/<int:pk>/", alerts.alert, name="alert"),
    path("patients-surveilles/", alerts.watched_patients, name="watched-patients"),
    path("patients-surveilles/<int:pk>/lever/", alerts.unwatch, name="unwatch-patient"),
    # 5. Exploitation
    path("echanges/", exchanges.exchange_list, name="exchanges"),
    path("echanges/<int:pk>/", exchanges.exchange, name="exchange"),
    path("expliquer/", desk.explain, name="explain"),
    path("pannes/", desk.faults, name="faults"),
    path("pannes/<int:pk>/rejouer/", desk.play_again, name="play-fault-again"),
    path("pannes/<int:pk>/retirer/", desk.forget, name="forget-fault"),
    path("conformite/", conformance.session_list, name="conformance"),
    path("conformite/<int:pk>/", conformance.session, name="conformance-session"),
    path("conformite/<int:pk>/clore/", conformance.end, name="end-conformance"),
    path("conformite/<int:pk>/rapport.json", conformance.as_json, name="conformance-json"),
    path("conformite/<int:pk>/rapport.pdf", conformance.as_pdf, name="conformance-pdf"),
    # Répétitions
    path("journee/", played_day.played_day, name="played-day"),
    path("jouer-un-patient/", played_patient.choose, name="played-patient"),
    path("jouer-un-patient/entrer/", played_patient.enter, name="play-patient"),
    path("jouer-un-patient/quitter/", played_patient.leave, name="leave-patient"),
]
