"""The electronic signature of a PV: verifying one that comes back, making one here. Nothing is assumed, nothing is faked."""
