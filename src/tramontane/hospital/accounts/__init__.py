"""Who works here: legal and geographic entities, services, accounts, second factors, the proof a session carries."""
