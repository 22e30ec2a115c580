"""The identity and movement feed: HL7 v2 PAM-FR over MLLP, stored before it is acknowledged."""
