"""What waits for a person, and what is under way, as sets in SQL: counts of the navigation, tabs and order of lists.

`apps.grants.access_state` says the same of one row at a time; `tests/unit/grants/test_waiting.py` compares the two.
"""

from datetime import UTC, timedelta
from typing import Any

from django.db.models import (
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, TruncDate, TruncDay
from django.db.models.lookups import Exact, GreaterThan, IsNull, LessThanOrEqual

from apps.access_requests import effect, queries_cohorts, queries_conditions
from apps.access_requests import queries as requests
from apps.access_requests.due_dates import HOLDS_DOWNLOADS, HOLDS_SIGNING
from apps.access_requests.models import AccessRequest, Item, Membership, Student
from apps.access_requests.states import ACCEPTED, EDITABLE, UNDER_REVIEW, RequestState
from apps.agreements import queries as agreements
from apps.agreements.models import Agreement
from apps.agreements.states import AgreementState
from apps.core import clock, roles
from apps.core.actors import Viewer
from apps.grants.models import RENEW_DAYS, AccessGrant, DownloadStop
from apps.people.models import Affiliation, PlatformRole
from apps.people.queries import institutions_signed_for, newest_affiliations, platform_roles_of, seen_through

CONFIRM_DAYS = 30  # so long before an affiliation ends, its signing officials have something to do
IN_PROGRESS = (*EDITABLE, *UNDER_REVIEW)


def requests_waiting_for(person: Viewer) -> QuerySet[AccessRequest]:
    """Requests whose next step is this person's: drafts, changes to make, agreements to sign."""
    mine = AccessRequest.objects.filter(applicant_id=roles.person_id(person), state__in=EDITABLE).order_by()
    as_student = queries_cohorts.studied_by(person).order_by()
    to_sign = agreements_waiting_for(person).exclude(item__request__in=as_student).order_by().values("item__request_id")
    return AccessRequest.objects.filter(pk__in=mine.values("pk").union(to_sign))


def places_waiting_for(person: Viewer) -> QuerySet[Student]:
    """The places in classes that this person is to confirm, or in which they have an agreement to sign."""
    to_sign = agreements_waiting_for(person).order_by().values("item__request_id")
    confirmed = queries_cohorts.places_kept_by(person).filter(cohort__request__in=to_sign)
    return Student.objects.filter(
        Q(pk__in=queries_cohorts.places_to_confirm(person).order_by().values("pk"))
        | Q(pk__in=confirmed.order_by().values("pk"))
    )


def agreements_waiting_for(person: Viewer) -> QuerySet[Agreement]:
    """Agreements that this person has yet to sign and still can: the period is not over. Also while they have to report
    a condition first, but not while the committee reviews all that they reported.
    """
    theirs = agreements.to_sign(person).filter(_not_over()).exclude(item__request__state=RequestState.WITHDRAWN)
    unmet, unreported = (
        Exists(found.filter(item=OuterRef("item_id"), due__in=HOLDS_SIGNING))
        for found in (queries_conditions.unmet(), queries_conditions.unreported())
    )
    return theirs.filter(~Q(unmet) | Q(unreported))


def agreements_to_countersign(person: Viewer) -> QuerySet[Agreement]:
    """Agreements that this owner has yet to countersign and still can: not of their own request, period not over."""
    me = roles.person_id(person)
    named = Membership.objects.filter(request=OuterRef("item__request_id"), person_id=me)
    own = Q(item__request__applicant_id=me) | Q(Exists(named))
    own |= Q(item__decided_in__snapshot__members__contains=[str(me)])
    own |= Q(queries_cohorts.concerns_student(person, "item__request_id"))
    return agreements.to_countersign(person).filter(_not_over()).exclude(own)


def stops_to_resume(person: Viewer) -> QuerySet[DownloadStop]:
    """The stop of all downloads that this operator can propose to end, or confirm the end of that another proposed."""
    operates = platform_roles_of(person).filter(kind=PlatformRole.Kind.OPERATOR, person__is_break_glass=False)
    mine = Q(resume_proposed_by_id=roles.person_id(person))
    return DownloadStop.objects.filter(Exists(operates), ends_at__isnull=True).exclude(mine)


def affiliations_to_confirm(person: Viewer) -> QuerySet[Affiliation]:
    """Affiliations with an institution this signing official signs for that end within 30 days, or that expired and
    whose absence suspends access; never the official's own.
    """
    soon = _sum(clock.sql_now(), timedelta(days=CONFIRM_DAYS))
    same = Affiliation.objects.filter(person=OuterRef("person"), institution=OuterRef("institution"))
    newer = same.filter(Q(starts_at__gt=OuterRef("starts_at")) | Q(valid_until__gt=OuterRef("valid_until")))
    here = AccessGrant.objects.filter(access_not_over(), holder=OuterRef("person"), institution=OuterRef("institution"))
    known = Affiliation.objects.filter(
        ~Exists(newer), institution__in=institutions_signed_for(person).order_by().values("pk"),
        ended_at__isnull=True, person__is_active=True, person__merged_into__isnull=True,
    ).exclude(person_id=roles.person_id(person)).order_by()  # fmt: skip
    ending = known.filter(valid_until__gt=clock.sql_now(), valid_until__lte=soon)
    expired = known.filter(Exists(here), valid_until__lte=clock.sql_now())
    return Affiliation.objects.filter(pk__in=ending.values("pk").union(expired.values("pk")))


def agreement_is_open() -> Q:
    """A condition on agreements: somebody has yet to sign, and the period is not over."""
    return ~Q(state__in=[AgreementState.EXECUTED, AgreementState.TERMINATED]) & _not_over()


def _not_over() -> Q:
    """A condition on agreements: their last day is today (UTC) or later."""
    return Q(ends_on__gte=TruncDate(clock.sql_now(), tzinfo=UTC))


def items_under_way(person: Viewer) -> QuerySet[Item]:
    """Datasets in this person's requests that are not decided, or whose agreement waits for signatures."""
    me = roles.person_id(person)
    named = Membership.objects.filter(request=OuterRef("request_id"), person_id=me)
    theirs = Q(request__applicant_id=me) | (Q(Exists(named)) & ~Q(request__state=RequestState.DRAFT))
    undecided = effect.unannounced() & Q(request__state__in=IN_PROGRESS)
    given = AccessGrant.objects.filter(agreement__item=OuterRef("pk"), holder_id=me)
    own = agreements.of_person(person).filter(item=OuterRef("pk")).exclude(state=AgreementState.TERMINATED)
    to_sign = Q(Exists(own.filter(_not_over()))) & ~Q(Exists(given))
    accepted = Q(state__in=ACCEPTED) & ~Q(request__state=RequestState.WITHDRAWN)
    return Item.objects.filter(theirs, undecided | (accepted & (Q(agreement__isnull=True) | to_sign)))


def requests_under_way(person: Viewer) -> QuerySet[AccessRequest]:
    """This person's requests of which something is under way; drafts, also without a dataset, among them."""
    return requests.of_person(person).filter(_under_way(person))


def requests_with_access(person: Viewer) -> QuerySet[AccessRequest]:
    """This person's requests of which nothing is under way and that gave access which is not over."""
    return requests.of_person(person).filter(~_under_way(person), _with_access(person))


def requests_closed(person: Viewer) -> QuerySet[AccessRequest]:
    """This person's other requests: denied, withdrawn, expired, or all access of them is over."""
    return requests.of_person(person).filter(~_under_way(person), ~_with_access(person))


def _under_way(person: Viewer) -> Q:
    return Q(state=RequestState.DRAFT) | Q(Exists(items_under_way(person).filter(request=OuterRef("pk"))))


def _with_access(person: Viewer) -> Q:
    mine = AccessGrant.objects.filter(access_not_over(), holder_id=roles.person_id(person))
    return Q(Exists(mine.filter(agreement__item__request=OuterRef("pk"))))


def held_by(person: Viewer) -> QuerySet[AccessGrant]:
    """Every grant this person has or had, without more: its state is asked of `apps.grants.access_state`."""
    return AccessGrant.objects.filter(holder_id=roles.person_id(person))


def access_not_over() -> Q:
    """A condition on grants: not ended, not revoked, and the agreement was not terminated."""
    return _all_of("not_ended", "not_revoked", "not_terminated")


def access_active() -> Q:
    """A condition on grants: every part holds now, as in `AccessGrant.objects.active()`."""
    return _all_of(*AccessGrant.objects.parts())


def access_scheduled() -> Q:
    """A condition on grants: not over, not suspended, and it starts later."""
    return access_not_over() & ~access_suspended() & ~AccessGrant.objects.parts()["begun"]


def access_suspended() -> Q:
    """A condition on grants: not over, and suspended by a person, because the affiliation is not valid, or because a
    condition due before the first download is not met.
    """
    parts = AccessGrant.objects.parts()
    return access_not_over() & ~(parts["not_suspended"] & parts["affiliation_active"] & parts["conditions_met"])


def access_waiting_for(person: Viewer) -> QuerySet[AccessGrant]:
    """Access of this person that they can resume by signing in through their institution or start by reporting a
    condition as met, or should renew.
    """
    return held_by(person).filter(resumable() | conditions_to_report() | renewable(person))


def conditions_to_report() -> Q:
    """A condition on grants: only conditions are missing, and one of them waits for the applicant's side."""
    lasts = _all_of("not_ended", "not_revoked", "not_terminated", "not_suspended", "affiliation_active")
    unreported = queries_conditions.unreported().filter(item=OuterRef("agreement__item_id"), due__in=HOLDS_DOWNLOADS)
    return lasts & ~AccessGrant.objects.parts()["conditions_met"] & Q(Exists(unreported))


def resumable() -> Q:
    """A condition on grants: everything lasts but the affiliation of the holder, no signing official ended that, and
    no sign-in through the institution since it lapsed left it as it was.
    """
    lasts = _all_of("not_ended", "not_revoked", "not_terminated", "not_suspended")
    lapsed = ~AccessGrant.objects.parts()["affiliation_active"] & Q(institution__isnull=False)
    newest = newest_affiliations("holder_id", "institution_id")
    seen_at = seen_through("holder_id", "institution_id").values("last_seen_at")[:1]
    not_ended = Q(IsNull(Subquery(newest.values("ended_at")[:1]), True))
    tried: Any = GreaterThan(Subquery(seen_at), Subquery(newest.values("valid_until")[:1]))
    return lasts & lapsed & not_ended & Q(Exact(Coalesce(tried, Value(False)), Value(False)))


def renewable(person: Viewer) -> Q:
    """A condition on grants of this person: in its second half, ends within 60 days, none under way."""
    me = roles.person_id(person)
    first_day_out = _sum(TruncDay(clock.sql_now(), tzinfo=UTC), timedelta(days=RENEW_DAYS + 1))
    again = items_under_way(person).filter(dataset=OuterRef("dataset_id"))
    active = _all_of(*AccessGrant.objects.parts())
    left, used = _difference(F("ends_at"), clock.sql_now()), _difference(clock.sql_now(), F("starts_at"))
    due = Q(agreement__item__request__applicant_id=me, ends_at__lte=first_day_out) & Q(LessThanOrEqual(left, used))
    return active & due & ~Q(Exists(again))


def _difference(later: Any, earlier: Any) -> Any:
    return ExpressionWrapper(later - earlier, output_field=DurationField())


def _all_of(*names: str) -> Q:
    parts = AccessGrant.objects.parts()
    found = Q()
    for name in names:
        found &= parts[name]
    return found


def _sum(moment: Any, more: timedelta) -> Any:
    return ExpressionWrapper(moment + Value(more), output_field=DateTimeField())
