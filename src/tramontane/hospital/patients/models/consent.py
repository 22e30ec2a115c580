"""Consent: history is never overwritten. The current state is the last row of a subject."""

from __future__ import annotations

from django.db import models

from tramontane.hospital.accounts.models import Account, LegalEntity
from tramontane.hospital.patients.models.episodes import Episode
from tramontane.hospital.patients.models.identities import Patient


class ConsentRecord(models.Model):
    """One declaration by the patient or her representative, recorded once."""

    class Subject(models.TextChoices):
        """What is declared about."""

        INFORMATION = "information", "Information de la patiente ou du patient"
        CONSULTATION = "consultation", "Consultation du DMP"
        FEEDING = "feeding", "Alimentation du DMP"

    class Choice(models.TextChoices):
        """What was declared. Not collected is the absence of a row, or a withdrawal."""

        INFORMED = "informed", "Informé"
        CONSENT = "consent", "Consentement"
        OPPOSITION = "opposition", "Opposition"
        WITHDRAWN = "withdrawn", "Retrait"

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="consents")
    # Empty: outside any episode.
    episode = models.ForeignKey(Episode, null=True, on_delete=models.CASCADE, related_name="consents")
    subject = models.CharField(max_length=14, choices=Subject.choices)
    choice = models.CharField(max_length=12, choices=Choice.choices)
    # Outside the care team the consent is explicit, for one professional, at each consultation.
    for_account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    # A minor's consent without the legal representatives: counts in a secret connection only, shown to clinicians only.
    secret = models.BooleanField(default=False)
    motive = models.CharField(max_length=300, blank=True)
    given_by = models.CharField(max_length=160, blank=True)  # the representative, when not the patient
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=12, default="screen")  # screen, hl7, api
    # Given with the page (or by the API's caller): the same declaration sent twice is one declaration.
    submission = models.UUIDField(null=True)

    class Meta:
        """The current state is the newest row: by patient, subject, then rank. A replay is refused by the database."""

        indexes = (
            models.Index(fields=["patient", "subject", "-id"]),
            # The flow of a month (objective 2.1) reads these two and no row: the consent of each visit, and the refusals,
            # which are what one visit tells of another.
            models.Index(
                fields=["episode", "id", "recorded_at"],
                condition=models.Q(subject="consultation", choice="consent", for_account__isnull=True),
                name="consent_given_idx",
            ),
            models.Index(
                fields=["patient", "id", "choice", "recorded_at"],
                condition=models.Q(
                    subject="consultation", choice__in=["opposition", "withdrawn"], for_account__isnull=True
                ),
                name="consent_refusals_idx",
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=["patient", "submission", "subject", "choice"], name="consent_once"),
        )


class SpokenSentence(models.Model):
    """What the establishment has its staff say when they ask for the consent. The newest row holds; no text: none is set."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="spoken_sentences")
    text = models.CharField(max_length=600, blank=True)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
