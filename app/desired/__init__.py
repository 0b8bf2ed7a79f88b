"""Desired children: facts in, whole objects out."""
