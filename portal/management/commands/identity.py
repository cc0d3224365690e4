"""`manage.py identity show | split | merge`: an operator corrects which identities are one person, with a reason."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.core.errors import DomainError
from apps.identity.commands.identities import merge_people, split_identity
from apps.people.models import Identity, Person
from apps.people.queries import identities_of


class Command(BaseCommand):
    help = "Shows the identities of a person, moves one to an account of its own, or merges two accounts of one person."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("show").add_argument("person", help="a colleague code")
        split = verbs.add_parser("split", help="move an identity to a new account")
        split.add_argument("identity", help="the ID that `show` prints")
        merge = verbs.add_parser("merge", help="move all identities of one account to another, and close the first")
        merge.add_argument("person", help="the account to close (colleague code)")
        merge.add_argument("into", help="the account to keep (colleague code)")
        for one in (split, merge):
            one.add_argument("--by", required=True, help="the operator who decided this (colleague code)")
            one.add_argument("--reason", required=True)

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(options)
        except DomainError as refusal:
            says = getattr(refusal, "fields", {}).values()
            raise CommandError(" ".join(dict.fromkeys([refusal.sentence, *says]))) from refusal

    def _show(self, options: dict[str, Any]) -> None:
        for one in identities_of(_person(options["person"])):
            self.stdout.write(f"{one.pk}  {one.subject}  {one.issuer}")

    def _split(self, options: dict[str, Any]) -> None:
        identity = Identity.objects.filter(pk=options["identity"]).first()
        if identity is None:
            raise CommandError("There is no identity with this ID.")
        new = split_identity(identity, by=_person(options["by"]), reason=options["reason"])
        self.stdout.write(f"The identity now belongs to the account {new.code}.")

    def _merge(self, options: dict[str, Any]) -> None:
        person, into = _person(options["person"]), _person(options["into"])
        merge_people(person, into=into, by=_person(options["by"]), reason=options["reason"])
        self.stdout.write(f"The accounts were merged: {into.code} remains, {person.code} is closed.")


def _person(code: str) -> Person:
    found = Person.objects.filter(code=code).first()
    if found is None:
        raise CommandError(f"Nobody has the colleague code {code}.")
    return found
