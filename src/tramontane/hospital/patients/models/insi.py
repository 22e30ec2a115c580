"""How a legal entity reaches INSi: its own certificate (CN INSI-AUTO or INSI-MANU), kept by reference."""

from __future__ import annotations

from django.db import models

from tramontane.hospital.accounts.models import LegalEntity


class InsiConnection(models.Model):
    """One per legal entity; without it the button « Interroger INSi » is not there."""

    legal_entity = models.OneToOneField(LegalEntity, on_delete=models.PROTECT, related_name="insi_connection")
    url = models.URLField(max_length=300)
    authentication = models.CharField(max_length=300)  # file:/… (PKCS#12 or PEM)
    secret_name = models.CharField(max_length=60, blank=True)  # environment variable of the passphrase
    trust_path = models.CharField(max_length=300)  # PEM: anchors and intermediates of the server's chain
    crl_path = models.CharField(max_length=300, blank=True)
    revocation = models.CharField(max_length=12, default="require")  # or unsafe-skip, audited
    # XML put as it is in wsse:Security: what the real service wants there is given by the CNAM to the software.
    security_path = models.CharField(max_length=300, blank=True)
    updated_at = models.DateTimeField()
