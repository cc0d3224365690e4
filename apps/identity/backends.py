"""The second way in, beside the institutions' sign-in: break-glass accounts, where the portal has them switched on."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import BaseBackend

from apps.people.models import Person


class BreakGlassSignIn(BaseBackend):
    """Knows the person of a session again; who may begin one is decided by `commands.try_break_glass` alone."""

    def get_user(self, user_id: Any) -> Person | None:
        """Nobody, when the switch is off again."""
        known = Person.objects.filter(pk=user_id, is_active=True, is_break_glass=True)
        return known.first() if settings.BREAK_GLASS else None
