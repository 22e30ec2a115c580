"""How a legal entity reaches the SI-DMP: endpoint, certificates by reference, software, contract state."""

from __future__ import annotations

from django.db import models

from tramontane.hospital.accounts.models import GeographicEntity, LegalEntity


class DmpConnection(models.Model):
    """One per legal entity. Keys are never stored here: paths or PKCS#11 references, and the name of a secret."""

    legal_entity = models.OneToOneField(LegalEntity, on_delete=models.PROTECT, related_name="dmp_connection")
    base_url = models.URLField(max_length=300)
    trust_path = models.CharField(max_length=300)  # PEM: anchors and intermediates of the server's chain
    crl_path = models.CharField(max_length=300, blank=True)
    revocation = models.CharField(max_length=12, default="require")  # or unsafe-skip, audited
    authentication = models.CharField(max_length=300)  # file:/… (PKCS#12 or PEM)
    signature = models.CharField(max_length=300)  # file:/… or pkcs11:…
    secret_name = models.CharField(max_length=60, blank=True)  # environment variable of the passphrase or PIN
    software_oid = models.CharField(max_length=64)
    software_homologation = models.CharField(max_length=40)
    # The first search (guide d'optimisation): its depth in years, and the types it is limited to; none: all.
    first_search_years = models.PositiveSmallIntegerField(default=2)
    preferred_types = models.JSONField(default=list)
    # « Connexion secrète » of minors (EX_0.1-1100, EX_0.1-1115). No source gives the minimum age: none until it is set here.
    # Nor the code that the VIHF carries: inferred from JDV_J58 (docs/reference/differences.md).
    minor_secret_age = models.PositiveSmallIntegerField(null=True)
    minor_secret_code = models.CharField(max_length=60, default="INVISIBLE_REPRESENTANTS_LEGAUX")
    # TD0.10: where the Web-PS opens a patient's DMP, « {ins} » standing for the matricule. Empty: no link.
    web_ps_url = models.CharField(max_length=300, blank=True)
    updated_at = models.DateTimeField()


class SiteContract(models.Model):
    """The AIR contract of a site as declared, and the white-list state as observed from real answers."""

    geographic_entity = models.OneToOneField(GeographicEntity, on_delete=models.PROTECT, related_name="air_contract")
    signed_at = models.DateField(null=True)
    expires_at = models.DateField(null=True)
    observed_state = models.CharField(max_length=12, default="unknown")  # unknown, active, refused, suspended, expired
    observed_at = models.DateTimeField(null=True)
