"""Operations of the hospital application: the first-run assistant, the connection to the DMP, backup and restore."""
