"""SCIM 2.0 (RFC 7643, 7644): the Users of one legal entity, fed by its HR or IAM system."""
