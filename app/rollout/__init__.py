"""From what is observed to what is decided: pure functions over frozen data, no IO, no clock, no randomness."""
