"""Tramontane: consult a patient's DMP from a hospital in AIR simplifié mode, and prove that you may."""

__version__ = "0.1.0"
