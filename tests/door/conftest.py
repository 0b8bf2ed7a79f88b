"""These tests speak with the same hook as those of its contract, and log as they do."""

from tests.contract.conftest import _default_logging

__all__ = ["_default_logging"]
