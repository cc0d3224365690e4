"""What a portal is told before it starts: `base` for all, then `demo`, `test` or `production`."""
