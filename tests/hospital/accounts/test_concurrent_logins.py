"""Many logins at once on four workers: each code and each challenge serves once, and no login is lost."""

from __future__ import annotations

import json
import multiprocessing
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pyotp
import pytest
from django.db import connection
from django.test import Client

from support.authenticator import SoftAuthenticator
from support.hospital import PASSWORD, login, make_account, make_legal_entity
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, LegalEntity, OpenSession, Passkey, Role, TotpDevice
from tramontane.hospital.accounts.services import codes
from tramontane.hospital.traces.models import Trace

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 4


@dataclass
class Person:
    """Someone about to log in: with a code, or with a passkey when `key` is there."""

    rank: int
    login: str
    secret: str = ""
    key: SoftAuthenticator | None = None
    cookies: list[dict[str, str]] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=dict)

    def client(self, browser: int = -1) -> Client:
        """A browser, new or one of the two; each person has an address, as suspensions count by address."""
        client = Client(REMOTE_ADDR=f"10.{self.rank >> 16}.{self.rank >> 8 & 255}.{self.rank & 255}")
        for name, value in (self.cookies[browser] if browser >= 0 else {}).items():
            client.cookies[name] = value
        return client

    def keep(self, *clients: Client) -> None:
        """The two browsers of the last step; a challenge belongs to one, that answers twice."""
        self.cookies = [{name: morsel.value for name, morsel in client.cookies.items()} for client in clients]

    def prepare(self) -> None:
        """Up to the last step: the right password given, or the challenge answered."""
        first, second = self.client(), self.client()
        if self.key is None:
            for client in (first, second):
                client.post("/connexion/", {"login": self.login, "password": PASSWORD})
            self.answer = {"code": pyotp.TOTP(self.secret).now()}
            self.keep(first, second)
        else:
            self.answer = self.key.assertion(json.loads(first.post("/connexion/cle/options/").content))
            self.keep(first, first)

    def finish(self, browser: int) -> bool:
        """The last step in one of the two browsers: whether it opened a session."""
        client = self.client(browser)
        if self.key is None:
            answer = client.post("/connexion/second-facteur/", self.answer)
            return answer.status_code == 302 and not answer["Location"].startswith("/connexion/")
        done = client.post("/connexion/cle/", json.dumps(self.answer), content_type="application/json")
        return done.status_code == 200


def people(entity: LegalEntity, number: int) -> list[Person]:
    """Half with a code, half with a passkey."""
    shared = make_account(entity, roles=(Role.ADMISSIONS,), password=PASSWORD)
    found = []
    for rank in range(number):
        account = make_account(entity, roles=(Role.ADMISSIONS,))
        Account.objects.filter(pk=account.pk).update(password=shared.password)
        found.append(_with_code(rank, account) if rank % 2 else _with_passkey(rank, account))
    return found


def _with_code(rank: int, account: Account) -> Person:
    secret = pyotp.random_base32()
    TotpDevice.objects.create(account=account, secret=codes.sealed(secret), confirmed_at=clock.now())
    return Person(rank, account.login, secret)


def _with_passkey(rank: int, account: Account) -> Person:
    client, key = Client(), SoftAuthenticator()
    login(client, account)
    options = json.loads(client.post("/mon-compte/facteurs/cle/options/").content)
    kept = client.post(
        "/mon-compte/facteurs/cle/", json.dumps(key.attestation(options)), content_type="application/json"
    )
    assert kept.status_code == 200
    return Person(rank, account.login, key=key)


def _worker(turn: int, crowd: list[Person], barrier: Any, results: Any) -> None:
    """One process of four: each person's last step is made by two of them at the same instant."""
    connection.close()
    opened = []
    for start in range(0, len(crowd), WORKERS // 2):
        batch = crowd[start : start + WORKERS // 2]
        person = batch[turn % len(batch)]
        barrier.wait(60)
        if person.finish(turn // 2):
            opened.append(person.login)
    results.put(opened)
    connection.close()


def log_in_together(crowd: list[Person]) -> Counter[str]:
    """How many times each person's only code or answer opened a session."""
    fork = multiprocessing.get_context("fork")
    connection.close()
    barrier, results = fork.Barrier(WORKERS), fork.Queue()
    workers = [fork.Process(target=_worker, args=(turn, crowd, barrier, results)) for turn in range(WORKERS)]
    for worker in workers:
        worker.start()
    opened = [login for _ in workers for login in results.get(timeout=120)]
    for worker in workers:
        worker.join(30)
    return Counter(opened)


def assert_each_once(number: int) -> None:
    """In waves short enough for a code to live."""
    entity = make_legal_entity()
    OpenSession.objects.all().delete()
    everyone = people(entity, number)
    OpenSession.objects.all().delete()
    opened: Counter[str] = Counter()
    for start in range(0, number, 40):
        wave = everyone[start : start + 40]
        for person in wave:
            person.prepare()
        opened += log_in_together(wave)
    assert opened == {person.login: 1 for person in everyone}
    assert OpenSession.objects.count() == number
    assert Trace.objects.filter(event="connexion.reussie").count() == number
    assert Passkey.objects.filter(last_used_at__isnull=False).count() == number // 2


def test_each_code_and_each_challenge_serves_once_and_no_login_is_lost() -> None:
    assert_each_once(16)


@pytest.mark.campaign
def test_a_thousand_logins() -> None:
    assert_each_once(1_000)
