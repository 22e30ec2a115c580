"""The homologation workspace: self-assessment, commission, PV, and what keeps them valid."""
