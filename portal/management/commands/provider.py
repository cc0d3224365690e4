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
        verbs.add_parser("list", help="every provider, and whether it answers")
        verbs.add_parser("settings", help="make the provider that the settings name")
        verbs.add_parser("deactivate", help="nobody signs in through it any more").add_argument("slug")
        verbs.add_parser("roles", help="every mapped claim, and who has a role through it")
        unmap = verbs.add_parser("unmap", help="a claim gives its role to nobody any more; whoever has it loses it now")
        unmap.add_argument("mapping", help="its id, as `provider roles` shows it")
        role = verbs.add_parser("map", help="whoever this provider says holds a value of a claim has a role here")
        role.add_argument("slug")
        role.add_argument("--claim", required=True, help="its exact name, such as groups")
        role.add_argument("--value", required=True, help="the one value that counts, exactly as it is sent")
        role.add_argument("--role", default="", help="auditor or operator")
        role.add_argument("--committee", default="", help="membership of this committee (its name in addresses)")
        role.add_argument("--chair", action="store_true", help="as its chair")
        add = verbs.add_parser("add", help="add a provider, or change the one of this short name")
        add.add_argument("slug")
        for name in ("name", "issuer", "client-id"):
            add.add_argument(f"--{name}", required=True)
        add.add_argument("--secret-name", help="its key in PROVIDER_SECRETS; the short name if left out")
        add.add_argument("--scopes", default="openid email profile")
        add.add_argument("--acr", default="", help="the strength to ask for (acr_values)")
        add.add_argument(
            "--second-factor-acr", action="append", default=[], metavar="ACR",
            help="an acr that stands for two factors here, such as https://refeds.org/profile/mfa; may be repeated",
        )  # fmt: skip
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
        self.stdout.write(f"{provider_from_settings(by=CONSOLE).slug} is the provider of the settings.")

    def _roles(self, _options: dict[str, Any]) -> None:
        rows: list[Rule] = [*platform_role_claims(), *member_claims()]
        for one in rows:
            roles: list[Any] = getattr(one, "assigned", [])
            assigned = ", ".join(f"{role.person} ({'counts' if role.counts else 'rests'})" for role in roles)
            said = f"{one.claim}={one.value}"
            self.stdout.write(f"{one.pk}  {one.provider.slug}  {said}  {_role(one)}: {assigned or 'nobody yet'}")

    def _map(self, options: dict[str, Any]) -> None:
        if bool(options["role"]) == bool(options["committee"]):
            raise CommandError("Name either a role or a committee.")
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
            f"{made.pk}  Whoever {provider.name} says has {made} is {_role(made)} from their next sign-in on."
        )

    def _unmap(self, options: dict[str, Any]) -> None:
        roles = {str(one.pk): one for one in platform_role_claims()}
        memberships = {str(one.pk): one for one in member_claims()}
        if options["mapping"] in roles:
            end_platform_role_claim(roles[options["mapping"]], by=CONSOLE)
        elif options["mapping"] in memberships:
            committees.end_member_claim(memberships[options["mapping"]], by=CONSOLE)
        else:
            raise CommandError("There is no mapping of this id; `provider roles` shows them.")
        self.stdout.write("The claim gives its role to nobody any more; whoever had it through it has lost it.")

    def _deactivate(self, options: dict[str, Any]) -> None:
        found = _provider(options["slug"])
        deactivate_provider(found, by=CONSOLE)
        self.stdout.write(f"Nobody signs in through {found.name} any more; its people and their identities stay.")

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
        raise CommandError(f"There is no provider of the short name {slug}.")
    return found


def _committee(slug: str) -> Committee:
    found = Committee.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(f"No committee has {slug!r} as its name in addresses.")
    return found


def _role(rule: Rule) -> str:
    if isinstance(rule, PlatformRoleClaim):
        return f"{rule.role}"
    return f"{'chair' if rule.is_chair else 'member'} of {rule.committee}"


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
