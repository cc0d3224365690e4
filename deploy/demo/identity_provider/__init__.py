"""The demo's identity provider: a small OpenID provider of its own, so that signing in is real.

It is for the demo and the tests only: its accounts are invented and their passwords are printed.
"""
