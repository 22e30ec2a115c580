"""The synthetic hospital as the hospital application keeps it: accounts, patients, consent, documents, connection.

`personas` holds values; every other module reads Django models, and runs in a process of its own (`__main__`): the
stand-in's Django and the application's are two projects.
"""
