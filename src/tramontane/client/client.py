"""The synchronous face of the client: the same plans, driven through one private event-loop thread."""

from __future__ import annotations

import functools
import os
import threading
import weakref
from collections.abc import Callable
from types import TracebackType
from typing import Concatenate, NamedTuple, ParamSpec, Self, TypeVar

from tramontane.client import operations
from tramontane.client.aio import new_transport, perform
from tramontane.client.conversation import Core, Setting
from tramontane.client.operations import Plan
from tramontane.client.portal import Portal, client_closed
from tramontane.client.tls import ServerTrust, client_context
from tramontane.client.transport import Transport

T = TypeVar("T")
P = ParamSpec("P")


class _Runtime(NamedTuple):
    portal: Portal
    transport: Transport


def _face(plan: Callable[P, Plan[T]]) -> Callable[Concatenate[DmpClient, P], T]:
    """A method that runs the plan: same parameters, same documentation."""

    @functools.wraps(plan)
    def method(self: DmpClient, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.run(plan(*args, **kwargs))

    return method


class DmpClient:
    """Speaks to the DMP for one hospital. Any number of threads may share one client; a fork starts its own
    connections. Close it, or use it as a context manager.

    Every method raises TransportError (with its phase) or RemoteError (the DMP's refusal, verbatim), or LocalError
    when what is asked cannot be written.

    Raises:
        CertificateMisuse: a certificate has expired or is not valid yet.
    """

    def __init__(self, setting: Setting) -> None:
        self._core = Core(setting)
        self._trust = setting.endpoint.trust
        self._closed = False
        self._lock = threading.Lock()
        self._runtime: _Runtime | None = None
        _clients.add(self)

    def run(self, plan: Plan[T]) -> T:
        """Run any plan of `tramontane.client.operations`. Signing and reading happen in the calling thread."""
        portal, transport = self._running()
        conversation = self._core.converse(plan)
        try:
            step = next(conversation)
            while True:
                try:
                    answer = portal.run(perform(transport, step))
                except BaseException as error:  # noqa: BLE001 (handed to the conversation, which raises it again)
                    step = conversation.throw(error)
                else:
                    step = conversation.send(answer)
        except StopIteration as stop:
            value: T = stop.value
            return value

    status = _face(operations.status)
    details = _face(operations.details)
    authorise = _face(operations.authorise)
    patients = _face(operations.patients)
    authorisations = _face(operations.authorisations)
    query = _face(operations.query)
    find_documents = _face(operations.find_documents)
    retrieve = _face(operations.retrieve)
    retrieve_to = _face(operations.retrieve_to)
    submit = _face(operations.submit)
    update = _face(operations.update)

    def renew(self, trust: ServerTrust) -> None:
        """Use fresh authorities and CRLs from the next connection on."""
        context = client_context(trust, self._core.setting.identity.authentication)
        with self._lock:
            self._trust = trust
            if self._runtime is not None:
                self._runtime.transport.renew(context)

    def close(self) -> None:
        """Stop running calls (they raise ClientClosed), close every connection, end the thread."""
        with self._lock:
            self._closed = True
            runtime = self._runtime
        if runtime is not None:
            runtime.portal.close(runtime.transport.close())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _running(self) -> _Runtime:
        """The thread and its connections, started by the first call: none before a fork that needs none."""
        with self._lock:
            if self._closed:
                raise client_closed()
            if self._runtime is None:
                transport = new_transport(self._core.setting, self._trust)  # first: it may fail, and holds no thread
                self._runtime = _Runtime(Portal(), transport)
            return self._runtime

    def after_fork(self) -> None:
        """In the child: the thread is gone, and the sockets are the parent's. They are kept, never closed: closing
        them would end the parent's TLS sessions. Called by itself."""
        _inherited.append(self._runtime)
        self._lock = threading.Lock()
        self._runtime = None
        self._core.forget()


_clients: weakref.WeakSet[DmpClient] = weakref.WeakSet()
_inherited: list[_Runtime | None] = []


def _after_fork() -> None:
    for client in list(_clients):
        client.after_fork()


os.register_at_fork(after_in_child=_after_fork)
