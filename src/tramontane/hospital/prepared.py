"""Reads whose SQL Django writes once per connection: what is judged before each call is read often, and always alike.

    @prepared
    def _services(account: Account, at: datetime) -> QuerySet[Service]:
        return services_at(account, at)

    _services(account, at)  →  the services, read now

Writing such a query costs ten to thirty times what SQLite or PostgreSQL take to answer it (docs/adr/0019-prepared-reads.md).
Nothing of an answer is kept: every call reads. The function is given placeholders: it may filter by them, pass them on
and take a `timedelta` off them; it cannot look at them, so no branch of it may depend on a value.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Generic, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet, Value

P = ParamSpec("P")
R = TypeVar("R")


def prepared(build: Callable[P, QuerySet[Any, R]]) -> Callable[P, list[R]]:
    """`build` as a function that reads. A model instance given to it stands for its primary key."""
    signature = inspect.signature(build)
    placeholders: dict[str, Any] = {name: _Placeholder(name) for name in signature.parameters}
    written: WeakKeyDictionary[BaseDatabaseWrapper, _Written[R]] = WeakKeyDictionary()

    @wraps(build)
    def read(*args: P.args, **kwargs: P.kwargs) -> list[R]:
        connection = connections[DEFAULT_DB_ALIAS]  # one a thread: what is written is never shared
        query = written.get(connection)
        if query is None:
            query = written[connection] = _Written(build(**placeholders), connection)  # type: ignore[call-arg]  # by name
        return query.rows(signature.bind(*args, **kwargs).arguments)

    return read


def first(rows: list[R]) -> R | None:
    """The first row, None when there is none. The query says `[:1]` where it could give more."""
    return rows[0] if rows else None


@dataclass(frozen=True, slots=True)
class _Given:
    """What a parameter of the SQL will be: an argument, moved by `shift` where the query said so."""

    name: str
    shift: timedelta | None = None

    def value(self, arguments: Mapping[str, Any], connection: BaseDatabaseWrapper) -> Any:
        """As the database takes it."""
        value = arguments[self.name]
        if value is None:
            raise TypeError(f"{self.name}: a prepared read takes no None, which no column equals")
        if self.shift is not None:
            value += self.shift
        if isinstance(value, datetime):
            return connection.ops.adapt_datetimefield_value(value)
        return value.pk if isinstance(value, Model) else value


class _Placeholder(Value):
    """Stands for an argument while the SQL is written."""

    def __init__(self, name: str, shift: timedelta | None = None) -> None:
        super().__init__(_Given(name, shift))

    def __sub__(self, other: Any) -> _Placeholder:  # type: ignore[override]  # of Python, not of the database
        return _Placeholder(self.value.name, -other)


class _Written(Generic[R]):
    """A queryset whose compiler gives the SQL it wrote the first time, with the values of the moment."""

    def __init__(self, queryset: QuerySet[Any, R], connection: BaseDatabaseWrapper) -> None:
        self._connection = connection
        self._compiler = queryset.query.get_compiler(connection=connection)
        self._sql, self._parameters = self._compiler.as_sql()
        self._queryset: Any = queryset
        converters = self._compiler.get_converters([column[0] for column in self._compiler.select])
        vars(self._compiler)["get_converters"] = lambda _fields: converters
        vars(queryset.query)["get_compiler"] = lambda *_args, **_kwargs: self._compiler

    def rows(self, arguments: Mapping[str, Any]) -> list[R]:
        """Read with these values."""
        values = tuple(
            one.value(arguments, self._connection) if isinstance(one, _Given) else one for one in self._parameters
        )
        vars(self._compiler)["as_sql"] = lambda: (self._sql, values)
        return list(self._queryset._iterable_class(self._queryset))  # noqa: SLF001 - `list(queryset)`, less its cache
