"""What Prometheus is asked of a candidate, and what the answers mean."""
