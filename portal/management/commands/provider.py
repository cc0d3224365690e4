"""`manage.py provider list | add | deactivate | settings`: the identity providers whose claims the portal accepts.

`provider map | unmap | roles`: which of its claims give somebody a platform role or a committee membership.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.committees import commands as committees
from apps.committees.models import Committee, CommitteeMemberClaim
from apps.committees.queries import member_claims
from apps.core.actors import CONSOLE
from apps.core.errors import Invalid
from apps.identity.commands.identities import deactivate_provider
from apps.identity.oidc.checks import Untrusted
from apps.identity.oidc.discovery import document_of
from apps.people.commands.claims import add_platform_role_claim, end_platform_role_claim
from apps.people.commands.providers import add_provider, provider_from_settings
from apps.people.models import Institution, PlatformRoleClaim, Provider
from apps.people.queries import platform_role_claims

Rule = PlatformRoleClaim | CommitteeMemberClaim


class Command(BaseCommand):
    help = "Lists, adds and switches off the identity providers that people sign in with."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="list every provider, and whether it is switched on")
        verbs.add_parser("settings", help="create the provider that the environment describes (OIDC_*)")
        verbs.add_parser("deactivate", help="stop all sign-ins through a provider").add_argument("slug")
        verbs.add_parser("roles", help="list every mapped claim, and who has a role through it")
        unmap = verbs.add_parser("unmap", help="end a mapping; everyone who has the role through it loses it now")
        unmap.add_argument("mapping", help="the ID that `provider roles` shows")
        role = verbs.add_parser("map", help="give a role to everyone for whom the provider sends this value of a claim")
        role.add_argument("slug")
        role.add_argument("--claim", required=True, help="the exact name of the claim, such as groups")
        role.add_argument("--value", required=True, help="the value, exactly as the provider sends it")
        role.add_argument("--role", default="", help="auditor or operator")
        role.add_argument("--committee", default="", help="membership of this committee (its short name in addresses)")
        role.add_argument("--chair", action="store_true", help="as the chair of the committee")
        add = verbs.add_parser("add", help="add a provider, or change the provider with this short name")
        add.add_argument("slug")
        for name in ("name", "issuer", "client-id"):
            add.add_argument(f"--{name}", required=True)
        add.add_argument("--secret-name", help="the name of its secret in PROVIDER_SECRETS (default: the short name)")
        add.add_argument("--scopes", default="openid email profile")
        add.add_argument("--acr", default="", help="the acr values to request at sign-in (acr_values)")
        add.add_argument(
            "--second-factor-acr", action="append", default=[], metavar="ACR",
            help="an acr value that means a second factor, such as https://refeds.org/profile/mfa; may be repeated",
        )  # fmt: skip
        add.add_argument(
            "--domain", action="append", default=[], help="an e-mail domain of its people; may be repeated"
        )
        add.add_argument("--ror", help="the ROR ID of its institution, which must be registered")
        add.add_argument(
            "--may-name", action="append", default=[], metavar="ROR", help="an institution that its claims may name"
        )
        add.add_argument("--trusts-visas", action="store_true", help="accept the GA4GH passports that it sends")
        add.add_argument("--claim", action="append", default=[], metavar="OURS=THEIRS")

    def handle(self, *_args: Any, **options: Any) -> None:
        getattr(self, f"_{options['verb']}")(options)

    def _list(self, _options: dict[str, Any]) -> None:
        for one in Provider.objects.all():
            self.stdout.write(f"{one.slug:20} {_state(one):14} {one.name}  {one.issuer}")

    def _settings(self, _options: dict[str, Any]) -> None:
        self.stdout.write(f"{provider_from_settings(by=CONSOLE).slug} is the provider from the environment.")

    def _roles(self, _options: dict[str, Any]) -> None:
        rows: list[Rule] = [*platform_role_claims(), *member_claims()]
        for one in rows:
            roles: list[Any] = getattr(one, "assigned", [])
            assigned = ", ".join(f"{role.person} ({'valid' if role.counts else 'not valid now'})" for role in roles)
            said = f"{one.claim}={one.value}"
            self.stdout.write(f"{one.pk}  {one.provider.slug}  {said}  {_role(one)}: {assigned or 'nobody yet'}")

    def _map(self, options: dict[str, Any]) -> None:
        if bool(options["role"]) == bool(options["committee"]):
            raise CommandError("Enter either --role or --committee.")
        provider, said = _provider(options["slug"]), {"claim": options["claim"], "value": options["value"]}
        try:
            if options["role"]:
                made: Rule = add_platform_role_claim(provider, role=options["role"], by=CONSOLE, **said)
            else:
                committee = _committee(options["committee"])
                made = committees.add_member_claim(
                    provider, committee=committee, is_chair=options["chair"], by=CONSOLE, **said
                )
        except Invalid as refusal:
            raise CommandError(" ".join([refusal.sentence, *refusal.fields.values()])) from refusal
        self.stdout.write(
            f"{made.pk}  Everyone for whom {provider.name} sends {made} is {_role(made)} from their next sign-in."
        )

    def _unmap(self, options: dict[str, Any]) -> None:
        roles = {str(one.pk): one for one in platform_role_claims()}
        memberships = {str(one.pk): one for one in member_claims()}
        if options["mapping"] in roles:
            end_platform_role_claim(roles[options["mapping"]], by=CONSOLE)
        elif options["mapping"] in memberships:
            committees.end_member_claim(memberships[options["mapping"]], by=CONSOLE)
        else:
            raise CommandError("There is no mapping with this ID. `provider roles` lists them.")
        self.stdout.write("The mapping was ended. Everyone who had the role through it has lost it.")

    def _deactivate(self, options: dict[str, Any]) -> None:
        found = _provider(options["slug"])
        deactivate_provider(found, by=CONSOLE)
        self.stdout.write(f"Nobody can sign in through {found.name} any more. Accounts and identities are kept.")

    def _add(self, options: dict[str, Any]) -> None:
        facts = {
            "name": options["name"],
            "issuer": options["issuer"],
            "client_id": options["client_id"],
            "secret_name": options["secret_name"] or options["slug"],
            "scopes": options["scopes"],
            "requested_acr": options["acr"],
            "second_factor_acrs": [acr.strip() for acr in options["second_factor_acr"] if acr.strip()],
            "trusts_visas": options["trusts_visas"],
            "domains": [domain.strip().lower() for domain in options["domain"]],
            "claims": dict(pair.split("=", 1) for pair in options["claim"] if "=" in pair),
            "institution": _institution(options["ror"]) if options["ror"] else None,
        }
        named = [_institution(ror) for ror in options["may_name"]]
        try:
            provider = add_provider(options["slug"], by=CONSOLE, named=named, **facts)
        except Invalid as refusal:
            raise CommandError(" ".join([refusal.sentence, *refusal.fields.values()])) from refusal
        self.stdout.write(f"People may sign in through {provider.name}. It {_state(provider)}.")


def _provider(slug: str) -> Provider:
    found = Provider.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(f"There is no provider with the short name {slug}.")
    return found


def _committee(slug: str) -> Committee:
    found = Committee.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(f"No committee has the short name {slug!r}.")
    return found


def _role(rule: Rule) -> str:
    if isinstance(rule, PlatformRoleClaim):
        return f"{rule.role}"
    return f"{'chair' if rule.is_chair else 'member'} of {rule.committee}"


def _institution(ror: str) -> Institution:
    found = Institution.objects.filter(ror__in=[ror, f"https://ror.org/{ror}"]).first()
    if found is None:
        raise CommandError(f"No registered institution has the ROR ID {ror}.")
    return found


def _state(provider: Provider) -> str:
    if not provider.is_active:
        return "switched off"
    try:
        document_of(provider)
    except Untrusted as fault:
        return f"fails: {fault.code}"
    return "answers"
