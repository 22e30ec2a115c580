"""REST API `/api/v1/`: the services of the screens, in JSON, for the person of the session."""
