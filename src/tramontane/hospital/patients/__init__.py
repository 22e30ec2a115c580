"""Who is cared for: identities, episodes, consent, the HL7 feed."""
