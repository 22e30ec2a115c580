"""One private thread that runs an event loop, for callers that have none."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from tramontane.client.errors import ClientClosed

T = TypeVar("T")


class Portal:
    """Runs coroutines on its own thread; any thread may call it. A daemon: an unclosed one never holds the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._closed = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="tramontane-dmp", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` to its end and give its result; it is cancelled when the caller is interrupted.

        Raises:
            ClientClosed: closed before or meanwhile.
        """
        self._require_another_thread(work)
        future = self._submit(work)
        try:
            return future.result()
        except concurrent.futures.CancelledError:
            raise client_closed() from None
        except BaseException:
            future.cancel()  # no effect on work that ended by itself; KeyboardInterrupt must stop the rest
            raise

    def close(self, last: Coroutine[Any, Any, None]) -> None:
        """Cancel what runs, run `last`, stop the thread. A second call does nothing."""
        self._require_another_thread(last)
        with self._lock:
            already, self._closed = self._closed, True
        if already:
            last.close()
            return
        asyncio.run_coroutine_threadsafe(_finish(last), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _require_another_thread(self, work: Coroutine[Any, Any, object]) -> None:
        """The loop's own thread (a sink of `retrieve_to`) would wait for itself, for ever."""
        if threading.current_thread() is self._thread:
            work.close()
            raise RuntimeError("the client was called from its own thread, inside a sink")

    def _submit(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Under the lock: nothing is ever queued behind the loop's stop, where nobody would answer."""
        with self._lock:
            if not self._closed:
                return asyncio.run_coroutine_threadsafe(work, self._loop)
        work.close()
        raise client_closed()


async def _finish(last: Coroutine[Any, Any, None]) -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await last


def client_closed() -> ClientClosed:
    return ClientClosed(
        "Ce client DMP est fermé.",
        expected="un client ouvert",
        received="un appel pendant ou après la fermeture",
        next_step="créez un nouveau client",
    )
