"""CPx card login: a TLS client certificate, read from the one channel that is verified (docs/adr, « CPx cards »)."""
