"""The screens of consultation. `record_context` is what any page needs to include the status line."""

from tramontane.hospital.consultations.views.context import record_context

__all__ = ["record_context"]
