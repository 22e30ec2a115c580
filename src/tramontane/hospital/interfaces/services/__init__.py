"""Writing: registered record systems and their keys, launches."""
