"""Writing the workspace: each write with its trace, each move through the table of states and its gate."""
