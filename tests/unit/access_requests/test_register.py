"""What the register of decisions leaves out. Each kind of secret is planted; the control shows that it is there."""

from dataclasses import asdict
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from apps.access_requests.register import entry_of, form_versions, kinds_of_conditions, public_answers
from apps.forms.definition import Definition, Option, Question, Section
from apps.forms.kinds import Readers, Type
from apps.web.decision_rows import applicant, row

COMMITTEE, OTHER, VERSION = uuid4(), uuid4(), uuid4()
SECRET = "Planted-Secret"
OPTIONS = (Option("a", {"en": "Public health"}), Option("b", {"en": "Policy"}))


def question(key: str, kind: Type = Type.LONG_TEXT, readers: Readers = Readers.PUBLIC, **how: Any) -> Question:
    return Question(key, kind, {"en": key}, readers=readers, **how)


QUESTIONS = (
    question("lay", confidential=True),
    question("marked", confidential=True),
    question("name", Type.TEXT),
    question("person", Type.PERSON),
    question("committee", readers=Readers.COMMITTEE),
    question("committees", readers=Readers.COMMITTEES),
    question("hidden", visible_if={"question": "purposes", "is": "b"}),
    question("empty"),
    question("purposes", Type.CHOICES, options=OPTIONS),
    question("one", Type.CHOICE, options=OPTIONS),
    question("private", Type.CHOICE, Readers.COMMITTEES, options=OPTIONS),
)
DEFINITION = Definition(name={"en": "Form"}, sections=(Section("s", {"en": "S"}, questions=QUESTIONS),))
ANSWERS: dict[str, Any] = {
    "lay": "We study survival.", "marked": SECRET, "name": SECRET, "person": SECRET, "committee": SECRET,
    "committees": SECRET, "hidden": SECRET, "purposes": ["a", SECRET], "one": "b", "private": "a", "unknown": SECRET,
}  # fmt: skip


def item(**how: Any) -> Any:
    """A decided item as `with_facts` fetches it, with a secret in every column that the register must not read."""
    at = SimpleNamespace(name="Nordvik", country="no", contact_email=SECRET)
    facts: dict[str, Any] = {
        "state": "approved", "decided_at": datetime(2026, 3, 31, 23, 30, tzinfo=UTC), "committee_id": COMMITTEE,
        "committee": SimpleNamespace(slug="heart", name="Heart", contact_email=SECRET),
        "dataset": SimpleNamespace(slug="scans", title="Scans", contact_name=SECRET), "names_dataset": True,
        "decided_in": SimpleNamespace(institution=at, snapshot={"title": SECRET, "applicant": SECRET}),
        "asked_purpose": {"version": 1, "kind": "health", "commercial": True, "project": SECRET},
        "asked_summary": " For everybody. ", "asked_forms": forms(), "proposed": [], "adopted": None,
        "denial_codes": None, "reason": SECRET, "terms": SECRET, "request": SimpleNamespace(reference=SECRET),
    }  # fmt: skip
    return SimpleNamespace(**facts | how)


def forms(committee: UUID = COMMITTEE) -> list[dict[str, Any]]:
    marked = {"marked": ""}
    return [{"version": str(VERSION), "committee": str(committee), "answers": ANSWERS, "confidential": marked}]


VERSIONS: Any = {VERSION: SimpleNamespace(read=DEFINITION)}


def said(one: Any) -> str:
    return repr(asdict(entry_of(one, VERSIONS)) | row(entry_of(one, VERSIONS)))


def test_an_entry_has_what_is_public_and_none_of_the_planted_secrets() -> None:
    entry = entry_of(item(), VERSIONS)
    assert (entry.decided_on, entry.committee, entry.dataset, entry.outcome) == (
        date(2026, 3, 31), "heart", "scans", "approved",
    )  # fmt: skip
    assert (entry.institution, entry.country, entry.organisations) == ("Nordvik", "NO", ())
    assert entry.purposes == ("health", "commercial") and entry.summary == "For everybody."
    assert [(one.question.key, one.text, one.chosen) for one in entry.answers] == [
        ("lay", "We study survival.", ()), ("purposes", "", ("a",)), ("one", "", ("b",)),
    ]  # fmt: skip
    assert SECRET not in said(item())
    assert SECRET in repr(item()), "the control: the secrets are in what the entry is made from"


def test_a_mark_of_the_applicant_decides_and_without_it_the_answer_is_public() -> None:
    """The control: the same answer without the mark is in the entry."""
    assert SECRET not in repr([one.text for one in public_answers(DEFINITION, ANSWERS, {"marked": "a reason"})])
    assert SECRET in [one.text for one in public_answers(DEFINITION, ANSWERS, {})]


def test_another_committees_form_is_not_read_and_an_unknown_version_neither() -> None:
    assert entry_of(item(asked_forms=forms(OTHER)), VERSIONS).answers == ()
    assert entry_of(item(), {}).answers == ()
    assert form_versions([item(), item(asked_forms=forms(OTHER)), item(asked_forms=None)]) == {VERSION}
    assert form_versions([item(asked_forms="")]) == set(), "erased"


def test_a_denial_has_codes_only() -> None:
    entry = entry_of(item(state="denied", denial_codes=["safeguards", "purpose", SECRET]), VERSIONS)
    assert entry.reasons == ("purpose", "safeguards")
    assert (entry.summary, entry.answers) == ("", ()), "the public reads these after an approval"
    assert SECRET not in said(item(state="denied", denial_codes=["other"]))


def test_a_dataset_that_is_not_public_is_not_named() -> None:
    entry = entry_of(item(names_dataset=False), VERSIONS)
    assert (entry.dataset, entry.dataset_title) == ("", "")
    assert "scans" not in said(item(names_dataset=False)).lower()


def test_without_an_institution_the_kinds_of_organisation_are_named() -> None:
    asked = {"version": 1, "organisations": ["public", "company"]}
    entry = entry_of(item(decided_in=SimpleNamespace(institution=None), asked_purpose=asked), VERSIONS)
    assert (entry.institution, entry.country, entry.organisations) == ("", "", ("company", "public"))
    assert applicant(entry).count(";") == 1
    nothing = entry_of(item(decided_in=SimpleNamespace(institution=None), asked_purpose="odd"), VERSIONS)
    assert applicant(nothing) == "" and nothing.purposes == ()


@pytest.mark.parametrize(
    ("state", "adopted", "kinds"),
    [
        ("approved", [1, 2], ()),
        ("conditional", [2, 1], ("term", "signing")),
        ("conditional", [3], ("date",)),
        ("conditional", [], ()),
        ("conditional", None, ("signing", "date")),  # decided by a release that did not write down what was adopted
    ],
)
def test_conditions_are_named_by_their_due_date_only(state: str, adopted: Any, kinds: tuple[str, ...]) -> None:
    proposed = [{"id": str(UUID(int=n)), "due": due} for n, due in ((1, ""), (2, "signing"), (3, "date"))]
    ids = None if adopted is None else [UUID(int=n) for n in adopted]
    assert kinds_of_conditions(state, ids, proposed) == kinds
