"""A year of a hospital's activity, drawn from one integer, whose true figures are known because it was made so.

Nothing here reads what it wrote, nor the code under test: each decision adds to `Truth` as it is taken, by plain
addition. Traps are drawn with the rest: instants on both sides of midnight in Paris, refused and emergency calls,
accounts that come and go, oppositions lifted by a later visit, choices withdrawn, recorded too late or for one person.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from support.hospital import make_legal_entity, make_rpps, make_service, make_site
from tramontane.hospital.accounts.models import Account, LegalEntity, Movement, Service, ServiceAssignment, TotpDevice
from tramontane.hospital.habilitations.models import MatrixRevision
from tramontane.hospital.patients.models import ConsentRecord, Episode, Patient
from tramontane.hospital.traces.models import Trace
from tramontane.hospital.traces.services import digest_of

PARIS = ZoneInfo("Europe/Paris")
MICRO = timedelta(microseconds=1)
BATCH = 2_000
# Profession → may consult, by the local matrix; the last is an agent of the admissions desk.
PROFESSIONS = (("10", True), ("60", True), ("70", False), ("", False))
FIGURES = ("1.1/2027", "1.1/2028", "1.2/2027", "1.2/2028", "1.3/2027", "1.3/2028", "2.1/2027", "2.2/2027")


@dataclass
class Truth:
    """One month: figure → what counts, among how many; service → the same for 2.1; moves of staff."""

    numerator: Counter[str] = field(default_factory=Counter)
    denominator: Counter[str] = field(default_factory=Counter)
    services: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def count(self, figure: str, counts: bool) -> None:
        self.denominator[figure] += 1
        self.numerator[figure] += bool(counts)

    def of(self, figure: str) -> tuple[int, int]:
        return self.numerator[figure], self.denominator[figure]


@dataclass
class User:
    """One account and what is true of it."""

    row: Account
    profession: str
    entitled: bool
    rpps: bool
    equipped: bool
    arrives: int  # rank of its first month; 0: before the year
    leaves: int | None  # rank of the month it is deactivated in


@dataclass
class Activity:
    """What to make. `first` is the first day of the first month."""

    users: int = 40
    patients: int = 200
    months: int = 12
    seed: int = 2026
    first: date = date(2026, 1, 1)
    noise: int = 2  # meaningless traces for each user and month
    truths: list[Truth] = field(default_factory=list)
    entity: LegalEntity = field(init=False)
    services: list[Service] = field(default_factory=list)

    def edges(self, rank: int) -> tuple[datetime, datetime]:
        """First instant of a month and of the next, aware, by the local calendar."""
        year, month = divmod(self.first.month - 1 + rank, 12)
        here = datetime(self.first.year + year, month + 1, 1, tzinfo=PARIS)
        after = datetime(self.first.year + year + (month == 11), (month + 1) % 12 + 1, 1, tzinfo=PARIS)
        return here.astimezone(UTC), after.astimezone(UTC)

    def make(self) -> Activity:
        """Write it all. Returns itself."""
        self.random = Random(self.seed)
        self.entity = make_legal_entity()
        make_site(self.entity)
        sites = list(self.entity.geographic_entities.order_by("pk"))
        self.services = [make_service(self.entity, geographic_entity=sites[rank % 2]) for rank in range(6)]
        rules = [
            {"profession": code, "service": "", "consult": True, "bris_de_glace": True, "regulate": False,
             "restricted_types": []}
            for code, consults in PROFESSIONS if consults
        ]  # fmt: skip
        before = self.edges(0)[0] - timedelta(days=40)
        MatrixRevision.objects.create(
            legal_entity=self.entity, number=1, content={"rules": rules}, motive="essai", created_at=before
        )
        self.truths = [Truth() for _ in range(self.months)]
        people = self._people(before)
        Trace.objects.bulk_create(self._traces(people), batch_size=BATCH)
        self._flow(before)
        return self

    def _people(self, before: datetime) -> list[User]:
        users = [self._user(rank, before) for rank in range(self.users)]
        Account.objects.bulk_create([user.row for user in users], batch_size=BATCH)
        TotpDevice.objects.bulk_create(
            (TotpDevice(account=user.row, secret=b"x", confirmed_at=before) for user in users if user.equipped),
            batch_size=BATCH,
        )
        ServiceAssignment.objects.bulk_create(
            (
                ServiceAssignment(account=user.row, service=service, starts_at=before)
                for rank, user in enumerate(users)
                for service in {self.services[rank % 6], self.services[rank % 4]}
            ),
            batch_size=BATCH,
        )
        Movement.objects.bulk_create(self._movements(users), batch_size=BATCH)
        for user in users:
            for rank in self._present(user):
                self._count_user(self.truths[rank], user)
        return users

    def _user(self, rank: int, before: datetime) -> User:
        draw = self.random.random
        profession, entitled = PROFESSIONS[rank % 4]
        rpps, equipped = bool(profession) and draw() < 0.9, draw() < 0.8
        arrives = self.random.randrange(self.months) if draw() < 0.1 else 0
        leaves = self.random.randrange(arrives, self.months) if draw() < 0.1 else None
        # On the stroke of midnight: created in the month that begins, gone in the month that ends.
        gone = self.edges(leaves)[1] - MICRO if leaves is not None else None
        row = Account(
            legal_entity=self.entity, login=f"activite-{self.seed}-{rank}", family_name="Fictif", given_name="Fictif",
            rpps=make_rpps() if rpps else None, profession=profession, password="!",
            roles=["clinician"] if profession else ["admissions"], is_active=gone is None, deactivated_at=gone,
            created_at=self.edges(arrives)[0] if arrives else before,
        )  # fmt: skip
        return User(row, profession, entitled, rpps, equipped, arrives, leaves)

    def _present(self, user: User) -> range:
        """Ranks of the months at whose end the account is active."""
        return range(user.arrives, self.months if user.leaves is None else user.leaves)

    @staticmethod
    def _count_user(truth: Truth, user: User) -> None:
        if user.profession:
            truth.count("1.1/2027", user.rpps)
        truth.count("1.1/2028", user.rpps)
        if user.profession in ("10", "60"):
            truth.count("1.3/2027", user.equipped)

    def _movements(self, users: list[User]) -> Iterator[Movement]:
        for user in users:
            for rank, kind in ((user.arrives or None, "arrival"), (user.leaves, "departure")):
                if rank is None:
                    continue
                start, end = self.edges(rank)
                at = start if kind == "arrival" else end - MICRO
                source, applied = self.random.choice(("scim", "manual")), self.random.random() < 0.8
                self.truths[rank].count("1.2/2027", applied)
                self.truths[rank].count("1.2/2028", applied and source == "scim")
                yield Movement(
                    account=user.row, kind=kind, source=source, received_at=at,
                    applied_at=at + timedelta(seconds=30) if applied else None,
                )  # fmt: skip
            yield Movement(account=user.row, kind="change", source="scim", received_at=self.edges(0)[0])

    def _traces(self, users: list[User]) -> Iterator[Trace]:
        for rank, truth in enumerate(self.truths):
            start, end = self.edges(rank)
            for user in users:
                consulted = user.equipped and self.random.random() < 0.3 + 0.5 * rank / self.months
                logged = consulted or (user.equipped and self.random.random() < 0.5)
                if rank in self._present(user):
                    truth.count("1.3/2028", logged)
                    if user.entitled:
                        truth.count("2.2/2027", consulted)
                yield from self._of_user(user, start, end, consulted=consulted, logged=logged)

    def _of_user(self, user: User, start: datetime, end: datetime, **did: bool) -> Iterator[Trace]:
        # What proves stands anywhere in the month, first and last instant included.
        at = self.random.choice((start, end - MICRO, start + (end - start) * self.random.random()))
        if did["logged"]:
            yield self._trace(user, at, "connexion.reussie", outcome="deux facteurs")
        if did["consulted"]:
            yield self._trace(user, at, "dmp.reponse", transaction="TD3.1", outcome="répondu", access_mode="normal")
        # What proves nothing.
        yield self._trace(user, at, "connexion.reussie", outcome="un facteur")
        lures: tuple[dict[str, str], ...] = (
            {"event": "dmp.demande", "transaction": "TD3.1", "outcome": "demandé", "access_mode": "normal"},
            {"event": "dmp.reponse", "transaction": "TD3.1", "outcome": "refusé", "access_mode": "normal"},
            {"event": "dmp.reponse", "transaction": "TD3.1", "outcome": "répondu", "access_mode": "bris_de_glace"},
            {"event": "dmp.reponse", "transaction": "TD0.2", "outcome": "répondu", "access_mode": "normal"},
        )
        for number in range(self.noise):
            yield self._trace(user, at, **lures[(number + user.row.pk) % 4])

    def _trace(self, user: User, at: datetime, event: str, **fields: Any) -> Trace:
        trace = Trace(
            recorded_at=at, event=event, finess_juridique=self.entity.finess_juridique, account_id=user.row.pk,
            account_name="Fictif Fictif", rpps=user.row.rpps or "", **fields,
        )  # fmt: skip
        trace.digest = digest_of(trace)
        return trace

    def _flow(self, before: datetime) -> None:
        rows = Patient.objects.bulk_create(
            (
                Patient(
                    legal_entity=self.entity, ipp=f"A{self.seed}-{rank}", birth_name="FICTIF", first_given_name="A",
                    birth_given_names="A", sex="F", birth_date=date(1960, 1, 1), identity_status="VALI",
                )
                for rank in range(self.patients)
            ),
            batch_size=BATCH,
        )  # fmt: skip
        comer = Account.objects.filter(legal_entity=self.entity).order_by("pk")[0]
        # Each patient comes twice in the year, half a year apart, and now and then on one more day of the month.
        for turn in range(2):
            self._turn(rows, turn, comer)

    def _turn(self, patients: list[Patient], turn: int, comer: Account) -> None:
        episodes: list[Episode] = []
        said: list[tuple[Episode, str]] = []
        half = self.months // 2
        for number, patient in enumerate(patients):
            rank = number % half + turn * half
            service = self.services[number // half % 6]
            start, end = self.edges(rank)
            case = CASES[self.random.randrange(len(CASES))] if turn else FIRST[number % len(FIRST)]
            at = self.random.choice((start, end - MICRO, start + (end - start) * self.random.random()))
            episodes.append(_episode(patient, service, at, f"{self.seed}-{turn}-{number}"))
            said.append((episodes[-1], case))
            if number % 11 == 0:  # cancelled, or of a kind that nobody counts
                episodes.append(_episode(patient, service, at, f"{self.seed}-{turn}-{number}-x", cancelled=at))
            collected = case in COLLECTED
            self.truths[rank].count("2.1/2027", collected)
            self.truths[rank].services[service.pk].update({"patients": 1, "collected": collected})
        Episode.objects.bulk_create(episodes, batch_size=BATCH)
        ConsentRecord.objects.bulk_create(
            (row for episode, case in said for row in self._choice(episode, case, comer)), batch_size=BATCH
        )

    def _choice(self, episode: Episode, case: str, comer: Account) -> Iterator[ConsentRecord]:
        month = next(pair for pair in map(self.edges, range(self.months)) if pair[0] <= episode.starts_at < pair[1])
        last = month[1] - MICRO
        for choice, when, fields in STORIES[case]:
            at = {"before": month[0] - timedelta(days=3), "last": last, "late": month[1]}[when]
            yield ConsentRecord(
                patient_id=episode.patient_id, episode=episode, subject="consultation", choice=choice, recorded_at=at,
                for_account=comer if fields == "explicit" else None,
            )  # fmt: skip


# The story of a visit → what is declared, and when: some days before the month, at its last instant, or just too late.
STORIES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "consent": (("consent", "last", ""),),
    "ahead": (("consent", "before", ""),),
    "opposition": (("opposition", "last", ""),),
    "changed": (("consent", "before", ""), ("opposition", "last", "")),
    "nothing": (),
    "late": (("consent", "late", ""),),
    "withdrawn": (("consent", "before", ""), ("withdrawn", "last", "")),
    "one-person": (("consent", "last", "explicit"),),
}
COLLECTED = frozenset({"consent", "ahead", "opposition", "changed"})
CASES = tuple(STORIES)
# A first visit of the year leaves nothing that holds for the second: an opposition would (see the tests of its own).
FIRST = ("consent", "ahead", "nothing", "late", "one-person")


def _episode(
    patient: Patient, service: Service, at: datetime, visit: str, *, cancelled: datetime | None = None
) -> Episode:
    return Episode(
        patient=patient, service=service, visit_number=visit, kind="I", starts_at=at, ends_at=at + timedelta(hours=5),
        cancelled_at=cancelled,
    )  # fmt: skip
