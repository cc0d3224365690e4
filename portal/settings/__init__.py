"""The settings: `base` for all, then `demo`, `test` or `production`."""
