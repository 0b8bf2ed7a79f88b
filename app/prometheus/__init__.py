"""Talking to Prometheus: allowed origins, one deadline, bounded answers."""
