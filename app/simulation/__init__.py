"""The embedded cluster: a small Kubernetes, Metacontroller, Istio and Prometheus in virtual time."""
