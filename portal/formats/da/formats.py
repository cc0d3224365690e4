"""Dates as Danish writes them: the day is an ordinal and takes a full stop, as in 22. november 2026.

Templates name a moment by its English pattern. Django looks every pattern up here before it is used, so each one that
begins with a day has its Danish counterpart, and no template needs to know the language.
"""

globals().update(
    {
        "j F Y": "j. F Y",
        "j F Y, H:i": "j. F Y, H:i",
        "j F Y, H:i T": "j. F Y, H:i T",
        "j F Y H:i": "j. F Y H:i",
        "j M Y": "j. b Y",
    }
)
