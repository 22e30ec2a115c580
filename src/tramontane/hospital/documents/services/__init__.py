"""Acting on documents: reading them from the DMP, filing them, sending ours. Each function says what it traces."""
