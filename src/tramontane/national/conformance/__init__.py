"""The conformance run: what a client did between two instants, case by case, recognised from its exchanges alone.

    data/cases.yaml ─▶ cases ─▶ judging (pure) ─▶ report: passed, failed, NOT RUN, with what was expected

A case says nothing of a client beyond what the stand-in saw. Numbers never change meaning: a new case is a new number.
"""
