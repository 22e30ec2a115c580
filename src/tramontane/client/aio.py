"""The asynchronous face of the client."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from tramontane.client import operations
from tramontane.client.conversation import Core, Pause, Send, Setting
from tramontane.client.operations import Plan
from tramontane.client.tls import ServerTrust, client_context
from tramontane.client.transport import Answer, Transport

T = TypeVar("T")
P = ParamSpec("P")


def new_transport(setting: Setting, trust: ServerTrust | None = None) -> Transport:
    """The pool of connections that `setting` describes."""
    context = client_context(trust or setting.endpoint.trust, setting.identity.authentication)
    return Transport(context, setting.policies.limits, setting.clock)


async def perform(transport: Transport, step: Send | Pause) -> Answer[Any] | None:
    """Do what a conversation asks."""
    if isinstance(step, Pause):
        await asyncio.sleep(step.seconds)
        return None
    if step.stream is not None:
        return await transport.stream(step.request, step.stream, seconds=step.seconds, timeline=step.timeline)
    return await transport.send(step.request, seconds=step.seconds, timeline=step.timeline)


def _face(plan: Callable[P, Plan[T]]) -> Callable[Concatenate[AsyncDmpClient, P], Coroutine[Any, Any, T]]:
    """A method that runs the plan: same parameters, same documentation."""

    @functools.wraps(plan)
    async def method(self: AsyncDmpClient, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.run(plan(*args, **kwargs))

    return method


class AsyncDmpClient:
    """Speaks to the DMP for one hospital. Belongs to the event loop of its first call; calls may run together.

    Every method raises TransportError (with its phase) or RemoteError (the DMP's refusal, verbatim), or LocalError
    when what is asked cannot be written.

    Raises:
        CertificateMisuse: a certificate has expired or is not valid yet.
    """

    def __init__(self, setting: Setting) -> None:
        self._core = Core(setting)
        self._transport = new_transport(setting)

    async def run(self, plan: Plan[T]) -> T:
        """Run any plan of `tramontane.client.operations`."""
        conversation = self._core.converse(plan)
        try:
            step = next(conversation)
            while True:
                try:
                    answer = await perform(self._transport, step)
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
        self._transport.renew(client_context(trust, self._core.setting.identity.authentication))

    async def close(self) -> None:
        """Close every connection."""
        await self._transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
