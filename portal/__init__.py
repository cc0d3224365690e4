"""The root of Gatehouse: settings, addresses, the flow table, and the commands that run it."""

__version__ = "0.2.0.dev0"  # as in pyproject.toml
