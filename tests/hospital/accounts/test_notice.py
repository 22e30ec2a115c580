"""The notice on the use of the RPPS number (SC.DMP/CONF.11)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from support.hospital import PASSWORD, login, make_account
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import NoticeReading, Role
from tramontane.hospital.accounts.notice import notice
from tramontane.hospital.accounts.selectors import actor, notice_state
from tramontane.hospital.accounts.services.notice import acknowledge
from tramontane.hospital.accounts.views.notice import landing
from tramontane.hospital.traces.models import Trace
from tramontane.rules.access.facts import NoticeState

pytestmark = pytest.mark.django_db


def test_both_texts_are_shown_word_for_word_with_the_button(client: Client) -> None:
    login(client, make_account())
    page = client.get("/mon-compte/notice/").content.decode()
    assert "Ces interactions sont tracées avec l&#x27;identifiant national de l&#x27;utilisateur" in page
    assert "m&#x27;expose à des poursuites." in page
    assert "J&#x27;ai compris" in page


def test_understood_is_kept_traced_and_leads_on(client: Client) -> None:
    account = make_account()
    login(client, account)
    assert notice_state(account, clock.now()) is NoticeState.NOT_READ
    assert client.post("/mon-compte/notice/?suite=/patients/")["Location"] == "/patients/"
    assert notice_state(account, clock.now()) is NoticeState.READ
    assert Trace.objects.get(event="notice.lue").account_id == account.pk


def test_it_is_asked_again_after_180_days_and_each_reading_is_kept() -> None:
    account = make_account()
    now = clock.now()
    acknowledge(account, actor(account, None), now - timedelta(days=180))
    assert notice_state(account, now) is NoticeState.EXPIRED
    assert notice_state(account, now - timedelta(seconds=1)) is NoticeState.READ
    acknowledge(account, actor(account, None), now)
    assert notice_state(account, now) is NoticeState.READ
    assert NoticeReading.objects.filter(account=account).count() == 2


def test_a_changed_text_is_to_be_read_again() -> None:
    account = make_account()
    NoticeReading.objects.create(account=account, text_version="another", read_at=clock.now())
    assert notice_state(account, clock.now()) is NoticeState.EXPIRED
    assert len(notice().version) == 64


def test_a_clinician_lands_on_it_and_the_admissions_desk_does_not() -> None:
    clinician, desk = make_account(), make_account(roles=(Role.ADMISSIONS,), password=PASSWORD)
    assert landing(clinician, "/x/") == "/mon-compte/notice/?suite=%2Fx%2F"
    assert landing(desk, "/x/") == "/x/"
