"""`manage.py office`: what an operator sets up from the command line before anybody can do it on a page.

People are named by their colleague code, which they read from their account page after their first sign-in.
"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from apps.agreements import commands as agreements
from apps.committees import commands as committees
from apps.committees.models import Committee
from apps.core.actors import CONSOLE
from apps.core.addresses import absolute
from apps.core.errors import DomainError
from apps.identity.commands.identities import deactivate, reactivate
from apps.people.commands.first_operator import make_operator_code
from apps.people.commands.institutions import register_institution, set_domains
from apps.people.commands.people import (
    appoint_signing_official,
    dismiss_signing_official,
    end_platform_role,
    give_platform_role,
    publish_terms,
    set_institution,
)
from apps.people.models import Institution, Person, PlatformRole
from apps.people.queries import colleagues_by_code, institution_named, platform_roles_of

# verb: (what it does, its options: name, required, help)
VERBS: dict[str, tuple[str, list[tuple[str, bool, str]]]] = {
    "first-operator": ("print a code with which you become the first operator, on a page", []),
    "institution": ("register an institution", [
        ("name", True, "its name"), ("country", True, "two letters"), ("ror", False, "its ROR id"),
        ("domains", False, "the part after the @ in its people's addresses, separated by commas"),
    ]),
    "domains": ("set the domains of an institution (the part after the @ in its people's addresses)", [
        ("institution", True, "its name"), ("domains", True, "separated by commas"),
    ]),
    "set-institution": ("set the institution of a person", [
        ("code", True, "colleague code"), ("institution", True, "the institution's name"),
    ]),
    "platform-role": ("assign a platform role for some days", [
        ("code", True, "colleague code"), ("kind", True, "operator or auditor"),
        ("days", False, "1 to 366 (default 365)"),
    ]),
    "end-platform-role": ("end a platform role now", [
        ("code", True, "colleague code"), ("kind", True, "operator or auditor"),
    ]),
    "close-account": ("close an account: its pages, tokens and links stop working at the next use", [
        ("code", True, "colleague code"),
    ]),
    "open-account": ("reopen an account", [("code", True, "colleague code")]),
    "official": ("appoint a signing official", [
        ("code", True, "colleague code"), ("institution", True, "the institution's name"),
    ]),
    "end-official": ("end the role of a signing official", [
        ("code", True, "colleague code"), ("institution", True, "the institution's name"),
    ]),
    "committee": ("create a committee and add its chair", [
        ("name", True, "its name"), ("slug", True, "its short name in addresses"),
        ("chair", True, "the chair's colleague code"),
        ("institution", False, "the institution's name"), ("quorum", False, "the smallest number of votes (default 2)"),
        ("about", False, "a file with the text of its public page"),
    ]),
    "chair": ("make another person the chair of a committee", [
        ("committee", True, "its short name in addresses"), ("code", True, "the new chair's colleague code"),
    ]),
    "terms": ("publish new terms of use for registered access", [
        ("file", True, "the terms, English"), ("danish", False, "the terms, Danish"),
    ]),
    "template": ("publish an agreement template", [
        ("file", True, "JSON: {title, clauses: [{heading, text, plain, plain_da}]}"),
        ("committee", False, "for this committee only (its short name)"),
    ]),
}  # fmt: skip

FIRST_OPERATOR = """\
Code     {code}
Address  {address}

Open the address, sign in through your institution and enter the code. The code is shown only now. It is valid for one
hour and works once. Whoever enters it becomes an operator."""


class Command(BaseCommand):
    help = "Set up institutions, platform roles, committees, terms and templates."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        for verb, (what, options) in VERBS.items():
            one = verbs.add_parser(verb, help=what)
            for name, required, help_text in options:
                one.add_argument(f"--{name}", required=required, default="", help=help_text)

    def handle(self, *args: Any, **given: Any) -> None:  # noqa: ARG002 - Django's shape
        """Do the one verb; a refusal is its own sentence."""
        try:
            done = getattr(self, "do_" + given["verb"].replace("-", "_"))(given)
        except DomainError as refusal:
            raise CommandError(" ".join([refusal.sentence, *getattr(refusal, "fields", {}).values()])) from None
        except OSError as fault:
            raise CommandError(f"The file cannot be read: {fault.strerror}.") from None
        self.stdout.write(done)

    def do_institution(self, given: dict[str, str]) -> str:
        made = register_institution(
            given["name"], country=given["country"], ror=given["ror"], domains=given["domains"].split(","), by=CONSOLE
        )
        return f"{made.name} was registered."

    def do_first_operator(self, _given: dict[str, str]) -> str:
        return FIRST_OPERATOR.format(code=make_operator_code(by=CONSOLE), address=absolute(reverse("first_operator")))

    def do_domains(self, given: dict[str, str]) -> str:
        institution = _institution(given["institution"])
        set_domains(institution, domains=given["domains"].split(","), by=CONSOLE)
        return f"The domains of {institution.name} were set."

    def do_set_institution(self, given: dict[str, str]) -> str:
        person, institution = _person(given["code"]), _institution(given["institution"])
        set_institution(person, institution=institution, by=CONSOLE)
        return f"{institution.name} is now the institution of {person}."

    def do_platform_role(self, given: dict[str, str]) -> str:
        person = _person(given["code"])
        role = give_platform_role(person, kind=_kind(given["kind"]), days=_number(given["days"] or "365"), by=CONSOLE)
        return f"{person} has the role {given['kind']} until {role.ends_at:%Y-%m-%d}."

    def do_end_platform_role(self, given: dict[str, str]) -> str:
        person = _person(given["code"])
        if not platform_roles_of(person).filter(kind=_kind(given["kind"])).exists():
            raise CommandError(f"{person} does not have the role {given['kind']}.")
        end_platform_role(person, kind=given["kind"], by=CONSOLE)
        return f"{person} no longer has the role {given['kind']}."

    def do_close_account(self, given: dict[str, str]) -> str:
        person = _person(given["code"])
        deactivate(person, by=CONSOLE)
        return f"The account of {person} is closed. Its pages, tokens and links stop working at the next use."

    def do_open_account(self, given: dict[str, str]) -> str:
        person = _person(given["code"], closed=True)
        reactivate(person, by=CONSOLE)
        return f"The account of {person} is open again."

    def do_official(self, given: dict[str, str]) -> str:
        person, institution = _person(given["code"]), _institution(given["institution"])
        appoint_signing_official(person, institution=institution, by=CONSOLE)
        return f"{person} is now a signing official of {institution.name}."

    def do_end_official(self, given: dict[str, str]) -> str:
        person, institution = _person(given["code"]), _institution(given["institution"])
        dismiss_signing_official(person, institution=institution, by=CONSOLE)
        return f"{person} is no longer a signing official of {institution.name}."

    def do_committee(self, given: dict[str, str]) -> str:
        home = _institution(given["institution"]) if given["institution"] else None
        about = Path(given["about"]).read_text(encoding="utf-8").strip() if given["about"] else ""
        chair, quorum = _person(given["chair"]), _number(given["quorum"] or "2")
        made = committees.create_committee(
            given["name"], slug=given["slug"], institution=home, about=about, quorum=quorum, by=CONSOLE
        )
        committees.add_member(made, person=chair, is_chair=True, by=CONSOLE)
        return f"{made.name} was created. Its chair is {chair}, who can add the other members on the committee page."

    def do_chair(self, given: dict[str, str]) -> str:
        person, committee = _person(given["code"]), _committee(given["committee"])
        committees.hand_over_chair(committee, person=person, by=CONSOLE)
        return f"{person} is now the chair of {committee.name}."

    def do_terms(self, given: dict[str, str]) -> str:
        danish = Path(given["danish"]).read_text(encoding="utf-8") if given["danish"] else ""
        made = publish_terms(Path(given["file"]).read_text(encoding="utf-8"), text_da=danish, by=CONSOLE)
        return f"Version {made.version} of the terms was published. Everyone must accept it."

    def do_template(self, given: dict[str, str]) -> str:
        try:
            read = json.loads(Path(given["file"]).read_text(encoding="utf-8"))
            title, clauses = read["title"], read["clauses"]
        except (ValueError, KeyError, TypeError):
            raise CommandError("The template must be JSON: {title, clauses: [...]}.") from None
        committee = _committee(given["committee"]) if given["committee"] else None
        made = agreements.publish_template(title, clauses=clauses, committee=committee, by=CONSOLE)
        return f"{made} was published. Agreements that already exist keep their text."


def _person(code: str, *, closed: bool = False) -> Person:
    code = code.strip().upper()
    person = Person.objects.filter(code=code).first() if closed else colleagues_by_code([code]).first()
    if person is None:
        raise CommandError("Nobody has this colleague code. People find their code on their Account page.")
    return person


def _institution(name: str) -> Institution:
    institution = institution_named(name)
    if institution is None:
        raise CommandError(f"No institution is called “{name}”.")
    return institution


def _committee(slug: str) -> Committee:
    committee = Committee.objects.filter(slug=slug).first()
    if committee is None:
        raise CommandError(f"No committee has the short name {slug!r}.")
    return committee


def _kind(kind: str) -> str:
    if kind not in PlatformRole.Kind.values:
        raise CommandError("The role must be operator or auditor.")
    return kind


def _number(text: str) -> int:
    if not text.isdigit():
        raise CommandError(f"{text!r} is not a whole number.")
    return int(text)
