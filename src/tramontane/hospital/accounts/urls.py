"""Addresses of login, one's own account, and the desks of accounts and traces."""

from __future__ import annotations

from django.urls import path

from tramontane.hospital.accounts.views import (
    delegated,
    enrolment,
    factors,
    home,
    login,
    notice,
    second_factor,
    step_up,
)

app_name = "accounts"
urlpatterns = [
    path("", home.home, name="home"),
    path("service/", home.choose_service, name="choose-service"),
    path("connexion/", login.login, name="login"),
    path("deconnexion/", login.logout, name="logout"),
    path("connexion/second-facteur/", second_factor.second_factor, name="second-factor"),
    path("connexion/cle/options/", second_factor.passkey_options, name="passkey-options"),
    path("connexion/cle/", second_factor.passkey_verify, name="passkey-verify"),
    path("connexion/nouveau-mot-de-passe/", enrolment.new_password, name="new-password"),
    path("connexion/enrolement/", enrolment.enrol, name="enrol"),
    path("connexion/enrolement/cle/options/", enrolment.enrol_passkey_options, name="enrol-passkey-options"),
    path("connexion/enrolement/cle/", enrolment.enrol_passkey, name="enrol-passkey"),
    path("connexion/enrolement/application/", enrolment.enrol_totp, name="enrol-totp"),
    path("connexion/oidc/<slug:key>/", delegated.start, name="oidc-start"),
    path("connexion/oidc/<slug:key>/retour/", delegated.finish, name="oidc-finish"),
    path("connexion/oidc/<slug:key>/fin/", delegated.backchannel_logout, name="oidc-logout"),
    path("mon-compte/situation/", delegated.situation, name="situation"),
    path("mon-compte/confirmer/", step_up.step_up, name="step-up"),
    path("mon-compte/notice/", notice.notice, name="notice"),
    path("mon-compte/facteurs/", factors.mine, name="factors"),
    path("mon-compte/facteurs/cle/options/", factors.add_passkey_options, name="add-passkey-options"),
    path("mon-compte/facteurs/cle/", factors.add_passkey, name="add-passkey"),
    path("mon-compte/facteurs/cle/<int:pk>/retirer/", factors.remove_passkey, name="remove-passkey"),
    path("mon-compte/facteurs/application/", factors.add_totp, name="add-totp"),
    path("mon-compte/facteurs/application/retirer/", factors.remove_totp, name="remove-totp"),
    path("mon-compte/codes-de-secours/", factors.recovery_codes, name="recovery-codes"),
]
