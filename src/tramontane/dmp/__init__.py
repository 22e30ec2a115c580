"""The DMP protocol, pure: bytes and values in, bytes and values out. No socket, file, clock, randomness or framework."""
