"""Writing: statements, readings, dates, documents, sharing. Each with its trace, in the same transaction."""
