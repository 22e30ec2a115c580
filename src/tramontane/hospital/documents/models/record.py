"""The patient's local record: folders, documents filed from the DMP or produced here."""

from __future__ import annotations

from django.db import models

from tramontane.dmp.xds import INVISIBLE_REPRESENTANTS_LEGAUX
from tramontane.hospital.accounts.models import Account, LegalEntity
from tramontane.hospital.patients.models import Episode, Patient


class FolderRule(models.Model):
    """Where a document type is filed, when the establishment decided otherwise than the default table."""

    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.CASCADE, related_name="folder_rules")
    type_code = models.CharField(max_length=40)
    folder = models.CharField(max_length=80)
    subfolder = models.CharField(max_length=80, blank=True)

    class Meta:
        """One rule per type."""

        constraints = (models.UniqueConstraint(fields=["legal_entity", "type_code"], name="folder_rule_unique"),)


class RecordDocument(models.Model):
    """A document of the local record, with its provenance."""

    class Provenance(models.TextChoices):
        """Where it comes from."""

        HOSPITAL = "hospital", "Établissement"
        DMP = "dmp", "DMP"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="documents")
    episode = models.ForeignKey(Episode, null=True, on_delete=models.PROTECT, related_name="documents")
    provenance = models.CharField(max_length=10, choices=Provenance.choices)
    unique_id = models.CharField(max_length=128)
    # As the DMP described it when it was filed; empty for a document produced here.
    entry_uuid = models.CharField(max_length=64, blank=True)
    logical_id = models.CharField(max_length=64, blank=True)
    # Of a document produced here: the codes its author added to « normal ».
    confidentiality = models.JSONField(default=list)
    type_code = models.CharField(max_length=40)
    type_label = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=250)
    author = models.CharField(max_length=200, blank=True)
    author_institution = models.CharField(max_length=200, blank=True)
    # Who wrote a document produced here: named as its author when it is sent.
    author_account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    act_date = models.DateTimeField(null=True)
    folder = models.CharField(max_length=80)
    subfolder = models.CharField(max_length=80, blank=True)
    media_type = models.CharField(max_length=80)
    size = models.PositiveBigIntegerField()
    sha1_announced = models.CharField(max_length=40, blank=True)
    sha1 = models.CharField(max_length=40, blank=True)
    sha256 = models.CharField(max_length=64)
    content = models.FileField(upload_to="documents/%Y/%m", max_length=200)
    filed_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    # The session of the filing, hashed: undoing is for its author, before logging out.
    filing_session = models.CharField(max_length=64, blank=True)

    @property
    def hidden_from_representatives(self) -> bool:
        """Kept from the legal representatives of a minor (JDV_J58)."""
        return INVISIBLE_REPRESENTANTS_LEGAUX in self.confidentiality

    class Meta:
        """A document is filed once in a patient's record."""

        constraints = (models.UniqueConstraint(fields=["patient", "unique_id"], name="record_document_unique"),)
