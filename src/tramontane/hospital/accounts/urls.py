"""Addresses of login, one's own account, and the desks of accounts and traces."""

from __future__ import annotations

from django.urls import path

from tramontane.hospital.accounts.views import home, login

app_name = "accounts"
urlpatterns = [
    path("", home.home, name="home"),
    path("service/", home.choose_service, name="choose-service"),
    path("connexion/", login.login, name="login"),
    path("deconnexion/", login.logout, name="logout"),
]
