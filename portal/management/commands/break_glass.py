"""`manage.py break_glass create | list | disable`: the accounts for the day when no identity provider answers."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.core import clock
from apps.core.actors import CONSOLE
from apps.core.errors import DomainError
from apps.identity.commands.break_glass import disable_break_glass, make_break_glass
from apps.identity.models import BreakGlassAccount

SHOWN = """\
Name      {handle}
Password  {password}
Code      {seed}
          {otpauth}

These secrets are shown only now. Enter the code in an authenticator app (time-based, 6 digits, 30 seconds), or make a
QR code from the address below the code on a machine you trust. Keep the password on paper in a safe, and the
authenticator in another place. The account is valid until {until:%Y-%m-%d}. All auditors have been notified."""


class Command(BaseCommand):
    help = "Creates, lists and disables break-glass accounts."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser("create", help="create an account and show its secrets once")
        create.add_argument("--days", type=int, default=366, help="how many days it is valid (1 to 366)")
        verbs.add_parser("list", help="list every account, and whether it can be used")
        verbs.add_parser("disable", help="end its sessions and refuse every sign-in with it").add_argument("name")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do the one verb; a refusal is its own sentence."""
        try:
            getattr(self, f"_{options['verb']}")(options)
        except DomainError as refusal:
            raise CommandError(refusal.sentence) from None
        if not settings.BREAK_GLASS:
            self.stdout.write(
                "BREAK_GLASS is off in the environment. Nobody can sign in with these accounts until it is on."
            )

    def _create(self, options: dict[str, Any]) -> None:
        made = make_break_glass(days=options["days"], by=CONSOLE)
        grouped = " ".join(made.seed[start : start + 4] for start in range(0, len(made.seed), 4))
        self.stdout.write(
            SHOWN.format(
                handle=made.account.handle,
                password=made.password,
                seed=grouped,
                otpauth=made.otpauth,
                until=made.account.ends_at,
            )
        )

    def _list(self, _options: dict[str, Any]) -> None:
        now = clock.now()
        for one in BreakGlassAccount.objects.all():
            self.stdout.write(f"{one.handle}  {_state(one, now)}")

    def _disable(self, options: dict[str, Any]) -> None:
        account = BreakGlassAccount.objects.filter(handle=options["name"]).first()
        if account is None:
            raise CommandError("There is no break-glass account with this name.")
        disable_break_glass(account, by=CONSOLE)
        self.stdout.write(f"Nobody can sign in with {account.handle} any more.")


def _state(account: BreakGlassAccount, now: Any) -> str:
    if account.disabled_at is not None:
        return f"disabled on {account.disabled_at:%Y-%m-%d}"
    if account.ends_at <= now:
        return f"ended on {account.ends_at:%Y-%m-%d}"
    if account.rests_until is not None and account.rests_until > now:
        return f"locked until {account.rests_until:%H:%M} UTC after failed attempts"
    return f"usable until {account.ends_at:%Y-%m-%d}"
