"""An operator sets up a portal from the command line."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.agreements.queries import template_for
from apps.committees.models import Committee
from apps.committees.queries import chaired_by
from apps.core.actors import SYSTEM
from apps.people.commands.people import get_or_create_person
from apps.people.models import Institution, Person, PlatformRole
from apps.people.queries import current_terms, institutions_signed_for, platform_roles_of

pytestmark = pytest.mark.django_db
CLAUSE = {"heading": "Use", "text": "$applicant uses $dataset.", "plain": "Use it.", "plain_da": "Brug det."}


@pytest.fixture
def person() -> Person:
    facts = {"subject": "s", "name": "Tove", "email": "t@x.example", "email_verified": True}
    return get_or_create_person("https://idp.test", **facts, by=SYSTEM)


def office(*words: str) -> str:
    out = StringIO()
    call_command("office", *words, stdout=out)
    return out.getvalue()


def test_a_portal_is_set_up_from_nothing(person: Person, tmp_path: Path) -> None:
    """Institution, platform role, official, committee with chair, terms and template; and roles end."""
    office("institution", "--name", "Hospital", "--country", "dk", "--ror", "https://ror.org/01aj84f44")
    office("set-institution", "--code", person.code.lower(), "--institution", "Hospital")
    office("platform-role", "--code", person.code, "--kind", "operator", "--days", "30")
    office("official", "--code", person.code, "--institution", "Hospital")
    office("committee", "--name", "DAC", "--slug", "dac", "--chair", person.code, "--institution", "Hospital")
    (tmp_path / "terms").write_text("Be kind.")
    office("terms", "--file", str(tmp_path / "terms"))
    (tmp_path / "template").write_text(json.dumps({"title": "DUA", "clauses": [CLAUSE]}))
    office("template", "--file", str(tmp_path / "template"), "--committee", "dac")
    person.refresh_from_db()
    terms, template = current_terms(), template_for(Committee.objects.get(slug="dac"))
    assert person.institution == Institution.objects.get(name="Hospital", country="DK")
    assert [role.kind for role in platform_roles_of(person)] == [PlatformRole.Kind.OPERATOR]
    assert institutions_signed_for(person).count() == chaired_by(person).count() == 1
    assert terms is not None and terms.version == 1 and template is not None and template.version == 1
    other = get_or_create_person("https://idp.test", subject="o", name="Ove", email="", email_verified=False, by=SYSTEM)
    office("chair", "--committee", "dac", "--code", other.code)
    assert chaired_by(other).count() == 1 and not chaired_by(person).exists()
    office("close-account", "--code", other.code)
    assert not Person.objects.get(pk=other.pk).is_active
    office("open-account", "--code", other.code)
    assert Person.objects.get(pk=other.pk).is_active
    office("end-platform-role", "--code", person.code, "--kind", "operator")
    office("end-official", "--code", person.code, "--institution", "Hospital")
    assert not platform_roles_of(person).exists() and not institutions_signed_for(person).exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["platform-role", "--code", "P-0", "--kind", "operator"], "Nobody has this colleague code"),
        (["institution", "--name", "X", "--country", "Denmark"], "two-letter country code"),
        (["institution", "--name", "X", "--country", "DK", "--ror", "01"], "Enter a ROR ID such as"),
        (["terms", "--file", "/nowhere"], "cannot be read"),
        (["template", "--file", "/dev/null"], "must be JSON"),
        (["chair", "--committee", "none", "--code", "P-0"], "Nobody has this colleague code"),
        (["template", "--file", "/dev/null", "--committee", "none"], "must be JSON"),
        (["institution", "--name", "", "--country", "DK"], "Enter the name of the institution"),
        (["set-institution", "--code", "P-0", "--institution", "Nowhere"], "Nobody has"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(words: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        office(*words)


def test_what_is_there_already_or_not_there_is_said(person: Person) -> None:
    office("institution", "--name", "Hospital", "--country", "DK")
    again = ["institution", "--name", "hospital", "--country", "DK"]
    odd = ["committee", "--name", "DAC", "--slug", "Odd one/x", "--chair", person.code]
    empty = ["committee", "--name", "DAC", "--slug", "dac", "--chair", person.code, "--quorum", "0"]
    for words in (again, odd, empty, ["end-platform-role", "--code", person.code, "--kind", "auditor"]):
        with pytest.raises(CommandError):
            office(*words)


def test_a_platform_role_is_operator_or_auditor_and_days_are_a_number(person: Person) -> None:
    for more in (["--kind", "king"], ["--kind", "auditor", "--days", "soon"], ["--kind", "auditor", "--days", "999"]):
        with pytest.raises(CommandError):
            office("platform-role", "--code", person.code, *more)
