"""What changes accounts: passwords, factors, movements, review, notice. Each write carries its trace."""
