"""The search strategy of a DMP consultation."""
