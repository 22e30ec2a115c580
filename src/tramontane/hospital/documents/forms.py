"""Forms of the record: a document of the hospital brought by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.documents import selectors
from tramontane.hospital.documents.types import type_options
from tramontane.hospital.documents.viewer import sniff
from tramontane.hospital.patients.models import Episode

# Clocks of desks differ.
AHEAD = timedelta(minutes=10)


def _beginning(file: Any) -> bytes:
    """The first bytes of an uploaded file, put back to its start."""
    if file is None:
        return b""
    first: bytes = file.read(200)
    file.seek(0)
    return first


class AuthorField(forms.ModelChoiceField):
    """A professional by her name."""

    def label_from_instance(self, obj: Account) -> str:
        return obj.display_name


class EpisodeField(forms.ModelChoiceField):
    """An episode by its service and its beginning."""

    def label_from_instance(self, obj: Episode) -> str:
        return f"{obj.service.name}, depuis le {timezone.localtime(obj.starts_at):%d/%m/%Y} ({obj.visit_number})"


class DepositForm(forms.Form):
    """What a professional says of the file she brings."""

    # A browser cannot know that a CDA says its own type and title: the server asks for them.
    use_required_attribute = False

    file = forms.FileField(
        label="Fichier",
        help_text="PDF, texte ou CDA, 20 Mo au plus. Le format est contrôlé d’après le contenu.",
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.txt,.xml,application/pdf,text/plain,text/xml"}),
    )
    type_code = forms.ChoiceField(
        label="Type",
        help_text="Sauf pour un CDA : il porte le sien.",
        error_messages={"required": "Choisissez le type du document."},
    )
    title = forms.CharField(
        label="Titre",
        max_length=250,
        help_text="Sauf pour un CDA : il porte le sien.",
        error_messages={"required": "Donnez un titre au document."},
    )
    act_date = forms.DateTimeField(
        label="Date de l’acte", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    author = AuthorField(Account.objects.none(), label="Auteur", empty_label=None)
    episode = EpisodeField(Episode.objects.none(), label="Venue", required=False, empty_label="Aucune")

    hidden = forms.BooleanField(
        label="Cacher ce document aux représentants légaux",
        required=False,
        help_text="Envoyé au DMP avec la mention « Non visible par les représentants légaux » : à la demande du patient.",
    )

    def __init__(self, data: Any = None, files: Any = None, *, access: Access) -> None:
        at = clock.now()
        initial = {"act_date": timezone.localtime(at), "author": access.account, "episode": access.episode}
        super().__init__(data, files, initial=initial)
        if files and sniff(_beginning(files.get("file")))[0] == "text/xml":
            self.fields["type_code"].required = self.fields["title"].required = False
        if not access.secret:
            del self.fields["hidden"]
        types = [(coded.code, coded.label) for coded in type_options()]
        self.fields["type_code"].choices = [("", "Choisir un type"), *types]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["author"].queryset = selectors.authors_for(access, at)  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["episode"].queryset = selectors.episodes_of(access.patient)  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean_act_date(self) -> datetime:
        """Not in the future: an act is done, then written."""
        given: datetime = self.cleaned_data["act_date"]
        if given > clock.now() + AHEAD:
            raise forms.ValidationError("Cette date est dans le futur : attendu, la date à laquelle l’acte a eu lieu.")
        return given
