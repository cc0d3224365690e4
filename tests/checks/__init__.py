"""The checks behind `manage.py lint`, one file a check.

A check takes the root of a tree and returns the findings as sentences; no findings means that the tree passes.
Because each takes a root, tests/checks can plant a fault in a copy and see that the check finds it.
"""
