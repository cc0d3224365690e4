"""The production layout from packages on one machine, under load, while its parts fail, are upgraded and get new keys.

`python -m tests.production_layout` prints one table. Two web nodes, two workers, beat, PostgreSQL, Valkey, SeaweedFS
and nginx with TLS, started as docs/for-operators.md and the shipped files of deploy/ say. What each bar means:
docs/decisions/production-layout.md.
"""
