"""Argon2 at its smallest cost, for the suite only."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class CheapArgon2(Argon2PasswordHasher):
    """Same code, same format, no patience."""

    time_cost = 1
    memory_cost = 64
    parallelism = 1
