"""A small Prometheus: a time series store, PromQL over it, and the HTTP API in front."""
