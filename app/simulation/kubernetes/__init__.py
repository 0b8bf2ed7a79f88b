"""The part of Kubernetes that a rollout needs: an object store with the API server's manners, and Deployments."""
