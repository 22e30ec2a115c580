"""What was read, filed and sent."""
