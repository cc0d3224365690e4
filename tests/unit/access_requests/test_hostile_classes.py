"""What a dishonest supervisor or student of a class could gain, and does not: somebody else's place, more places than
were approved, a vote on one's own request.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from apps.access_requests import commands as requests
from apps.access_requests import queries, queries_cohorts, rules
from apps.access_requests.models import Assignment, OutsideReviewer, Student
from apps.access_requests.queries import visible_to
from apps.access_requests.queries_thread import reader_of
from apps.access_requests.roster import Entry, read
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.committees import commands as committees
from apps.core import clock
from apps.core.errors import Denied, Invalid, NotFound
from apps.grants.commands_cohorts import remove_student
from apps.grants.queries import may_download
from apps.people.models import Person
from tests import stories
from tests.unit.access_requests.test_cohorts import (
    approved,
    class_case,
    classmates,
    described,
    entry,
    joined,
    place,
    refused,
)

pytestmark = pytest.mark.django_db
ORCID = "0000-0002-1825-0097"


def with_orcid(person: Person) -> Person:
    person.orcid = ORCID
    person.save(update_fields=["orcid"])
    return person


def keep(cohort: Any, case: stories.Case, *lines: Entry) -> None:
    requests.keep_roster(cohort, entries=lines, replace=False, by=case.applicant)


def lines_of(cohort: Any) -> Any:
    return Student.objects.select_related("cohort__request").filter(cohort=cohort)


def for_two_committees(*lines: Entry) -> tuple[stories.Case, Any, stories.PublishedDataset, stories.PublishedDataset]:
    """A class in review by two committees."""
    stories.template()
    one, two = (stories.published_dataset(committee_setup=stories.committee_setup(undo_minutes=0)) for _ in range(2))
    case = stories.draft(shelves=[one, two], days=90, applicant=stories.person(at=stories.institution()))
    cohort = described(case)
    keep(cohort, case, *(lines or (Entry("Anna", "anna@ki.example", ""),)))
    return stories.in_review(stories.submitted(case)), cohort, one, two


def approve(case: stories.Case, published: stories.PublishedDataset) -> None:
    for voter in published.committee_setup.everyone[:2]:
        stories.vote(case, voter, published_dataset=published)
    stories.drain()


def test_who_a_line_names_is_not_replaced_after_the_approval() -> None:
    one, stranger = classmates(2)
    case, cohort, _agreement = approved(one, places=1)
    keep(cohort, case, entry(one))  # the control: the same list again
    for line in (
        Entry(stranger.name, one.email, with_orcid(stranger).orcid),
        Entry(one.name, one.email, ORCID),
        Entry(stranger.name, one.email, ""),
    ):
        assert "rows" in refused(Invalid, keep, cohort, case, line).field  # type: ignore[attr-defined]
    requests.confirm_place(place(cohort, one), by=one)
    keep(cohort, case, Entry("Another spelling", one.email, ""))  # who confirmed stays as they are
    assert place(cohort, one).name == one.name


def test_a_line_that_is_changed_before_the_approval_is_in_the_history() -> None:
    case, cohort = class_case(Entry("Anna", "anna@ki.example", ""))
    keep(cohort, case, Entry("Anna B", "anna@ki.example", ORCID))
    last = Event.objects.filter(subject_id=case.request.pk, kind=Kind.ROSTER_CHANGED).order_by("id").last()
    assert last is not None and last.facts == {"added": 0, "changed": 1, "removed": 0}
    count = Event.objects.count()
    keep(cohort, case, Entry("Anna B", "anna@ki.example", ""))  # nothing changes
    assert Event.objects.count() == count


def test_a_line_that_names_two_people_gives_neither_a_vote_nor_a_place() -> None:
    mate, other = classmates(2)
    with_orcid(other)
    case, cohort = class_case(entry(mate), applicant=stories.person(at=mate.institution))
    chair = case.committee_setup.chair
    keep(cohort, case, Entry(chair.name, chair.email, ORCID))
    stories.template()
    case = stories.submitted(case)
    _chair, *members = case.committee_setup.everyone
    requests.accept_for_review(case.request, by=members[0])
    case.reload()
    refused(Denied, stories.vote, case, chair)
    for voter in members[:2]:
        stories.vote(case, voter)
    stories.drain()
    assert queries_cohorts.is_approved(cohort)  # the control: the others decide
    row = lines_of(cohort).get(orcid=ORCID)
    for person in (chair, other):
        refused(NotFound, requests.confirm_place, row, by=person)


def test_who_voted_or_reads_for_the_committee_gets_no_place() -> None:
    mate = classmates(1)[0]
    case, cohort, _agreement = approved(mate)
    left, reader = case.committee_setup.chair, stories.person()
    until = clock.now() + timedelta(days=9)
    OutsideReviewer.objects.create(
        request=case.request, committee=case.committee_setup.committee, person=reader, reason="An expert.",
        invited_by=left, ends_at=until, ended_at=clock.now(),
    )  # fmt: skip
    keep(cohort, case, entry(left), entry(reader))
    case.committee_setup.membership_of(left).__class__.objects.filter(person=left).update(ends_at=clock.now())
    for person in (left, reader):
        refused(Denied, requests.confirm_place, place(cohort, person), by=person)
    requests.confirm_place(place(cohort, mate), by=mate)  # the control


def test_a_line_that_is_changed_or_removed_keeps_the_conflict_of_interest() -> None:
    voter, other = stories.person(), stories.person()
    case, cohort, one, two = for_two_committees(entry(voter))
    committees.add_member(two.committee_setup.committee, person=voter, by=two.committee_setup.chair)
    requests.request_changes(case.request, text="Who?", by=two.committee_setup.chair)
    keep(cohort, case, Entry(voter.name, voter.email, with_orcid(other).orcid))  # names two now
    assert lines_of(cohort).get().person is None
    keep(cohort, case, Entry(voter.name, "new@ki.example", ORCID))
    assert lines_of(cohort).get().person == other
    assert set(queries.concerned_by(case.request)) == {case.applicant, voter, other}


def test_a_class_of_one_place_gives_access_to_one_person() -> None:
    one, two = classmates(2)
    case, cohort, agreement = approved(one, places=1)
    joined(cohort, agreement, one)
    assert may_download(one, case.published_dataset.file.pk)  # the control
    remove_student(place(cohort, one), reason="Has left the course.", by=case.applicant)
    assert refused(Invalid, keep, cohort, case, entry(two)).field == "rows"  # type: ignore[attr-defined]
    page = stories.client_for(case.applicant).get(reverse("request_class", args=[case.request.pk]))
    assert page.context["taken"] == 1
    keep(cohort, case, entry(one))  # who comes back takes no second place
    assert queries_cohorts.places_kept(cohort) == set()


def test_the_committee_reads_late_students_who_were_removed_again() -> None:
    one, two, three = classmates(3)
    case, cohort, _agreement = approved(one, places=2)
    keep(cohort, case, entry(two))
    remove_student(place(cohort, two), reason="Has left the course.", by=case.applicant)
    keep(cohort, case, entry(three))  # the place of a student who never confirmed is free
    page = stories.client_for(case.committee_setup.chair).get(reverse("case_class", args=[case.request.pk]))
    assert {row["student"].email for row in page.context["rows"]} == {one.email, two.email, three.email}


def test_the_vote_of_a_deputy_who_is_a_student_does_not_count() -> None:
    case, cohort, one, two = for_two_committees()
    deputy, member = stories.person(), two.committee_setup.members[0]
    days = {"first_day": clock.today(), "last_day": clock.today() + timedelta(days=3)}
    requests.name_deputy(two.committee_setup.membership_of(member), person=deputy, **days, by=member)
    stories.vote(case, deputy, published_dataset=two)
    approve(case, one)
    item = case.item_of(two)
    assert queries.decision_on(item, queries.fetch_eligible_voters(item)).cast == 1  # the control
    keep(cohort, case, entry(deputy))
    assert queries.decision_on(item, queries.fetch_eligible_voters(item)).cast == 0


def test_a_student_neither_changes_how_the_committee_decides_nor_is_assigned_or_invited() -> None:
    """While the request is returned, and after the answer."""
    person, mate = classmates(2)
    case, cohort = class_case(entry(mate), applicant=stories.person(at=mate.institution))
    case = stories.in_review(stories.submitted(case))
    setup = case.committee_setup
    chair, member = setup.chair, setup.members[0]
    committee = setup.committee
    invited = {"committee": committee, "reason": "An expert.", "last_day": clock.today() + timedelta(days=9)}
    requests.invite_outside_reviewer(case.request, person=person, by=chair, **invited)
    stories.declare(case.request, person)
    requests.assign(case.request, committee=committee, members=[setup.membership_of(member)], by=chair)
    requests.request_changes(case.request, text="Who else?", by=chair)
    refused(Denied, rules.check_can_change_rules, case.applicant, committee)  # the control
    counted = [Assignment.objects.counted().count(), OutsideReviewer.objects.current().count()]
    keep(cohort, case.reload(), entry(person), entry(member))
    requests.save_answers(
        case.request, answers={one.pk: "Two more." for one in case.request.questions.all()}, by=case.applicant
    )
    requests.submit(case.reload().request, by=case.applicant)
    requests.request_changes(case.reload().request, text="And?", by=chair)
    refused(Denied, rules.check_can_change_rules, member, committee)
    assert counted == [1, 1]
    assert not Assignment.objects.counted().exists() and not OutsideReviewer.objects.current().exists()
    assert not reader_of(person, case.request).committees
    assert not visible_to(person).filter(pk=case.request.pk).exists()
    requests.end_outside_reviewer(OutsideReviewer.objects.get(), by=chair)
    refused(Invalid, requests.invite_outside_reviewer, case.reload().request, person=person, by=chair, **invited)


@pytest.mark.parametrize("address", ["mar\u212a@ki.example", "mark@ki.example"])
def test_an_address_that_names_nobody_on_an_invitation_has_no_place_either(address: str) -> None:
    """The Kelvin sign lowers to k; and an address that two active accounts have."""
    stories.template()
    mate = classmates(1)[0]
    case, cohort = class_case(Entry("Mark", "mark@ki.example", ""), applicant=stories.person(at=mate.institution))
    stories.decided(stories.in_review(stories.submitted(case)))
    stories.drain()
    first = stories.person(at=mate.institution, email=address)
    assert queries_cohorts.places_of(first).count() == (1 if address.isascii() else 0)
    second = stories.person(at=mate.institution, email=address)
    assert [queries_cohorts.places_of(one).count() for one in (first, second)] == [0, 0]
    first.is_active = False
    assert not queries_cohorts.places_of(first).exists()
    assert [one.column for one in read("Mark,m\u0430rk@ki.example").faults] == ["email"]  # a Cyrillic a


def test_of_two_lines_that_name_one_student_the_matched_one_is_their_place() -> None:
    stories.template()
    one = with_orcid(classmates(1)[0])
    lines = [Entry("Zed", "", ORCID), Entry("Anna", one.email, "")]
    case, cohort = class_case(*lines, applicant=stories.person(at=one.institution))
    stories.decided(stories.in_review(stories.submitted(case)))
    stories.drain()
    mine, second = lines_of(cohort).get(person=one), lines_of(cohort).get(person=None)
    assert list(queries_cohorts.places_to_confirm(one)) == [mine]
    refused(NotFound, requests.confirm_place, second, by=one)
    requests.confirm_place(mine, by=one)
    assert list(queries_cohorts.places_of(one)) == [mine]
