"""Opening a patient's DMP: facts, decision, calls, break-glass."""
