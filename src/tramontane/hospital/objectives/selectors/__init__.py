"""Reading for the board: facts of a month, statements, proofs, group."""
