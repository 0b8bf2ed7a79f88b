"""The data plane: users' requests, split by the objects as the proxies know them, and the metrics that this makes."""
