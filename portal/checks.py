"""What an operator should hear at every start: a setting that is right for a day and wrong for a year."""

import logging
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register

log = logging.getLogger(__name__)
BREAK_GLASS_IS_ON = (
    "BREAK_GLASS is on: /break-glass/ lets whoever has a break-glass account's password and second factor sign in "
    "as an operator for an hour, without any institution. Every try is an event and a notification to all auditors."
)
HINT = "It is meant for the day when no identity provider answers. Take BREAK_GLASS out of the environment afterwards."


@register("portal")
def break_glass(app_configs: Sequence[Any] | None, **given: Any) -> list[CheckMessage]:  # noqa: ARG001 - Django's shape
    """`manage.py check` and every command that checks first say so."""
    return [Warning(BREAK_GLASS_IS_ON, hint=HINT, id="portal.W001")] if settings.BREAK_GLASS else []


def say_at_start() -> None:
    """Web processes and workers run no checks; they write the same sentence to the log."""
    if settings.BREAK_GLASS:
        log.warning("%s %s", BREAK_GLASS_IS_ON, HINT)
