"""Every opening of a DMP by a professional, ordinary or in emergency."""

from __future__ import annotations

from django.db import models

from tramontane.hospital.accounts.models import Account, GeographicEntity
from tramontane.hospital.patients.models import Episode, Patient


class Opening(models.Model):
    """From the first granted call to the end of the access."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="openings")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="openings")
    episode = models.ForeignKey(Episode, null=True, on_delete=models.PROTECT, related_name="openings")
    geographic_entity = models.ForeignKey(GeographicEntity, on_delete=models.PROTECT, related_name="+")
    access_mode = models.CharField(max_length=20, default="normal")
    # A minor's « connexion secrète » (EX_0.1-1100): in force until the professional leaves it, never by the clock, since
    # what follows would be shown to the legal representatives.
    secret = models.BooleanField(default=False)
    motive = models.CharField(max_length=500, blank=True)
    # What the professional declared when breaking the glass (CSP L. 1111-17 I), and what the DMP says of an opposition.
    unable_to_express_will = models.BooleanField(default=False)
    immediate_risk = models.BooleanField(default=False)
    emergency_opposition = models.CharField(max_length=12, default="inconnue")
    opened_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)
    # A posteriori control of the emergency openings by the RSSI.
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    review_comment = models.CharField(max_length=500, blank=True)
