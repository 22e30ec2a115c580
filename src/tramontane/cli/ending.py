"""How a command that starts processes ends: whoever asks, what it started is stopped first."""

from __future__ import annotations

import signal
from types import FrameType
from typing import NoReturn

INTERRUPTED = 128 + signal.SIGINT


def end_like_ctrl_c() -> None:
    """SIGTERM, and the terminal that is closed, leave by the `finally` clauses, as Ctrl-C does."""
    signal.signal(signal.SIGTERM, _leave)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # `nohup` asked to outlive the terminal
        signal.signal(signal.SIGHUP, _leave)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a script's background job starts with it ignored


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
