"""How fast the hook is, always against a baseline that is measured in the same run: `make bench`."""
