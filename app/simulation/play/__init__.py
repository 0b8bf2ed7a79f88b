"""Stories: what they are made of, how they are played, and what is told of them afterwards."""
