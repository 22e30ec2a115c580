"""The project itself: environment, settings, urls, operations."""
