"""Backups of the whole portal, restores that give out nothing until they are checked, and what an institution gets.

`create` writes a backup, `verify` reads one, `restore` puts it into an empty database; `event_export` ships the event
log outside the portal, and `effects` says which of those events a restore must repeat.
"""
