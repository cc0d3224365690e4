"""Shared work that the applicant names: whom it names, what a declaration depends on, and who reads it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from apps.access_requests import (
    commands,
    imported_work,
    queries_conflicts,
    queries_shared_work,
    rules_conflicts,
    submitted,
)
from apps.access_requests.models import AccessRequest, Round, SharedWork
from apps.access_requests.queries_conflicts import Why
from apps.access_requests.shared_work import MOST, Work, names
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.core import clock
from apps.core.errors import DomainError, Invalid, WrongState
from apps.people.models import Person
from tests import stories
from tests.unit.access_requests.reviews import closed_account

ORCID = "0000-0002-1825-0097"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Åsa Lindström", True),
        ("lindstrom, asa", True),
        ("Asa  LINDSTROM", True),
        ("A. Lindström", False),
        ("Åsa Maria Lindström", False),
        ("Åsa", False),
        ("", False),
        (" , ", False),
        ("ASA@ki.example", True),
        ("other@ki.example", False),
        (f"https://orcid.org/{ORCID}", True),
        ("0000-0002-1694-233X", False),
        ("pc-1234", True),
    ],
)
def test_a_text_names_a_person_wholly_or_not(text: str, named: bool) -> None:
    person = Person(name="Åsa Lindström", email="asa@ki.example", email_verified=True, orcid=ORCID, code="PC-1234")
    assert names(text, person) is named


def test_an_address_that_is_not_verified_names_nobody() -> None:
    assert not names("asa@ki.example", Person(email="asa@ki.example", email_verified=False))
    assert not names(ORCID, Person(orcid=""))
    assert not names("anna", Person(name="", code=""))


@pytest.mark.parametrize(
    ("rows_sent", "wrong"),
    [
        ("x", {"shared_work"}),
        ([{}] * (MOST + 1), {"shared_work"}),
        ([1, {"party": "a", "colleague": "b", "work": "c", "year": True}], {"shared_work[0]", "shared_work[1]"}),
    ],
)
def test_wrong_json_is_named_by_its_path(rows_sent: object, wrong: set[str]) -> None:
    found: dict[str, str] = {}
    assert imported_work.read_works({"shared_work": rows_sent}, {}, found) == []
    assert set(found) == wrong


def test_json_names_the_applicant_and_members_by_id_and_refuses_a_class() -> None:
    row = {"colleague": "Anna", "work": "Atlas", "year": 2026}
    data = {"people": [{"id": "2", "code": "PC-2"}, 3], "shared_work": [row | {"party": pk} for pk in "123"]}
    found = imported_work.read_works(data, {"applicant": "1"}, {})
    assert [one.code for one in found] == ["", "PC-2"]
    assert imported_work.read_works({"people": "x"}, {}, {}) == []
    assert set(imported_work.class_refused({"class": {"places": 5}})) == {"request.class"}
    assert imported_work.class_refused({}) == {}


def work(case: stories.Case, colleague: str) -> Work:
    return Work(case.applicant.pk, colleague, "Atlas", clock.today().year)


@pytest.mark.django_db
def test_what_an_entry_must_say_and_how_many_there_are() -> None:
    case = stories.draft()
    good = work(case, "Anna Berg")
    wrong = [
        (replace(good, party=stories.person().pk), "party"), (replace(good, colleague=" "), "colleague"),
        (replace(good, work=""), "work"), (replace(good, year=good.year + 1), "year"),
        (replace(good, year=good.year - 4), "year"),
    ]  # fmt: skip
    for one, field in wrong:
        with pytest.raises(Invalid) as refused:
            commands.add_shared_work(case.request, work=one, by=case.applicant)
        assert set(refused.value.fields) == {field}
    with pytest.raises(Invalid):
        many = [replace(good, work=f"Atlas {n}") for n in range(MOST + 1)]
        commands.keep_shared_work(case.request, works=many, by=case.applicant)
    with pytest.raises(DomainError):
        commands.add_shared_work(case.request, work=good, by=stories.person())
    before = case.request.revision
    for _twice in range(2):
        commands.add_shared_work(case.request, work=good, by=case.applicant)
    row = SharedWork.objects.get()
    assert AccessRequest.objects.get().revision == before + 1
    assert Event.objects.get(kind=Kind.SHARED_WORK_CHANGED).facts == {"added": 1, "removed": 0}
    commands.remove_shared_work(row, by=case.applicant)
    assert not SharedWork.objects.exists()


@pytest.mark.django_db
def test_the_member_who_is_named_reads_it_before_the_case_opens_and_nobody_else() -> None:
    case = stories.draft()
    chair, other = case.committee_setup.chair, case.committee_setup.members[0]
    commands.add_shared_work(case.request, work=work(case, chair.name), by=case.applicant)
    stories.submitted(case, declared=False)
    people = queries_conflicts.people_to_judge(case.request)
    works = queries_shared_work.asked_about(case.request)

    def reason(person: Person) -> set[Why]:
        return {one.why for one in queries_conflicts.suggestions(person, case.request, people, works)} & {Why.WORK}

    assert (reason(chair), reason(other)) == ({Why.WORK}, set())
    committees = {case.committee_setup.committee.pk}
    assert queries_shared_work.members_among(works, committees) == {works[0].pk}
    assert queries_shared_work.members_among(works, set()) == set()
    assert queries_shared_work.naming([], chair) == [] == queries_shared_work.named_in(None)
    with pytest.raises(WrongState):
        commands.declare_no_conflict(case.request, seen=rules_conflicts.seen_of(people), by=chair)
    commands.declare_no_conflict(case.request, seen=rules_conflicts.seen_of([*people, *works]), by=chair)
    assert Event.objects.get(kind=Kind.NO_CONFLICT_DECLARED).facts["suggested"] == "work"
    assert queries_conflicts.has_declared(chair, case.request)
    closed = closed_account(chair)
    Person.objects.filter(pk=closed.pk).update(name="Åsa Other")
    SharedWork.objects.update(colleague="Other, Åsa")
    works = queries_shared_work.asked_about(case.request)
    assert reason(chair) == {Why.WORK}


@pytest.mark.django_db
def test_a_round_with_other_work_asks_again_and_keeps_what_it_named() -> None:
    case = stories.submitted()
    chair = case.committee_setup.chair
    assert queries_conflicts.has_declared(chair, case.request)
    named = stories.person()
    row = SharedWork.objects.create(
        request=case.request, party=case.applicant, colleague=named.name, work="Atlas", year=clock.today().year
    )
    assert queries_conflicts.has_declared(chair, case.request)  # no round names it yet
    newest = case.request.rounds.get()
    Round.objects.filter(pk=newest.pk).update(closed_at=clock.now())
    later = Round.objects.create(
        request=case.request, number=2, sha256="", snapshot={**newest.snapshot, "shared_work": [str(row.pk)]}
    )
    assert not queries_conflicts.has_declared(chair, case.request)
    SharedWork.objects.filter(pk=row.pk).update(removed_at=clock.now() + timedelta(seconds=1))
    assert [one.pk for one in queries_shared_work.asked_about(case.request)] == [row.pk]
    assert not queries_conflicts.has_declared(chair, case.request)
    written = submitted.document(case.request, later, case.applicant)
    assert written["shared_work"][0]["colleague"] == named.name
    assert submitted.as_pdf(written)[:4] == b"%PDF"


@pytest.mark.django_db
def test_a_copy_and_an_import_name_the_same_and_a_discarded_draft_nothing() -> None:
    case = stories.draft()
    commands.keep_shared_work(case.request, works=[work(case, "Anna Berg"), work(case, "Bo")], by=case.applicant)
    case.round = commands.submit(case.request, by=case.applicant)
    written = submitted.document(case.request, case.round, case.applicant)
    made = commands.import_request(written, by=case.applicant)
    copied = commands.copy(case.request, starts_on=clock.today(), by=case.applicant)
    for drafted in (made, copied):
        found = queries_shared_work.named_now(drafted).values_list("colleague", "party")
        assert set(found) == {("Anna Berg", case.applicant.pk), ("Bo", case.applicant.pk)}
        commands.discard(AccessRequest.objects.get(pk=drafted.pk), by=case.applicant)
    assert SharedWork.objects.count() == 2
    old = {**written, "shared_work": [{**written["shared_work"][0], "year": 1990}]}
    assert not queries_shared_work.named_now(commands.import_request(old, by=case.applicant)).exists()
    blank = {**written, "shared_work": [{**written["shared_work"][0], "work": " "}]}
    with pytest.raises(Invalid) as refused:
        commands.import_request(blank, by=case.applicant)
    assert set(refused.value.fields) == {"shared_work"}
