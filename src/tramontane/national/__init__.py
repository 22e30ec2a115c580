"""The national side's stand-in: it judges with its own rules, and says how each refusal came to be.

    bytes + client certificate ─▶ identify (TLS, addressing, VIHF) ─▶ selectors (facts)
      ─▶ judge (numbered verdicts) ─▶ service ─▶ wire form, with its trace in the same transaction

It never imports `tramontane.rules` nor `tramontane.client`: the judge borrows nothing from the defendant.
Storage and process model: docs/adr/0003-national-storage.md. Guesses: docs/reference/differences.md.
"""

from tramontane.national.bootstrap import setup

__all__ = ["setup"]
