"""Clocks of a committee: which days count, when a period ends, and the stretches in which a clock ran or was paused.

Pure functions: no database, no time of day. Everything is a day; `days.day_of` makes one of a moment.
"""
