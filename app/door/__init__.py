"""The door of the hook: who may come in (tokens, certificates), and what is too large, too slow or too much."""
