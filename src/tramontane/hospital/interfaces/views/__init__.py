"""Pages of the interfaces app."""
