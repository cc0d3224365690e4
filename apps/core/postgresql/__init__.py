"""Django's database engine with limits in time: `ENGINE = "apps.core.postgresql"` (docs/decisions/time-limits.md)."""
