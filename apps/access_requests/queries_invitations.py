"""Sets of invitations: those of a request, those that a person can answer, and the one that a link opens."""

import hashlib
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.access_requests import effect
from apps.access_requests.models import AccessRequest, Appeal, Invitation, Item, Round
from apps.access_requests.queries_named import naming
from apps.access_requests.states import RequestState
from apps.core import clock
from apps.people.models import Person

# While a committee checks or votes, nobody joins: a vote is about the people in the round.
JOINABLE = (RequestState.DRAFT, RequestState.SUBMITTED, RequestState.RETURNED)


def hash_of(token: str) -> str:
    """What is stored of the token of a link: its SHA-256 as 64 hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()


def joinable_requests() -> QuerySet[AccessRequest]:
    """The requests that an invited person can join now: no part of them is decided or appealed, or being reviewed."""
    begun = Item.objects.filter(request=OuterRef("pk"), decided_at__isnull=False)
    appealed = Appeal.objects.filter(item__request=OuterRef("pk"))
    found = AccessRequest.objects.filter(state__in=JOINABLE, applicant__is_active=True)
    return found.filter(~Exists(begun), ~Exists(appealed))


def is_joinable(request: AccessRequest) -> bool:
    return joinable_requests().filter(pk=request.pk).exists()


def seems_joinable(request: AccessRequest) -> bool:
    """The same as far as anybody outside the committee knows: a decision that can be undone is not told by a page."""
    known = request.items.filter(decided_at__isnull=False).exclude(effect.unannounced())
    appealed = Appeal.objects.filter(item__request=request)
    return request.state in JOINABLE and not known.exists() and not appealed.exists()


def open_invitations() -> QuerySet[Invitation]:
    """Not answered, not withdrawn and not expired."""
    return Invitation.objects.filter(outcome="", expires_at__gt=clock.sql_now())


def of_request(request: AccessRequest) -> QuerySet[Invitation]:
    """All invitations to the request, the oldest first, with the people who confirmed or want to join."""
    found = Invitation.objects.filter(request=request).select_related("person__institution", "claimed_by__institution")
    return found.order_by("invited_at", "pk")


def named_by(invitations: QuerySet[Invitation], person: Person) -> QuerySet[Invitation]:
    """Those that name this person, and nobody else, by the address that their sign-in verified or by their ORCID iD."""
    by_email, by_orcid = naming(person, email="email")
    return invitations.filter(by_email | by_orcid)


def waiting_for(person: Person) -> QuerySet[Invitation]:
    """The open invitations that name this person, to requests that they can join now."""
    joinable = joinable_requests().exclude(applicant=person)
    found = named_by(open_invitations(), person).filter(request__in=joinable.values("pk"))
    return found.select_related("request__applicant__institution", "invited_by__institution").order_by("expires_at")


def with_token(token: str) -> Invitation | None:
    """The invitation whose newest link has this token, whether expired or not; None for any other text."""
    found = Invitation.objects.select_related("request__applicant__institution", "invited_by__institution")
    return found.filter(token_hash=hash_of(token), outcome="").first()


def named_in_snapshot(request: AccessRequest) -> list[str]:
    """The ids of the people who are invited and have not answered, for the round that is frozen now."""
    ids = open_invitations().filter(request=request).values_list("pk", flat=True)
    return sorted(str(pk) for pk in ids)


def still_invited(seen: Round | None) -> list[Invitation]:
    """Those of the invitations that the round names which are not answered yet; no statement if it names none."""
    return [one for one in invited_in(seen) if not one.outcome] if seen is not None else []


def invited_in(seen: Round) -> list[Invitation]:
    """The invitations that the round names, whatever became of them; no statement if it names none."""
    ids = seen.snapshot.get("invited", ())
    return list(Invitation.objects.filter(pk__in=[UUID(pk) for pk in ids])) if ids else []


def queued_today(person: Person) -> int:
    """How many invitations the person sent, or sent again, in the last 24 hours."""
    since = clock.now() - timedelta(days=1)
    return Invitation.objects.filter(invited_by=person, queued_at__gt=since).count()


def to_erase() -> QuerySet[Invitation]:
    """Those whose address and iD are no longer needed: INVITATION_KEPT_DAYS after the answer, or after the last day."""
    before = clock.now() - timedelta(days=settings.INVITATION_KEPT_DAYS)
    over = Q(ended_at__lte=before) | Q(outcome="", expires_at__lte=before)
    return Invitation.objects.filter(over).exclude(email="", orcid="")
