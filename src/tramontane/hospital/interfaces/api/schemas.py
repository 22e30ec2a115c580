"""What the API receives and gives. Field names are English; sentences are French, ready to show."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ninja import Field, Schema
from pydantic import ConfigDict


class Strict(Schema):
    """A body: a field nobody knows is a mistake, not an extension."""

    model_config = ConfigDict(extra="forbid")


class SessionOut(Schema):
    """Who is logged in, how, and the token to send in `X-CSRFToken` with what writes."""

    login: str
    name: str
    rpps: str
    roles: list[str]
    two_factors: bool
    means: str
    why_not: str
    csrf_token: str


class ReasonOut(Schema):
    """Why not."""

    code: str
    sentence: str
    reference: str
    next_step: str
    solver: str


class ProblemOut(Schema):
    """RFC 9457, application/problem+json; further members depend on the code."""

    type: str
    title: str
    status: int
    code: str
    reasons: list[ReasonOut] = Field(default_factory=list)
    next_step: str = ""


class NoticeOut(Schema):
    """A document that is new, replaced, or whose confidentiality changed."""

    kind: str
    unique_id: str
    label: str
    title: str
    on: datetime | None


class StatusOut(Schema):
    """The state of a DMP for this professional, now."""

    situation: Literal["to_ask", "readable", "to_authorise", "no_dmp", "closed", "refused", "failed"]
    sentence: str
    readable: bool
    kept: bool = Field(description="Dernière réponse connue : aucun appel n’a été fait")
    as_of: datetime | None
    total: int
    notices: list[NoticeOut]
    hidden: list[str] = Field(description="Ce que la recherche automatique n’a pas demandé")
    reasons: list[ReasonOut]
    warnings: list[str]


class OpeningIn(Strict):
    """How to open: `refresh` asks the DMP again even when it has just answered."""

    refresh: bool = False


class CodedOut(Schema):
    """A coded value."""

    code: str
    system: str
    label: str


class BadgeOut(Schema):
    """A state of the document, in words."""

    text: str
    detail: str


class DocumentOut(Schema):
    """One document of the DMP list."""

    unique_id: str
    title: str
    type: CodedOut | None
    label: str
    author: str
    institution: str
    act_date: datetime | None
    media_type: str
    size: int | None
    badges: list[BadgeOut]
    warnings: list[str] = Field(description="Phrases de l’exigence EX_3.2-1025, à lire avant le document")
    new: bool
    newer_version: str = Field(description="unique_id de la version plus récente, si elle existe")
    record_document: int | None = Field(description="Document du dossier de l’établissement, si déjà classé")
    content_url: str


class DocumentListOut(Schema):
    """One page of the list, newest act first."""

    items: list[DocumentOut]
    total: int
    limit: int
    offset: int
    next: str = Field(description="Adresse de la page suivante ; vide à la dernière")
    withheld: int = Field(description="Documents que l’établissement n’ouvre pas à cette profession")
    as_of: datetime | None


class FilingIn(Strict):
    """A document of the DMP to file in the hospital's record; without folder, its usual place."""

    unique_id: str = Field(min_length=1, max_length=200)
    folder: str = Field("", max_length=80)
    subfolder: str = Field("", max_length=80)


class RecordDocumentOut(Schema):
    """A document of the hospital's record."""

    id: int
    unique_id: str
    title: str
    folder: str
    subfolder: str
    sha256: str
    size: int
    filed_at: datetime
    already: bool = Field(description="Il était déjà classé : rien n’a changé")


class ConsentIn(Strict):
    """What the patient, or her representative, declares."""

    subject: Literal["information", "consultation", "feeding"]
    choice: Literal["informed", "consent", "opposition", "withdrawn"]
    motive: str = Field("", max_length=300)
    given_by: str = Field("", max_length=160)


class DeclarationOut(Schema):
    """One declaration in force."""

    choice: str
    recorded_at: datetime
    source: str


class ConsentOut(Schema):
    """The state for the current episode."""

    episode: str
    informed: DeclarationOut | None
    consultation: DeclarationOut | None
    feeding: DeclarationOut | None
    missing: list[str]
