"""Where the time of one exchange goes: its stages wrapped with a stopwatch, only here. Run in a process of its own,
in CPU time: a busy machine lengthens everything else.

python stages.py DATA_DIRECTORY COUNT   →  JSON {stage: CPU seconds per exchange}
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tramontane.national import setup

SPENT: dict[str, float] = defaultdict(float)


def timed(stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, its time added to `stage`."""

    def run(*arguments: Any, **options: Any) -> Any:
        begun = time.thread_time()
        try:
            return function(*arguments, **options)
        finally:
            SPENT[stage] += time.thread_time() - begun

    return run


def main() -> None:
    directory, count = Path(sys.argv[1]), int(sys.argv[2])
    setup(directory)
    sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
    from support.national import call, in_memory, vihf
    from tramontane.dmp.transactions import td3_1
    from tramontane.dmp.xds import DocumentCriteria, find_documents
    from tramontane.national import exchange, replay, selectors, services, tracing
    from tramontane.national.judge import identify as identification

    national = in_memory()
    requests = [td3_1.request(call(vihf()), find_documents(DocumentCriteria())) for _ in range(count)]
    national(requests.pop())
    # Private stages are wrapped where they are: a stopwatch in the product would cost every call.
    for stage, name in (("certificat TLS", "_certificate"), ("adressage", "_addressing")):
        setattr(identification, name, timed(stage, getattr(identification, name)))
    identification.vihf.verify = timed("VIHF", identification.vihf.verify)
    replay.claim = timed("rejeu", replay.claim)
    selectors.facts = timed("faits", selectors.facts)
    exchange.judge = timed("jugement", exchange.judge)
    handler = services.HANDLERS["registry", "{urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0}AdhocQueryRequest"]
    object.__setattr__(handler, "serve", timed("service", handler.serve))
    tracing.write = timed("trace", tracing.write)
    begun = time.thread_time()
    for request in requests:
        assert national(request).status == 200
    whole = time.thread_time() - begun
    shares = {stage: spent / len(requests) for stage, spent in SPENT.items()}
    shares["transaction et reste"] = (whole - sum(SPENT.values())) / len(requests)
    print(json.dumps(shares))


if __name__ == "__main__":
    main()
