"""Sessions, logout tokens and break-glass accounts."""

from apps.identity.models.break_glass import BreakGlassAccount
from apps.identity.models.sessions import LogoutToken, PersonSession

__all__ = ["BreakGlassAccount", "LogoutToken", "PersonSession"]
