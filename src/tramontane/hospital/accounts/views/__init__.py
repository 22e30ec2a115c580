"""Pages of login, accounts and traces."""
