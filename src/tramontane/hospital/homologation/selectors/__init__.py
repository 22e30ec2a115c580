"""Reading the workspace: dossiers, facts for the rules, proofs, homologations, journal."""
