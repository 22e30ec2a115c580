"""What every call to the DMP carried, read in its trace: factors, identifiers, INS, consent, notice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from tramontane.dmp.vihf import AccessMode
from tramontane.hospital.accounts.models import NoticeReading
from tramontane.hospital.accounts.proof import LABELS
from tramontane.hospital.homologation.collectors.finding import Finding, Scope, none_wrong
from tramontane.hospital.patients.models import ConsentRecord, Patient
from tramontane.hospital.traces.models import Trace

OPPOSED = (ConsentRecord.Choice.OPPOSITION, ConsentRecord.Choice.WITHDRAWN)
AGREED = (ConsentRecord.Choice.INFORMED, ConsentRecord.Choice.CONSENT)


def two_factors(scope: Scope) -> Finding:
    """EXI 23. Grouped by what was presented: a million calls are a handful of groups."""
    weak = Q(pk__in=[])
    for row in scope.calls.values("proof__factors").annotate(count=Count("pk")).order_by():
        if len(set(row["proof__factors"] or ())) < 2:
            weak |= _presenting(row["proof__factors"])
    found = none_wrong(
        "Deux facteurs de natures différentes", scope.calls, scope.calls.filter(weak), "à moins de deux facteurs"
    )
    means = scope.calls.values("proof__means").annotate(count=Count("pk")).order_by("-count")
    shown = {
        f"Moyen : {LABELS.get(row['proof__means'], row['proof__means'] or 'inconnu')}": row["count"] for row in means
    }
    return replace(found, figures={**found.figures, **shown})


def _presenting(factors: Any) -> Q:
    return Q(proof__factors=factors) if factors is not None else Q(proof__factors__isnull=True)


def identifiers(scope: Scope) -> Finding:
    """« FINESS géographique et RPPS » of every transaction (webinaire)."""
    sites = scope.entity.geographic_entities.values("finess_geographique")
    wrong = scope.calls.filter(Q(rpps="") | ~Q(finess_geographique__in=sites))
    return none_wrong(
        "RPPS et FINESS géographique présents", scope.calls, wrong, "sans RPPS ou sans FINESS de l’établissement"
    )


def qualified_ins(scope: Scope) -> Finding:
    """Ségur vague 2, INS/va1.53. An identity qualified then may have lost it since: its trace still says it."""
    # By INS, which traces are indexed on: few rows a patient, however many there are in all.
    before = Q(
        ins=OuterRef("ins"),
        recorded_at__lte=OuterRef("recorded_at"),
        event="patient.qualifie",
        finess_juridique=scope.entity.finess_juridique,  # qualified in another establishment is not qualified here
    )
    identity = Patient.objects.filter(pk=OuterRef("patient_id"), qualified_at__lte=OuterRef("recorded_at"))
    qualified = Exists(identity) | Exists(Trace.objects.filter(before))
    wrong = scope.calls.filter(Q(ins="") | ~qualified)
    return none_wrong("INS qualifiée avant l’appel", scope.calls, wrong, "sans INS qualifiée")


def consent(scope: Scope) -> Finding:
    """CSP R. 1111-46. Emergencies have their own rule (L. 1111-17): they are counted apart."""
    ordinary = scope.calls.filter(access_mode=AccessMode.NORMAL.value)
    said = _declarations().filter(choice__in=AGREED)
    general = _declarations().filter(subject=ConsentRecord.Subject.CONSULTATION, for_account=None).order_by("-pk")
    last = ordinary.annotate(last=Subquery(general.values("choice")[:1]))
    wrong = last.filter(~Exists(said) | Q(last__in=OPPOSED))
    found = none_wrong(
        "Information ou consentement enregistrés avant l’appel", ordinary, wrong, "sans information ni consentement"
    )
    emergencies = scope.calls.exclude(access_mode=AccessMode.NORMAL.value).count()
    return replace(found, figures={**found.figures, "Appels en urgence, hors relevé": emergencies})


def _declarations() -> QuerySet[ConsentRecord]:
    """What the patient of a call had declared of the consultation before it."""
    subjects = (ConsentRecord.Subject.INFORMATION, ConsentRecord.Subject.CONSULTATION)
    return ConsentRecord.objects.filter(
        patient_id=OuterRef("patient_id"), recorded_at__lte=OuterRef("recorded_at"), subject__in=subjects
    )


def notice_read(scope: Scope) -> Finding:
    """SC.DMP/CONF.11: « J’ai compris », within its validity."""
    validity = timedelta(days=settings.ENVIRONMENT.notice_days)
    read = NoticeReading.objects.filter(
        account_id=OuterRef("account_id"),
        read_at__lte=OuterRef("recorded_at"),
        read_at__gt=OuterRef("oldest"),
    )
    calls = scope.calls.annotate(oldest=F("recorded_at") - validity)
    found = none_wrong(
        "Notice lue par l’auteur de l’appel", calls, calls.filter(~Exists(read)), "sans notice en vigueur"
    )
    professionals = scope.calls.values("account_id").distinct().count()
    return replace(found, figures={**found.figures, "Professionnels": professionals})
