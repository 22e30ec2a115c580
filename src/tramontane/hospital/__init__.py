"""The hospital application: a synchronous Django project whose apps are the steps of the flow, floor first:
traces, accounts, patients and habilitations, consultations, documents, config."""
