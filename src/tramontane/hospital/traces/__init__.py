"""The floor of the flow: append-only, chained traces. Everyone may write here; nothing is ever changed."""
