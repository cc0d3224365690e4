"""What a class needs, who changes its roster, and who may confirm a place in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.access_requests import queries_cohorts, rules
from apps.access_requests.invitees import proved_by
from apps.access_requests.models import AccessRequest, Cohort, OutsideReviewer, Student, Vote
from apps.access_requests.questions import CLASS
from apps.access_requests.roster import MOST, Entry
from apps.access_requests.rules_questions import check_unlocked, editable_fields
from apps.access_requests.states import EDITABLE
from apps.committees.queries import committees_of
from apps.core import clock
from apps.core.errors import Denied, Invalid, NotFound, WrongState
from apps.core.text import is_blank
from apps.people.models import Person
from apps.people.queries import accounts_of
from apps.people.rules import check_not_break_glass

REMIND_EVERY = timedelta(hours=24)


@dataclass(frozen=True)
class RosterChange:
    """What saving a list of students would do: rows to make, rows that stay (with what they become), rows that go."""

    added: tuple[Entry, ...] = ()
    kept: tuple[tuple[Student, Entry], ...] = ()
    removed: tuple[Student, ...] = field(default=())

    @property
    def rewritten(self) -> list[tuple[Student, tuple[str, str, str]]]:
        """The rows that stay and would be changed, with their name, e-mail address and iD then. What is left out stays;
        who confirmed their place stays as they are.
        """
        found = [(row, (one.name, one.email or row.email, one.orcid or row.orcid)) for row, one in self.kept]
        return [(row, to) for row, to in found if row.confirmed_at is None and to != (row.name, row.email, row.orcid)]


def change_of(students: Iterable[Student], entries: Iterable[Entry], *, replace: bool) -> RosterChange:
    """A student is the same if the e-mail address or the ORCID iD is; without `replace` nobody is removed."""
    rows = list(students)
    known: dict[tuple[str, str], Student] = {}
    for one in rows:
        known |= {("email", one.email.lower()): one} if one.email else {}
        known |= {("orcid", one.orcid): one} if one.orcid else {}
    added, kept = [], {}
    for entry in entries:
        found = known.get(("email", entry.email)) or known.get(("orcid", entry.orcid))
        if found is None:
            added.append(entry)
        else:
            kept[found.pk] = (found, entry)
    removed = [one for one in rows if one.pk not in kept] if replace else []
    return RosterChange(tuple(added), tuple(kept.values()), tuple(removed))


def check_class(said: Mapping[str, Any]) -> None:
    """A class has a course, its days in order, a number of places and a text about supervision."""
    wrong = {}
    if is_blank(said["course"]):
        wrong["course"] = _("Enter the title of the course.")
    if is_blank(said["supervision"]):
        wrong["supervision"] = _("Describe how the students are supervised.")
    if not 1 <= said["places"] <= MOST:
        wrong["places"] = _("Enter a number from 1 to %(n)s.") % {"n": MOST}
    if said["last_day"] < said["first_day"]:
        wrong["last_day"] = _("The last day cannot be before the first day.")
    elif said["last_day"] < clock.today():
        wrong["last_day"] = _("The last day of the class has passed. Enter a later day.")
    if wrong:
        raise Invalid(_("The class was not saved."), fields=wrong)


def check_can_describe(by: Person, request: AccessRequest) -> None:
    """The applicant, while they can change the request and nothing of it was decided: what was approved is the class
    as it was then.
    """
    rules.check_can_edit(by, request)
    check_unlocked(editable_fields(request), [CLASS])
    if request.items.filter(decided_at__isnull=False).exists():
        raise WrongState(_("A committee has already decided on this class, so you cannot change its details."))
    if by.institution_id is None:
        raise Invalid(_("A class belongs to an institution. Your account is not affiliated with one."), field="course")


def check_can_drop(by: Person, request: AccessRequest) -> None:
    """The applicant, before the first submission."""
    rules.check_can_edit(by, request)
    if request.rounds.exists():
        raise WrongState(_("This request was already submitted for a class, so you cannot remove the class."))


def check_can_enrol(by: Person, cohort: Cohort) -> bool:
    """The supervisor: while they can change the request, and from the approval until the last day of the class.

    Returns whether the class is approved, so that students who are added are invited at once.
    """
    request = cohort.request
    rules.check_is_applicant(by, request)
    approved = queries_cohorts.is_approved(cohort)
    if request.state in EDITABLE:
        check_unlocked(editable_fields(request), [CLASS])
    elif not approved:
        raise WrongState(
            _("You cannot change the students now. You can add students after the approval, until the class ends.")
        )
    return approved


def check_roster(by: Person, cohort: Cohort, change: RosterChange, *, on_roster: int, approved: bool) -> None:
    """The roster after the change: not more than the places, and the supervisor is not on it. After the approval a list
    only adds: a line that a committee has read is neither removed nor changed by it.
    """
    _check_places(cohort, change, on_roster)
    mine = {by.email.lower(), by.orcid} - {""}
    for entry in change.added:
        if {entry.email, entry.orcid} & mine:
            raise Invalid(
                _("Line %(line)s is you. The supervisor cannot be a student of the class.") % {"line": entry.line},
                field="rows",
            )
    if approved and change.removed:
        raise Invalid(
            _("After the approval, a list can only add students. To remove a student, go to the page of the class."),
            field="mode",
        )
    if approved and change.rewritten:
        entered = {row.pk: entry.line for row, entry in change.kept}
        lines = ", ".join(str(entered[row.pk]) for row, _to in change.rewritten)
        raise Invalid(
            _(
                "After the approval, students on the roster cannot be changed (line %(lines)s). To correct one, remove "
                "the student on the page of the class and add them again."
            )
            % {"lines": lines},
            field="rows",
        )


def _check_places(cohort: Cohort, change: RosterChange, on_roster: int) -> None:
    """Each student on the roster takes a place; so does each who confirmed and was removed, unless they come back."""
    kept = queries_cohorts.places_kept(cohort)
    kept |= {(one.email.lower(), one.orcid) for one in change.removed if one.confirmed_at is not None}
    kept -= {(one.email, one.orcid) for one in change.added}
    listed = on_roster + len(change.added) - len(change.removed)
    said = {"places": cohort.places, "n": listed, "removed": len(kept)}
    if listed > cohort.places:
        raise Invalid(
            _("The class has %(places)s places, but %(n)s students would be on the roster.") % said, field="rows"
        )
    if listed + len(kept) > cohort.places:
        raise Invalid(
            _(
                "The class has %(places)s places. %(n)s students would be on the roster, and %(removed)s who confirmed "
                "their place and were removed still count."
            )
            % said,
            field="rows",
        )


def only_one(student: Student, accounts: Sequence[Person]) -> Person | None:
    """The account that the line names, if it names one alone and the sign-in proves the address or the iD."""
    if len(accounts) != 1:
        return None
    proved = proved_by(accounts[0])
    by_email = proved.email != "" and proved.email == student.email.lower()
    by_orcid = proved.orcid != "" and proved.orcid == student.orcid
    return accounts[0] if by_email or by_orcid else None


def check_can_remove(by: Person, student: Student) -> None:
    """The supervisor, as long as the student was not removed."""
    rules.check_is_applicant(by, student.cohort.request)
    if student.removed_at is not None:
        raise WrongState(_("This student was already removed."))


def check_can_remind(by: Person, cohort: Cohort) -> None:
    """The supervisor of an approved class, once in 24 hours."""
    rules.check_is_applicant(by, cohort.request)
    if not queries_cohorts.is_approved(cohort):
        raise WrongState(_("Students can be reminded from the approval until the last day of the class."))
    if cohort.reminded_at is not None and clock.now() - cohort.reminded_at < REMIND_EVERY:
        raise WrongState(_("The students were reminded less than 24 hours ago. Try again tomorrow."))


def check_can_answer_place(by: Person, student: Student) -> None:
    """The person whom the line of the roster names, before they answered, while the class is approved and not over."""
    check_not_break_glass(by)
    if not by.is_active or not queries_cohorts.places_of(by).filter(pk=student.pk).exists():
        raise NotFound(no_place())
    if student.cohort.request.applicant_id == by.pk:
        raise Denied(_("You supervise this class, so you cannot be a student in it."))
    if student.cohort.request.memberships.filter(person=by).exists():
        raise Denied(_("You are a project member of this request, so you do not need a place in the class."))
    if student.confirmed_at is not None:
        raise WrongState(_("You have already confirmed your place in this class."))


def check_reviews_nothing(by: Person, request: AccessRequest) -> None:
    """Nobody gets a place whose class they decide on, voted on or read for a committee, with whichever account."""
    accounts = accounts_of(by).values("pk")
    voted = Vote.objects.filter(Q(voter__in=accounts) | Q(in_place_of__in=accounts), item__request=request)
    reviewed = OutsideReviewer.objects.filter(request=request, person__in=accounts)
    if voted.exists() or reviewed.exists() or committees_of(by).filter(items__request=request).exists():
        raise Denied(_("You take part in the review of this request, so you cannot have a place in its class."))


def no_place() -> str:
    """What everybody reads who has no place at an address, whether there is a class or not."""
    return _("No class at this web address has a place for you.")
