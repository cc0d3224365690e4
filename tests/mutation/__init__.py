"""Mutation run: change one thing in the rules, and see whether a test notices. `python -m tests.mutation --help`."""
