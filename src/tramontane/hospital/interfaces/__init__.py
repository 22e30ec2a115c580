"""What record systems use: contextual launch, REST API, read-only FHIR façade. Same rules and traces as the screens."""
