"""The root of Gatehouse: settings, addresses, the flow table, and the commands that run it."""

__version__ = "0.1.0"  # as in pyproject.toml
