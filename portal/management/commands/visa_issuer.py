"""`manage.py visa_issuer list | add | end`: whose signature on visas from home the portal trusts."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.core.actors import CONSOLE
from apps.core.errors import Invalid
from apps.people.commands.visas import trust_visa_issuer, untrust_visa_issuer
from apps.people.models import Provider, VisaIssuer


class Command(BaseCommand):
    help = "Lists, adds and ends the issuers whose visas (GA4GH Passport 1.2) are accepted."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser(
            "list", help="list every issuer, the address of its keys, and the sources whose statements it may pass on"
        )
        verbs.add_parser("end", help="end the trust in an issuer: its visas stop counting immediately").add_argument(
            "slug"
        )
        add = verbs.add_parser("add", help="add an issuer, or change the issuer with this short name")
        add.add_argument("slug")
        add.add_argument("--name", required=True)
        add.add_argument("--issuer", required=True, help="exactly as in its visas (iss)")
        add.add_argument("--jku", required=True, help="the address of its keys, exactly as in its visas (jku)")
        add.add_argument(
            "--source", action="append", required=True, help="a source whose statements it may pass on; may be repeated"
        )
        add.add_argument(
            "--subjects-of", metavar="PROVIDER", help="the provider whose user identifiers (sub) its visas use"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        getattr(self, f"_{options['verb']}")(options)

    def _list(self, _options: dict[str, Any]) -> None:
        for one in VisaIssuer.objects.select_related("provider"):
            state = f"ended on {one.ended_at:%Y-%m-%d}" if one.ended_at else "trusted"
            people = f"people of {one.provider.slug}" if one.provider else "its own subjects"
            self.stdout.write(f"{one.slug:20} {state:20} {one.issuer}  {one.jku}  {', '.join(one.sources)}  {people}")

    def _end(self, options: dict[str, Any]) -> None:
        found = VisaIssuer.objects.filter(slug=options["slug"]).first()
        if found is None:
            raise CommandError(f"There is no visa issuer with the short name {options['slug']}.")
        untrust_visa_issuer(found, by=CONSOLE)
        self.stdout.write(f"Visas of {found.title} do not count any more.")

    def _add(self, options: dict[str, Any]) -> None:
        try:
            made = trust_visa_issuer(
                options["slug"],
                title=options["name"],
                issuer=options["issuer"],
                jku=options["jku"],
                sources=options["source"],
                provider=_provider(options["subjects_of"]),
                by=CONSOLE,
            )
        except Invalid as refusal:
            raise CommandError(" ".join([refusal.sentence, *refusal.fields.values()])) from refusal
        self.stdout.write(f"Visas of {made.title} count from the next sign-in.")


def _provider(slug: str | None) -> Provider | None:
    if not slug:
        return None
    found = Provider.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(f"There is no provider of the short name {slug}.")
    return found
