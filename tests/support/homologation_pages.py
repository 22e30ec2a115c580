"""A page of the workspace, asked for by its name: its text, with ordinary spaces."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse


def page(client: Client, name: str, *args: Any, status: int = 200, **query: str) -> str:
    """A page shown."""
    answer = client.get(reverse(f"homologation:{name}", args=args), query)
    assert answer.status_code == status, answer.content.decode()[-2000:]
    return answer.content.decode().replace("\u00a0", " ")


def post(client: Client, view: str, /, *args: Any, **values: Any) -> str:
    """A form sent, and the page it leads to."""
    answer = client.post(reverse(f"homologation:{view}", args=args), values, follow=True)
    assert answer.status_code in (200, 422), answer.status_code
    return answer.content.decode().replace("\u00a0", " ")
