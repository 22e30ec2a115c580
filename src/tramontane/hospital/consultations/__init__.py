"""Opening a patient's DMP: facts, decision, calls, bris de glace."""
