"""For all tests."""

import pytest

# A row of a rule table that fails shows what differs.
pytest.register_assert_rewrite("tests.rules.table")
