"""What a professional is told of a patient's DMP: values for the screens, the API and the documents app."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from tramontane.rules.access import Reason
from tramontane.rules.consultation import Kind


class Situation(StrEnum):
    """The one state a record is in, for this professional, now."""

    TO_ASK = "à demander"  # nothing known, or too old: the DMP is to be asked
    READABLE = "lisible"
    TO_AUTHORISE = "autorisation à ajouter"  # open, only the authorisation is missing
    NO_DMP = "inexistant"
    CLOSED = "fermé"
    REFUSED = "refusé"
    FAILED = "échec"


class Whose(StrEnum):
    """Whose fault a failure is."""

    NETWORK = "réseau"
    DMP = "DMP"
    HOSPITAL = "établissement"


class Failure(msgspec.Struct, frozen=True):
    """A call that gave nothing usable.

    Attributes:
        sentence, next_step: French, for the professional.
        code: stable, for support; verbatim when it is the DMP's.
        phase: where the network failed, in words; empty otherwise.
        at: when, aware, UTC.
        retry: trying again may succeed.
    """

    whose: Whose
    sentence: str
    next_step: str
    code: str
    at: datetime
    phase: str = ""
    retry: bool = True

    @property
    def refused(self) -> bool:
        """Whether the DMP answered, and its answer was no."""
        return self.whose is Whose.DMP and not self.retry


class Notice(msgspec.Struct, frozen=True):
    """One document to tell about: new, replaced, or of changed confidentiality.

    Attributes:
        kind: a `rules.consultation.Kind`.
        label: its type, in French.
        on: the date of the act, else of the document.
        replaces: unique_id of the document of ours it replaces.
    """

    kind: Kind
    unique_id: str
    type_code: str
    label: str
    title: str
    on: datetime | None = None
    replaces: str = ""


class Count(msgspec.Struct, frozen=True):
    """How many documents of one type."""

    type_code: str
    label: str
    count: int


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What the DMP answered at the last opening. Kept as JSON, shown again without asking.

    Attributes:
        exists, open, authorisation, closed_on: TD0.2.
        notices: new, replaced, changed documents, newest act first.
        kinds: the new documents by type, most numerous first.
        total: documents shown to this professional so far, all openings together.
        here: those the hospital's record already holds.
        last_deposit_at: the newest deposit she was ever shown.
        previous_search: her last consultation before this one, None the first time.
        hidden: what the search did not ask for, in sentences to show with the list.
        warnings: what the DMP could not tell (partial answer), in sentences.
        read: a list was obtained.
        failure: why it was not; what is above is then of `as_of`, before the failure.
        as_of: when the DMP answered, aware, UTC.
    """

    as_of: datetime
    exists: bool = False
    open: bool = False
    authorisation: str = ""
    closed_on: str = ""
    notices: tuple[Notice, ...] = ()
    kinds: tuple[Count, ...] = ()
    total: int = 0
    here: int = 0
    last_deposit_at: datetime | None = None
    previous_search: datetime | None = None
    hidden: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    read: bool = False
    failure: Failure | None = None

    def of(self, kind: Kind) -> tuple[Notice, ...]:
        """The notices of one kind."""
        return tuple(notice for notice in self.notices if notice.kind is kind)


class RecordView(msgspec.Struct, frozen=True, kw_only=True):
    """What to show of a DMP, now.

    Attributes:
        reasons: why not, in the order of the rules; empty when it may be read.
        warnings: what does not refuse today (a certificate about to expire).
        told: what the DMP last answered; None when it was not asked, or must not be shown.
        sentence: the status line, in its parts, French, to be joined with « · ».
        may_open_bris_de_glace: the rules would grant an emergency access if the motive and declarations were given.
        may_regulate: the rules would grant a regulation access (centre 15).
        web_ps: the DMP may be opened in the Web-PS, whose address is configured.
        emergency_id: the emergency access in force; None: ordinary access.
        emergency_motive: its motive.
        kept: shown again from the last opening: no call was made.
        secret: a minor's secret connection is in force (EX_0.1-1100).
        may_be_secret: one may be asked for.
        awaits_choice: nothing is asked by itself until the professional chooses, secret or not.
    """

    situation: Situation
    sentence: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()
    warnings: tuple[Reason, ...] = ()
    told: Told | None = None
    may_open_bris_de_glace: bool = False
    may_regulate: bool = False
    web_ps: bool = False
    emergency_id: int | None = None
    emergency_motive: str = ""
    kept: bool = False
    secret: bool = False
    may_be_secret: bool = False
    awaits_choice: bool = False

    @property
    def readable(self) -> bool:
        """Whether the documents may be listed."""
        return self.situation is Situation.READABLE

    @property
    def failure(self) -> Failure | None:
        """The failure of the last call."""
        return self.told.failure if self.told else None

    @property
    def new(self) -> tuple[Notice, ...]:
        """The new documents."""
        return self.told.of(Kind.NEW) if self.told else ()

    @property
    def tone(self) -> str:
        """ok, info, warn or stop: the colour of the status line, never alone."""
        return _TONES[self.situation]

    @property
    def icon(self) -> str:
        """The sign that goes with the colour."""
        return _ICONS[self.tone]


_TONES = {
    Situation.TO_ASK: "info",
    Situation.READABLE: "ok",
    Situation.TO_AUTHORISE: "warn",
    Situation.NO_DMP: "info",
    Situation.CLOSED: "info",
    Situation.REFUSED: "stop",
    Situation.FAILED: "warn",
}
_ICONS = {"ok": "✓", "info": "i", "warn": "!", "stop": "✕"}
