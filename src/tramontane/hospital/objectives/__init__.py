"""HospiConnect objectives: measured from real use, frozen by month, handed over with their proofs."""
