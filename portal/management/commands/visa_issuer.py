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
        verbs.add_parser("list", help="every issuer, where its keys are and the sources whose claims it may pass on")
        verbs.add_parser("end", help="none of its visas counts any more, at once").add_argument("slug")
        add = verbs.add_parser("add", help="add an issuer, or change the one of this short name")
        add.add_argument("slug")
        add.add_argument("--name", required=True)
        add.add_argument("--issuer", required=True, help="exactly as its visas say it (iss)")
        add.add_argument("--jku", required=True, help="the one address of its keys, also exactly")
        add.add_argument(
            "--source", action="append", required=True, help="a source whose claims it may pass on; may be repeated"
        )
        add.add_argument("--subjects-of", metavar="PROVIDER", help="the provider whose subjects its visas carry")

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
            raise CommandError(f"There is no visa issuer of the short name {options['slug']}.")
        untrust_visa_issuer(found, by=CONSOLE)
        self.stdout.write(f"None of its visas counts any more: {found.title}.")

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
        self.stdout.write(f"Visas of {made.title} are trusted from the next sign-ins on.")


def _provider(slug: str | None) -> Provider | None:
    if not slug:
        return None
    found = Provider.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(f"There is no provider of the short name {slug}.")
    return found
