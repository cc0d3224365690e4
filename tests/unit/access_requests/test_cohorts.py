"""A request for a class: described, decided once, confirmed and signed by each student; and what ends it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.access_requests import commands as requests
from apps.access_requests import queries, queries_cohorts, rules, rules_cohorts
from apps.access_requests.approval_facts import facts_of
from apps.access_requests.cohort_facts import class_in
from apps.access_requests.decided import voters_when_decided
from apps.access_requests.models import Cohort, Round, Student
from apps.access_requests.roster import Entry
from apps.agreements import queries as agreements
from apps.agreements.models import Agreement, SignedPdf
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.core import clock
from apps.core.actors import SYSTEM
from apps.core.errors import Denied, DomainError, Invalid, NotFound, WrongState
from apps.grants import commands as grants
from apps.grants.commands_cohorts import remove_student
from apps.grants.models import AccessGrant
from apps.grants.queries import may_download
from apps.grants.queries_cohorts import Progress, agreements_of_student, counts_of, waiting_students, with_progress
from apps.grants.waiting import agreements_waiting_for, places_waiting_for, requests_waiting_for
from apps.people.models import Person
from tests import stories

pytestmark = pytest.mark.django_db
DAYS = 90


def entry(person: Person) -> Entry:
    return Entry(person.name, person.email, "")


def described(case: stories.Case, *, places: int = 3, **how: Any) -> Cohort:
    today = clock.today()
    said: dict[str, Any] = {
        "course": "Survival analysis", "first_day": today, "last_day": today + timedelta(days=DAYS),
        "places": places, "supervision": "In the computer room, on the machines of the hospital.",
    }  # fmt: skip
    return requests.describe_class(case.request, **said | how, by=case.applicant)


def class_case(*students: Entry, places: int = 3, **how: Any) -> tuple[stories.Case, Cohort]:
    """A complete draft for a class with these students."""
    case = stories.draft(days=DAYS, **how)
    cohort = described(case, places=places)
    requests.keep_roster(cohort, entries=students, replace=False, by=case.applicant)
    return case, cohort


def approved(*students: Person, places: int = 3) -> tuple[stories.Case, Cohort, Agreement]:
    """The class is approved, the students are invited and the supervisor and the owner have signed."""
    home = students[0].institution
    case, cohort = class_case(*map(entry, students), places=places, applicant=stories.person(at=home))
    setup = stories.executed(
        stories.signed(stories.offered(stories.decided(stories.in_review(stories.submitted(case)))))
    )
    stories.drain()
    return case, Cohort.objects.get(pk=cohort.pk), setup.agreement


def place(cohort: Cohort, person: Person) -> Student:
    return Student.objects.select_related("cohort__request").get(
        cohort=cohort, email=person.email, removed_at__isnull=True
    )


def classmates(how_many: int) -> list[Person]:
    home = stories.institution()
    return [stories.person(at=home) for _ in range(how_many)]


def joined(cohort: Cohort, agreement: Agreement, student: Person) -> None:
    """Confirmed and signed."""
    requests.confirm_place(place(cohort, student), by=student)
    stories.sign(agreement, student)
    stories.drain()


def refused(kind: type[DomainError], act: Any, *args: Any, **how: Any) -> DomainError:
    with pytest.raises(kind) as refusal, transaction.atomic():
        act(*args, **how)
    return refusal.value


# ------------------------------------------------------------------------------------------------------------ writing
def test_a_class_is_described_and_its_roster_is_kept() -> None:
    one, two, three = (Entry(f"S{n}", f"s{n}@uni.example", "") for n in range(3))
    case = stories.draft()
    cohort = described(case)
    kept = requests.keep_roster(cohort, entries=[one, two], replace=False, by=case.applicant)
    assert (len(kept.added), len(kept.kept), len(kept.removed)) == (2, 0, 0)
    again = requests.keep_roster(
        cohort, entries=[Entry("New name", "s1@uni.example", ""), three], replace=True, by=case.applicant
    )
    assert (len(again.added), len(again.kept), len(again.removed)) == (1, 1, 1)
    assert set(Student.objects.values_list("name", flat=True)) == {"New name", "S2"}
    full = refused(Invalid, requests.keep_roster, cohort, by=case.applicant, replace=False,
                   entries=[Entry(f"T{n}", f"t{n}@uni.example", "") for n in range(2)])  # fmt: skip
    assert full.field == "rows"
    own = [Entry("Me", case.applicant.email, "")]
    assert refused(Invalid, requests.keep_roster, cohort, entries=own, replace=False, by=case.applicant).field == "rows"
    refused(Denied, requests.keep_roster, cohort, entries=[one], replace=False, by=stories.person())
    assert described(case, places=4).places == 4
    kinds = [Kind.CLASS_ADDED, Kind.ROSTER_CHANGED, Kind.CLASS_CHANGED]
    assert {one.kind for one in Event.objects.filter(subject_id=case.request.pk)} >= set(kinds)
    requests.drop_class(case.request, by=case.applicant)
    assert not Student.objects.exists() and not Cohort.objects.exists()


def test_what_a_class_needs() -> None:
    case = stories.draft(days=DAYS)
    today = clock.today()
    for field, wrong in {
        "course": " ", "supervision": "", "places": 0, "last_day": today - timedelta(days=1),
    }.items():  # fmt: skip
        refusal = refused(Invalid, described, case, **{field: wrong})
        assert isinstance(refusal, Invalid) and field in refusal.fields
    past = {"first_day": today - timedelta(days=9), "last_day": today - timedelta(days=1)}
    refusal = refused(Invalid, described, case, **past)
    assert isinstance(refusal, Invalid) and "last_day" in refusal.fields
    cohort = described(case, last_day=today + timedelta(days=10))
    assert set(rules.missing_for_submission(case.request)) == {"class", "ends_on"}
    described(case)
    Student.objects.bulk_create(Student(cohort=cohort, name=f"S{n}", email=f"s{n}@uni.example") for n in range(4))
    assert set(rules.missing_for_submission(case.request)) == {"class"}
    Student.objects.filter(email__in=["s0@uni.example"]).delete()
    assert rules.missing_for_submission(case.request) == {}
    Cohort.objects.update(institution=stories.institution())
    assert set(rules.missing_for_submission(case.request)) == {"class"}
    Cohort.objects.update(institution=case.applicant.institution, first_day=today, last_day=today)
    with clock.freeze(clock.now() + timedelta(days=1)):
        assert "class" in rules.missing_for_submission(case.request)
    Person.objects.filter(pk=case.applicant.pk).update(institution=None)
    case.applicant.refresh_from_db()
    refused(Invalid, described, case)


def test_a_round_freezes_the_class_without_names() -> None:
    case, _cohort = class_case(Entry("Ada Unique", "ada@uni.example", ""))
    case = stories.submitted(case)
    snapshot = Round.objects.get().snapshot
    seen = class_in(snapshot)
    assert seen is not None and (seen.places, len(seen.students)) == (3, 1)
    assert "Ada" not in str(snapshot) and "ada@" not in str(snapshot)
    with pytest.raises(IntegrityError), transaction.atomic():
        Round.objects.update(snapshot=snapshot | {"class": snapshot["class"] | {"places": 400}})
    Round.objects.update(snapshot=snapshot | {"supervision": ""})
    refused(WrongState, requests.keep_roster, _cohort, entries=[], replace=True, by=case.applicant)
    refused(WrongState, described, case)
    refused(WrongState, requests.drop_class, case.request, by=case.applicant)


def test_a_student_who_is_returned_with_the_request_stays_as_removed() -> None:
    case, cohort = class_case(Entry("S", "s@uni.example", ""))
    case = stories.submitted(case)
    requests.request_changes(case.request, text="Who is this?", field="class", by=case.committee_setup.chair)
    requests.keep_roster(cohort, entries=[Entry("T", "t@uni.example", "")], replace=True, by=case.applicant)
    assert Student.objects.filter(removed_at__isnull=False).count() == 1
    described(case, places=2)
    refused(WrongState, requests.drop_class, case.request, by=case.applicant)


def test_a_class_that_was_not_asked_about_is_locked() -> None:
    case, cohort = class_case(Entry("S", "s@uni.example", ""))
    case = stories.submitted(case)
    requests.request_changes(case.request, text="Which?", field="title", by=case.committee_setup.chair)
    refused(Invalid, requests.keep_roster, cohort, entries=[], replace=True, by=case.applicant)
    refused(Invalid, described, case)
    with clock.freeze(clock.now() + timedelta(days=DAYS + 2)):
        described(case, first_day=clock.today(), last_day=clock.today() + timedelta(days=20))


def test_a_copy_has_the_class_and_its_students() -> None:
    case, cohort = class_case(Entry("S", "s@uni.example", ""))
    copied = requests.copy(case.request, starts_on=clock.today(), by=case.applicant)
    made = Cohort.objects.get(request=copied)
    assert (made.places, made.students.get().email) == (cohort.places, "s@uni.example")
    requests.discard(copied, by=case.applicant)
    Cohort.objects.update(first_day=clock.today() - timedelta(days=9), last_day=clock.today() - timedelta(days=1))
    assert not Cohort.objects.filter(request=requests.copy(case.request, starts_on=clock.today(), by=case.applicant))


# ---------------------------------------------------------------------------------------------------------- conflicts
def test_a_member_who_is_on_the_roster_does_not_decide() -> None:
    published = stories.published_dataset()
    chair, member = published.committee_setup.everyone[:2]
    case, _cohort = class_case(entry(member), published_dataset=published)
    case = stories.submitted(case)
    assert [one.person for one in queries.eligible_voters(case.item) if one.person == member] == []
    refused(Denied, rules.check_no_conflict, member, case.request)
    refused(Denied, rules.check_can_change_members, member, published.committee_setup.committee)
    rules.check_no_conflict(chair, case.request)  # the control
    case = stories.in_review(case)
    others = [one for one in published.committee_setup.everyone if one != member]
    for voter in others[:2]:
        stories.vote(case, voter)
    case.reload()
    voters = voters_when_decided(case.request, [case.item])[case.item.pk]
    assert member.pk not in {one.person_id for one in voters}
    assert chair.pk in {one.person_id for one in voters}


def test_an_approval_rule_never_covers_a_class() -> None:
    case, _cohort = class_case(Entry("S", "s@uni.example", ""))
    case = stories.submitted(case)
    assert frozenset() in facts_of([case.item])[case.item.pk].institutions


# ----------------------------------------------------------------------------------------------- confirming and signing
def test_each_student_confirms_signs_and_has_their_own_access() -> None:
    one, two, stranger = *classmates(2), stories.person()
    case, cohort, agreement = approved(one, two)
    assert counts_of(cohort)[Progress.INVITED] == 2
    assert "at most 3" in agreement.text and one.name not in agreement.text
    assert places_waiting_for(one).count() == 1 and not places_waiting_for(stranger).exists()
    refused(NotFound, requests.confirm_place, place(cohort, one), by=stranger)
    refused(NotFound, requests.confirm_place, place(cohort, one), by=two)
    refused(Denied, stories.sign, agreement, one)
    requests.confirm_place(place(cohort, one), by=one)
    refused(WrongState, requests.confirm_place, place(cohort, one), by=one)
    assert [found.is_signed for found in agreements_of_student(one, case.request)] == [False]
    assert list(agreements_waiting_for(one)) == [agreement] and not requests_waiting_for(one).exists()
    assert set(waiting_students(cohort).values_list("email", flat=True)) == {one.email, two.email}
    file = case.published_dataset.file.pk
    assert not may_download(one, file)
    stories.sign(agreement, one)
    stories.drain()
    assert may_download(one, file) and not may_download(two, file)
    assert counts_of(cohort)[Progress.ACCESS] == 1 and not places_waiting_for(one).exists()
    grant = AccessGrant.objects.get(holder=one)
    assert grant.ends_at.date() <= cohort.last_day + timedelta(days=1)
    assert not queries.visible_to(one).exists()
    assert agreements.missing_signers(agreement).count() == 0
    assert agreements.students_who_signed(agreement) == 1


def test_a_student_reads_neither_the_class_nor_its_signatures() -> None:
    one, two = classmates(2)
    case, cohort, agreement = approved(one, two)
    joined(cohort, agreement, one)
    joined(cohort, agreement, two)
    mine = agreements.signatures_of(agreement, reader=one)
    assert {signature.signer_id for signature in mine} == {one.pk, case.applicant.pk, case.published_dataset.owner.pk}
    assert {signature.signer_id for signature in agreements.signatures_of(agreement)}.isdisjoint({one.pk, two.pk})
    assert SignedPdf.objects.count() == 1  # a student's signature makes no further copy of it
    client = stories.client_for(one)
    for address in (f"/requests/{case.request.pk}/", f"/requests/{case.request.pk}/class/"):
        assert client.get(address).status_code == 404
    page = client.get(f"/agreements/{agreement.pk}/").content.decode()
    assert two.name not in page and two.email not in page and one.name in page


def test_a_student_of_another_institution_cannot_sign() -> None:
    one, guest = classmates(1)[0], stories.person()
    _case, cohort, agreement = approved(one, guest)
    requests.confirm_place(place(cohort, guest), by=guest)
    refused(WrongState, stories.sign, agreement, guest)
    joined(cohort, agreement, one)


def test_removing_a_student_ends_their_access_at_once() -> None:
    one, two = classmates(2)
    case, cohort, agreement = approved(one, two)
    joined(cohort, agreement, one)
    joined(cohort, agreement, two)
    file, supervisor = case.published_dataset.file.pk, case.applicant
    refused(Denied, remove_student, place(cohort, one), reason="Has left the course.", by=two)
    refused(Invalid, remove_student, place(cohort, one), reason=" ", by=supervisor)
    left = place(cohort, one)
    assert remove_student(left, reason="Has left the course.", by=supervisor) == 1
    assert not may_download(one, file) and may_download(two, file)
    refused(WrongState, remove_student, left, reason="Has left the course.", by=supervisor)
    grants.issue(agreement.pk, by=SYSTEM)
    assert not may_download(one, file)
    assert counts_of(cohort)[Progress.REMOVED] == 1
    refused(NotFound, requests.confirm_place, left, by=one)
    requests.keep_roster(cohort, entries=[entry(one)], replace=False, by=supervisor)
    requests.confirm_place(place(cohort, one), by=one)
    grants.issue(agreement.pk, by=SYSTEM)
    assert not may_download(one, file)  # what was ended is not given back
    assert with_progress(cohort).get(pk=place(cohort, one).pk).progress == Progress.ENDED


def test_access_that_is_issued_after_a_removal_is_not() -> None:
    """The consequence of the signature runs late; the control is the student who stays."""
    one, two = classmates(2)
    case, cohort, agreement = approved(one, two)
    for student in (one, two):
        requests.confirm_place(place(cohort, student), by=student)
        stories.sign(agreement, student)
    assert remove_student(place(cohort, one), reason="Has left the course.", by=case.applicant) == 0
    stories.drain()
    assert set(AccessGrant.objects.values_list("holder", flat=True)) == {case.applicant.pk, two.pk}


def test_students_are_added_until_the_last_day_within_the_places() -> None:
    one, late, later = classmates(3)
    case, cohort, agreement = approved(one, places=2)
    supervisor = case.applicant
    refused(Invalid, requests.keep_roster, cohort, entries=[entry(late)], replace=True, by=supervisor)
    requests.keep_roster(cohort, entries=[entry(late)], replace=False, by=supervisor)
    refused(Invalid, requests.keep_roster, cohort, entries=[entry(later)], replace=False, by=supervisor)
    assert place(cohort, late).invited_at is not None
    joined(cohort, agreement, late)
    requests.decline_place(place(cohort, one), by=one)
    requests.decline_place(place(cohort, one), by=one)
    assert counts_of(cohort)[Progress.DECLINED] == 1
    requests.confirm_place(place(cohort, one), by=one)
    with clock.freeze(clock.now() + timedelta(days=DAYS + 1)):
        refused(WrongState, requests.keep_roster, cohort, entries=[entry(later)], replace=False, by=supervisor)
        refused(WrongState, requests.remind_students, cohort, students=[], by=supervisor)


def test_students_are_reminded_once_a_day() -> None:
    one, two = classmates(2)
    case, cohort, agreement = approved(one, two)
    joined(cohort, agreement, one)
    waiting = list(waiting_students(cohort).values_list("pk", flat=True))
    assert requests.remind_students(cohort, students=waiting, by=case.applicant) == 1
    refused(WrongState, requests.remind_students, cohort, students=waiting, by=case.applicant)
    with clock.freeze(clock.now() + timedelta(days=1, minutes=1)):
        assert requests.remind_students(cohort, students=[], by=case.applicant) == 0


def test_nobody_is_invited_twice_or_before_the_approval() -> None:
    one = classmates(1)[0]
    case, cohort = class_case(entry(one), applicant=stories.person(at=one.institution))
    case = stories.in_review(stories.submitted(case))
    assert requests.invite_students(case.request.pk, by=SYSTEM) == 0
    refused(NotFound, requests.confirm_place, place(cohort, one), by=one)
    refused(
        WrongState, requests.keep_roster, cohort, entries=[entry(stories.person())], replace=False, by=case.applicant
    )
    stories.offered(stories.decided(case))
    assert place(cohort, one).invited_at is not None
    assert requests.invite_students(case.request.pk, by=SYSTEM) == 0
    assert requests.invite_students(stories.draft().request.pk, by=SYSTEM) == 0
    refused(WrongState, described, case)


def test_who_has_no_place_although_the_roster_names_them() -> None:
    one, colleague = classmates(2)
    case, cohort, _agreement = approved(one)
    Student.objects.bulk_create([
        Student(cohort=cohort, name="Supervisor", email="boss@uni.example", person=case.applicant),
        Student(cohort=cohort, name="Member", email="member@uni.example", person=colleague),
    ])  # fmt: skip
    case.request.memberships.create(person=colleague)
    boss, member = Student.objects.get(name="Supervisor"), Student.objects.get(name="Member")
    refused(Denied, requests.confirm_place, boss, by=case.applicant)
    refused(Denied, requests.confirm_place, member, by=colleague)
    requests.confirm_place(place(cohort, one), by=one)
    second = Student.objects.create(cohort=cohort, name="Again", orcid="0000-0002-1825-0097")
    Person.objects.filter(pk=one.pk).update(orcid=second.orcid)
    refused(NotFound, requests.confirm_place, second, by=one)


def test_an_account_is_matched_by_a_verified_address_or_an_orcid_and_never_guessed() -> None:
    one, two, unverified = stories.people(3)
    Person.objects.filter(pk=one.pk).update(orcid="0000-0002-1825-0097")
    Person.objects.filter(pk=unverified.pk).update(email_verified=False)
    rows = {
        "email": Student(name="A", email=one.email.upper()),
        "orcid": Student(name="B", orcid="0000-0002-1825-0097"),
        "both": Student(name="C", email=two.email, orcid="0000-0002-1825-0097"),
        "unverified": Student(name="D", email=unverified.email),
        "nobody": Student(name="E", email="nobody@uni.example"),
    }
    found = queries_cohorts.matched(rows.values())
    named = {name: set(found.get(row.pk, ())) for name, row in rows.items()}
    assert named == {"email": {one}, "orcid": {one}, "both": {one, two}, "unverified": set(), "nobody": set()}
    assert rules_cohorts.only_one(rows["email"], [one]) == one
    assert rules_cohorts.only_one(rows["both"], [one, two]) is None
