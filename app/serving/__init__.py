"""How `python -m app` serves: connections that are not waited for without end, probes beside TLS, an orderly end."""
