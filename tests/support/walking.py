"""Walking through every address of `support.addresses`, each request undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from support.addresses import Address


def in_address(address: Address, values: dict[str, Any]) -> dict[str, Any]:
    """Arguments of `reverse`; a uuid stands for a number where only its digits matter."""
    found = {name: _value(word, values) for name, word in address.path.items()}
    return {"args": list(found.values())} if "" in found else {"kwargs": _fitting(found)}


def _value(word: str | int, values: dict[str, Any]) -> Any:
    """What takes the place of a word of the table."""
    if isinstance(word, int):
        return word
    return word[1:] if word.startswith("=") else values[word]


def _fitting(values: dict[str, Any]) -> dict[str, Any]:
    """The parameters, numbers where the path wants a number."""
    uuids = ("token", "launch_id", "ipp", "unique_id")
    return {n: (1 if n not in uuids and str(v).startswith("11111111-") else v) for n, v in values.items()}


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is rolled back; a service may still ask for a transaction of its own."""
    block = transaction.atomic()
    block._from_testcase = True  # as Django's own test cases say it
    with block:
        yield
        transaction.set_rollback(True)


def text_of(response: Any) -> str:
    """Everything the answer says, headers included."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return f"{response.headers} {getattr(response, 'redirect_chain', '')} {body.decode(errors='replace')}"
