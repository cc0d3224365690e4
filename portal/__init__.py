"""The root of Gatehouse: settings, addresses, the flow table, and the commands that run it."""
