"""The CanaryApp operator: a stateless Metacontroller hook that moves traffic to a new version in checked steps."""

__version__ = "0.1.0"
