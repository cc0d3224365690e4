"""Verbs about a class: describe it, keep its roster, invite and remind students; a student confirms or declines."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import transaction

from apps.access_requests import queries_cohorts, rules_cohorts
from apps.access_requests.commands.locks import _lock
from apps.access_requests.models import AccessRequest, Cohort, NamedAccount, Student
from apps.access_requests.roster import Entry
from apps.access_requests.rules_cohorts import RosterChange
from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import SYSTEM, Actor
from apps.core.errors import NotFound
from apps.core.text import typed
from apps.people.rules import check_named, check_person


@transaction.atomic
def describe_class(
    request: AccessRequest, *, course: str, first_day: date, last_day: date, places: int, supervision: str, by: Actor
) -> Cohort:
    """The request is for this class, of the applicant's institution. Empty days of the request become its days."""
    by = check_person(by)
    request = _lock(request)
    rules_cohorts.check_can_describe(by, request)
    said = {
        "course": typed(course, field="course").strip(), "first_day": first_day, "last_day": last_day, "places": places,
        "supervision": typed(supervision, field="supervision").strip(),
    }  # fmt: skip
    rules_cohorts.check_class(said)
    cohort, made = Cohort.objects.update_or_create(request=request, defaults=said | {"institution": by.institution})
    days = {"starts_on": request.starts_on or first_day, "ends_on": request.ends_on or last_day}
    if days["ends_on"] > days["starts_on"]:
        AccessRequest.objects.filter(pk=request.pk).update(**days)
    if made:
        record(Kind.CLASS_ADDED, actor=by, subject=request, places=places, until=last_day)
    else:
        record(Kind.CLASS_CHANGED, actor=by, subject=request, places=places, until=last_day)
    return cohort


@transaction.atomic
def drop_class(request: AccessRequest, *, by: Actor) -> None:
    """The request is for no class any more. What a committee has read stays: only before the first submission."""
    by = check_person(by)
    request = _lock(request)
    rules_cohorts.check_can_drop(by, request)
    _delete_class(request)
    record(Kind.CLASS_DROPPED, actor=by, subject=request)


@transaction.atomic
def keep_roster(cohort: Cohort, *, entries: Iterable[Entry], replace: bool, by: Actor) -> RosterChange:
    """Add these students, or replace the roster by them; a line that is on it is changed, and nobody is there twice.

    Once the class is approved, new students are invited at once, and the lines that stay are not changed.
    """
    by = check_person(by)
    cohort = _lock_class(cohort)
    approved = rules_cohorts.check_can_enrol(by, cohort)
    rows = list(queries_cohorts.on_roster(cohort))
    change = rules_cohorts.change_of(rows, entries, replace=replace)
    rules_cohorts.check_roster(by, cohort, change, on_roster=len(rows), approved=approved)
    _remove(change.removed, cohort)
    changed = _rewrite(change)
    made = Student.objects.bulk_create(
        Student(cohort=cohort, name=one.name, email=one.email, orcid=one.orcid) for one in change.added
    )
    if made or changed or change.removed:
        added, removed = len(made), len(change.removed)
        record(
            Kind.ROSTER_CHANGED, actor=by, subject=cohort.request, added=added, changed=len(changed), removed=removed
        )  # fmt: skip
    if cohort.request.rounds.exists():
        _match_accounts([*made, *changed])
    if approved and made:
        _invite(cohort, made, by=by)
    return change


def _rewrite(change: RosterChange) -> list[Student]:
    """The lines that stay get what was entered, as long as the student has not confirmed who they are. Returns those
    that were changed; whom they named before still does not decide (`NamedAccount`).
    """
    changed = change.rewritten
    for row, (name, email, orcid) in changed:
        if (email, orcid) != (row.email, row.orcid):
            row.person = None
        row.name, row.email, row.orcid = name, email, orcid
    rows = [row for row, _said in changed]
    Student.objects.bulk_update(rows, ["name", "email", "orcid", "person"])
    return rows


def _remove(students: Iterable[Student], cohort: Cohort) -> None:
    """Rows that no committee has read are deleted; others stay as removed."""
    rows = Student.objects.filter(pk__in=[one.pk for one in students])
    if cohort.request.rounds.exists():
        rows.update(removed_at=clock.now())
    else:
        rows.delete()


def _match_accounts(students: Iterable[Student]) -> None:
    """Note which accounts each line names, so that nobody decides on a request with their own name in it. A line that
    names one account alone, by what its sign-in proves, is that account's.

    The supervisor never learns whether there is an account.
    """
    rows = list(students)
    found = queries_cohorts.matched(rows)
    accounts = [NamedAccount(student_id=pk, person=person) for pk, named in found.items() for person in named]
    NamedAccount.objects.bulk_create(accounts, ignore_conflicts=True)
    taken = set(Student.objects.filter(cohort__in={one.cohort_id for one in rows}, removed_at__isnull=True)
                .exclude(person=None).values_list("person_id", flat=True))  # fmt: skip
    changed = []
    for row in rows:
        person = rules_cohorts.only_one(row, found.get(row.pk, []))
        if row.person_id is None and person is not None and person.pk not in taken:
            taken.add(person.pk)
            row.person = person
            changed.append(row)
    Student.objects.bulk_update(changed, ["person"])


def _match_roster(request: AccessRequest) -> None:
    """The same for the whole roster when the request is submitted; the caller holds the lock on the request."""
    _match_accounts(Student.objects.filter(cohort__request=request, removed_at__isnull=True))


@transaction.atomic
def invite_students(request_id: UUID, *, by: Actor) -> int:
    """Invite the students of an approved class who were not invited yet; running twice invites nobody twice."""
    check_named(by, SYSTEM)
    cohort = Cohort.objects.filter(request=request_id).first()
    if cohort is None:
        return 0
    cohort = _lock_class(cohort)
    if not queries_cohorts.is_approved(cohort):
        return 0
    waiting = list(queries_cohorts.on_roster(cohort).filter(invited_at__isnull=True))
    _invite(cohort, waiting, by=by)
    return len(waiting)


def _invite(cohort: Cohort, students: list[Student], *, by: Actor) -> None:
    if students:
        ids = [one.pk for one in students]
        Student.objects.filter(pk__in=ids).update(invited_at=clock.now())
        _queue_mails(cohort, ids)
        record(Kind.STUDENTS_INVITED, actor=by, subject=cohort.request, about=ids, n=len(ids))


def _queue_mails(cohort: Cohort, ids: list[UUID]) -> None:
    """Who has no account gets one e-mail with the address of the class; a class sends at most two for each place, so
    that a roster that changes all the time is no way to write to strangers.
    """
    mailed = Student.objects.filter(cohort=cohort).exclude(mail_due_at=None, mailed_at=None).count()
    room = max(0, queries_cohorts.MAILS_A_PLACE * cohort.places - mailed)
    without = Student.objects.filter(pk__in=ids, person=None, mailed_at=None).exclude(email="")
    chosen = list(without.order_by("added_at", "pk").values_list("pk", flat=True)[:room])
    Student.objects.filter(pk__in=chosen).update(mail_due_at=clock.now())


@transaction.atomic
def remind_students(cohort: Cohort, *, students: Iterable[UUID], by: Actor) -> int:
    """Remind those of these students who were invited and are still on the roster; once in 24 hours for a class.

    Whom to remind is a question of signatures, which this app does not know: the caller names them.
    """
    by = check_person(by)
    cohort = _lock_class(cohort)
    rules_cohorts.check_can_remind(by, cohort)
    invited = queries_cohorts.on_roster(cohort).filter(invited_at__isnull=False, declined_at__isnull=True)
    ids = list(invited.filter(pk__in=list(students)).values_list("pk", flat=True))
    if ids:
        Cohort.objects.filter(pk=cohort.pk).update(reminded_at=clock.now())
        record(Kind.STUDENTS_REMINDED, actor=by, subject=cohort.request, about=ids, n=len(ids))
    return len(ids)


@transaction.atomic
def confirm_place(student: Student, *, by: Actor) -> None:
    """The student says that they take part in the class. They sign the agreement afterwards, as everybody does."""
    by = check_person(by)
    student = _lock_student(student)
    rules_cohorts.check_can_answer_place(by, student)
    rules_cohorts.check_reviews_nothing(by, student.cohort.request)
    Student.objects.filter(pk=student.pk).update(person=by, confirmed_at=clock.now(), declined_at=None)
    NamedAccount.objects.get_or_create(student=student, person=by)
    record(Kind.STUDENT_CONFIRMED, actor=by, subject=student, about=[student.cohort_id, by])


@transaction.atomic
def decline_place(student: Student, *, by: Actor) -> None:
    """The student does not take part. They can still confirm later, as long as they are on the roster."""
    by = check_person(by)
    student = _lock_student(student)
    rules_cohorts.check_can_answer_place(by, student)
    if student.declined_at is None:
        Student.objects.filter(pk=student.pk).update(declined_at=clock.now())
        record(Kind.STUDENT_DECLINED, actor=by, subject=student, about=[student.cohort_id, by])


def _lock_class(cohort: Cohort) -> Cohort:
    """The request first, then the class: the order of every command."""
    request = _lock(cohort.request)
    locked = Cohort.objects.select_for_update(of=("self",)).select_related("institution").get(pk=cohort.pk)
    locked.request = request
    return locked


def _lock_student(student: Student) -> Student:
    cohort = _lock_class(student.cohort)
    locked = Student.objects.select_for_update(of=("self",)).filter(pk=student.pk).first()
    if locked is None:
        raise NotFound(rules_cohorts.no_place())
    locked.cohort = cohort
    return locked


def _delete_class(request: AccessRequest) -> None:
    Student.objects.filter(cohort__request=request).delete()
    Cohort.objects.filter(request=request).delete()


def _copy_class(request: AccessRequest, drafted: AccessRequest) -> None:
    """A copy of a request for a class that is not over is for the same class, with the students who are on its roster
    now; each confirms and signs again.
    """
    cohort = Cohort.objects.filter(request=request, last_day__gte=clock.today()).first()
    if cohort is None:
        return
    rows = list(queries_cohorts.on_roster(cohort))
    said = ("course", "institution_id", "first_day", "last_day", "supervision", "places")
    made = Cohort.objects.create(request=drafted, **{name: getattr(cohort, name) for name in said})
    Student.objects.bulk_create(Student(cohort=made, name=one.name, email=one.email, orcid=one.orcid) for one in rows)
