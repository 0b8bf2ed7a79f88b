"""Metacontroller's contract for a CompositeController, as of v4.17.2."""
