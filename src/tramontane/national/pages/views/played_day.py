"""A day of traffic with misuses planted in it: something to examine, and the answers for the trainer."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from tramontane.national import clock
from tramontane.national.monitoring.playing import last_working_day
from tramontane.national.pages.roles import PersonRequest, Role, requires
from tramontane.national.pages.selectors.alerts import planted_of, played_days
from tramontane.national.pages.services import rehearsals
from tramontane.national.pages.services.refusals import ActRefused
from tramontane.ui.templatetags.ui import count_of


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Role.OPERATOR)
def played_day(request: PersonRequest) -> HttpResponse:
    """The day that can be played, and the answers of the one played last."""
    if request.method == "POST":
        try:
            done = rehearsals.play_day(request.person, clock.now())
        except ActRefused as refused:
            messages.error(request, str(refused), extra_tags="stop")
        else:
            said = f"Journée jouée : {count_of(done.opened, 'alerte ouverte,alertes ouvertes')}."
            messages.success(request, said, extra_tags="ok")
        return redirect("played-day")
    last, day = played_days().first(), last_working_day(timezone.localdate())
    context = {
        "day": day,
        "playable": last is None or last.day != day,
        "last": last,
        "planted": planted_of(last) if last else (),
    }
    return render(request, "national/played_day.html", context)
