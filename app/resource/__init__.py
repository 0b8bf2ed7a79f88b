"""The CanaryApp API: spec, status, conditions, names and refusals. The CRD is generated from here."""
