"""Screens of the patients app."""
