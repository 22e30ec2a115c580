"""Forms of consultation: the emergency, the regulation, their control."""

from __future__ import annotations

from django import forms


class EmergencyForm(forms.Form):
    """What the law asks of whoever breaks the glass (CSP L. 1111-17 I)."""

    motive = forms.CharField(
        label="Motif de l’accès en urgence",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Il est tracé, contrôlé par l’établissement et porté à la connaissance du patient.",
    )
    unable_to_express_will = forms.BooleanField(
        label="Je déclare que le patient est hors d’état d’exprimer sa volonté", required=False
    )
    immediate_risk = forms.BooleanField(
        label="Je déclare que sa santé est exposée à un risque immédiat", required=False
    )


class RegulationForm(forms.Form):
    """Why a regulating physician reads this DMP."""

    motive = forms.CharField(
        label="Motif de la régulation",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Par exemple : le motif de l’appel. Il est tracé et contrôlé par l’établissement.",
    )


class SecrecyForm(forms.Form):
    """What the minor asks, as the professional heard it."""

    asked_by_minor = forms.BooleanField(
        label="Le patient, informé de ce qui précède, demande que cette consultation reste secrète et y consent",
        error_messages={"required": "Cochez la demande du patient : la connexion secrète ne s’ouvre qu’avec elle."},
    )


class ReviewForm(forms.Form):
    """What the security officer concludes."""

    comment = forms.CharField(
        label="Conclusion du contrôle",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Par exemple : appel au service, urgence confirmée.",
    )
