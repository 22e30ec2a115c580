"""The words of the objectives, for the templates."""

from __future__ import annotations

from django import template

from tramontane.hospital.objectives import words

register = template.Library()
register.filter("percent", words.percent)
