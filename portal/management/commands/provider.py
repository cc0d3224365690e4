"""`manage.py provider list | add | deactivate | settings`: whose word about people the portal takes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts import commands
from apps.accounts.models import Institution, Provider
from apps.accounts.oidc import document_of
from apps.accounts.oidc.checks import Untrusted
from apps.core.errors import Invalid


class Command(BaseCommand):
    help = "Lists, adds and switches off the identity providers that people sign in with."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="every provider, and whether it answers")
        verbs.add_parser("settings", help="make the provider that the settings name")
        verbs.add_parser("deactivate", help="nobody signs in through it any more").add_argument("slug")
        add = verbs.add_parser("add", help="add a provider, or change the one of this short name")
        add.add_argument("slug")
        for name in ("name", "issuer", "client-id"):
            add.add_argument(f"--{name}", required=True)
        add.add_argument("--secret-name", help="its key in PROVIDER_SECRETS; the short name if left out")
        add.add_argument("--scopes", default="openid email profile")
        add.add_argument("--acr", default="", help="the strength to ask for (acr_values)")
        add.add_argument(
            "--domain", action="append", default=[], help="an e-mail domain of its people; may be repeated"
        )
        add.add_argument("--ror", help="the ROR id of the institution behind it, which must be known here")
        add.add_argument("--may-name", action="append", default=[], metavar="ROR", help="an institution it may name")
        add.add_argument("--trusts-visas", action="store_true", help="take the passports (GA4GH) that it hands over")
        add.add_argument("--claim", action="append", default=[], metavar="OURS=THEIRS")

    def handle(self, *_args: Any, **options: Any) -> None:
        getattr(self, f"_{options['verb']}")(options)

    def _list(self, _options: dict[str, Any]) -> None:
        for one in Provider.objects.all():
            self.stdout.write(f"{one.slug:20} {_state(one):14} {one.name}  {one.issuer}")

    def _settings(self, _options: dict[str, Any]) -> None:
        self.stdout.write(f"{commands.provider_from_settings(by=None).slug} is the provider of the settings.")

    def _deactivate(self, options: dict[str, Any]) -> None:
        found = Provider.objects.filter(slug=options["slug"]).first()
        if found is None:
            raise CommandError(f"There is no provider of the short name {options['slug']}.")
        commands.deactivate_provider(found, by=None)
        self.stdout.write(f"Nobody signs in through {found.name} any more; its people and their identities stay.")

    def _add(self, options: dict[str, Any]) -> None:
        facts = {
            "name": options["name"],
            "issuer": options["issuer"],
            "client_id": options["client_id"],
            "secret_name": options["secret_name"] or options["slug"],
            "scopes": options["scopes"],
            "requested_acr": options["acr"],
            "trusts_visas": options["trusts_visas"],
            "domains": [domain.strip().lower() for domain in options["domain"]],
            "claims": dict(pair.split("=", 1) for pair in options["claim"] if "=" in pair),
            "institution": _institution(options["ror"]) if options["ror"] else None,
        }
        named = [_institution(ror) for ror in options["may_name"]]
        try:
            provider = commands.add_provider(options["slug"], by=None, named=named, **facts)
        except Invalid as refusal:
            raise CommandError(" ".join([refusal.sentence, *refusal.fields.values()])) from refusal
        self.stdout.write(f"People may sign in through {provider.name}. It {_state(provider)}.")


def _institution(ror: str) -> Institution:
    found = Institution.objects.filter(ror__in=[ror, f"https://ror.org/{ror}"]).first()
    if found is None:
        raise CommandError(f"No institution here has the ROR id {ror}.")
    return found


def _state(provider: Provider) -> str:
    if not provider.is_active:
        return "switched off"
    try:
        document_of(provider)
    except Untrusted as fault:
        return f"fails: {fault.code}"
    return "answers"
