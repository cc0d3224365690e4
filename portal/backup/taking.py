"""What took something away, repeated from its event after a restore. Each may run twice, and only ever takes away.

Each returns False if somebody has to look: what the event was about is not in the backup and could come back by itself.
An event carries no texts, so reasons say that the act was repeated. Nothing here writes an event: the log has the
event of the act itself.
"""

import uuid
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from apps.access_requests.models import (
    AccessRequest,
    Appeal,
    ApprovalRule,
    Attachment,
    Item,
    Membership,
    Message,
    OutsideReviewer,
    Recusal,
    Round,
)
from apps.access_requests.reversals import reopen, restore_denial
from apps.access_requests.states import ItemState
from apps.agreements.models import Agreement
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.committees.models import Committee, CommitteeMember, CommitteeMemberClaim, Deputy
from apps.core import clock, roles
from apps.datasets.models import Dataset, Version
from apps.grants.models import AccessGrant, Suspension
from apps.identity.models import BreakGlassAccount
from apps.people.models import (
    Affiliation,
    Identity,
    IdentityChange,
    Institution,
    Person,
    PlatformRole,
    PlatformRoleClaim,
    Provider,
    Visa,
    VisaIssuer,
)
from apps.tokens.models import ServiceAccount

REASON = "Repeated after a restore from a backup. The reason is not in the event log."


def close_account(event: Event) -> bool:
    """An account that was opened and closed since is not in the backup: its person can sign in as a new person."""
    return bool(Person.objects.filter(pk=_subject(event)).update(is_active=False))


def end_affiliation(event: Event) -> bool:
    """One that was confirmed and ended since is written as ended, so that a sign-in does not begin it again."""
    institution = _first(event)
    if not Person.objects.filter(pk=_subject(event)).exists():
        return False
    if not Institution.objects.filter(pk=institution).exists():
        return False
    theirs = Affiliation.objects.filter(person_id=_subject(event), institution_id=institution)
    ended = {"ended_at": event.at, "ended_by_id": _actor(event)}
    if not theirs.filter(ended_at__isnull=True).update(**ended) and not theirs.filter(ended_at=event.at).exists():
        until = event.at + timedelta(seconds=1)
        facts = {"starts_at": event.at, "confirmed_at": event.at, "valid_until": until}
        Affiliation.objects.create(person_id=_subject(event), institution_id=institution, **facts, **ended)
    return True


def split_identity(event: Event) -> bool:
    """The identity leaves the account, for a new one with the same id as before the restore."""
    if len(event.about) != 2 or not Identity.objects.filter(pk=event.about[1]).exists():
        return False
    (new, identity), actor = event.about, _actor(event)
    if not Person.objects.filter(pk=new).exists():
        Person.objects.create_person(id=new)
    if Identity.objects.filter(pk=identity, person_id=_subject(event)).update(person_id=new) and actor is not None:
        IdentityChange.objects.create(
            kind=IdentityChange.Kind.SPLIT, identity_id=identity, was_of_id=_subject(event), now_of_id=new,
            by_id=actor, reason=REASON,
        )  # fmt: skip
    return True


def merge_people(event: Event) -> bool:
    """The account that was merged is closed. Its identities stay with it until an operator merges the two again."""
    Person.objects.filter(pk=_first(event)).update(is_active=False)
    return False


def deactivate_provider(event: Event) -> bool:
    Visa.objects.filter(identity__provider=_subject(event), gone_at__isnull=True).update(gone_at=clock.now())
    return bool(Provider.objects.filter(pk=_subject(event)).update(is_active=False))


def disable_break_glass(event: Event) -> bool:
    """One that is not in the backup cannot be used; its subject is the account's person."""
    theirs = BreakGlassAccount.objects.filter(person_id=_subject(event), disabled_at__isnull=True)
    theirs.update(disabled_at=clock.now())
    _end_roles(PlatformRole.objects.filter(person_id=_subject(event)))
    return True


def end_visa_issuer(event: Event) -> bool:
    return bool(VisaIssuer.objects.filter(pk=_subject(event)).update(ended_at=clock.now()))


def drop_visas(event: Event) -> bool:
    """What an identity brought before a later sign-in counts no more; the next sign-in brings what is valid."""
    Visa.objects.filter(identity_id=_subject(event), gone_at__isnull=True).update(gone_at=clock.now())
    return True


def end_platform_role(event: Event) -> bool:
    theirs = PlatformRole.objects.filter(person_id=_subject(event), kind=event.facts.get("role"))
    _end_roles(theirs.filter(claim__isnull=True))
    return True


def end_claimed_role(event: Event) -> bool:
    theirs = PlatformRole.objects.filter(person_id=_subject(event), kind=event.facts.get("role"))
    _end_roles(theirs.filter(claim__isnull=False))
    return True


def _end_roles(rows: QuerySet[PlatformRole]) -> None:
    now = clock.now()
    rows.filter(ends_at__gt=now, starts_at__lt=now).update(ends_at=now)


def unmap_claim(event: Event) -> bool:
    """The mapping ends, with every role and membership that came of it."""
    now = clock.now()
    for mapping in (PlatformRoleClaim, CommitteeMemberClaim):
        rows: QuerySet[Any] = mapping._default_manager.filter(pk=_subject(event), ended_at__isnull=True)
        rows.update(ended_at=now)
    _end_roles(PlatformRole.objects.filter(claim_id=_subject(event)))
    _end_memberships(CommitteeMember.objects.filter(claim_id=_subject(event)), event)
    return True


def end_service_account(event: Event) -> bool:
    ServiceAccount.objects.filter(pk=_subject(event), ended_at__isnull=True).update(ended_at=event.at)
    return True


def take_role(event: Event) -> bool:
    """An owner or steward of a dataset, or a signing official of an institution."""
    model: Any = {"dataset": Dataset, "institution": Institution}.get(event.subject_type)
    subject = model._default_manager.filter(pk=_subject(event)).first() if model is not None else None
    person = Person.objects.filter(pk=_first(event)).first()
    if subject is not None and person is not None:
        roles.remove(person, str(event.facts.get("role")), subject)
    return model is not None


def stop_accepting(event: Event) -> bool:
    """Only that the committee stopped accepting requests; that it accepts them again is for its chair to say."""
    if event.facts.get("accepting") is False:
        open_now = Committee.objects.filter(pk=_subject(event), accepting=True)
        open_now.update(accepting=False, closed_because=REASON)
    return True


def remove_member(event: Event) -> bool:
    _end_memberships(CommitteeMember.objects.filter(pk=_subject(event)), event)
    return True


def _end_memberships(rows: QuerySet[CommitteeMember], event: Event) -> None:
    not_ended = CommitteeMember.objects.not_ended().filter(pk__in=rows.values("pk"))
    not_ended.update(ends_at=clock.now(), ended_by_id=_actor(event), end_reason=REASON)


def end_deputy(event: Event) -> bool:
    """A deputy whose time was ended may not vote again."""
    running = Deputy.objects.filter(pk=_subject(event), ended_at__isnull=True)
    running.update(ended_at=clock.now(), ended_by_id=_actor(event))
    return True


def end_outside_reviewer(event: Event) -> bool:
    """An outside reviewer whose review was ended may not read the request again."""
    running = OutsideReviewer.objects.filter(pk__in=event.about, ended_at__isnull=True)
    running.update(ended_at=clock.now(), ended_by_id=_actor(event))
    return True


def tighten_dataset(event: Event) -> bool:
    """If the second factor was set or unset since, it is required until an owner says otherwise."""
    if "requires_second_factor" in str(event.facts.get("fields")).split("+"):
        closed = Dataset.objects.filter(pk=_subject(event)).exclude(access=Dataset.Access.OPEN)
        closed.update(requires_second_factor=True)
    return True


def withdraw_version(event: Event) -> bool:
    """A version that was published since is a draft again, and open to nobody."""
    version = Version.objects.filter(pk=_subject(event)).first()
    if version is not None and version.can("withdraw"):
        version.move("withdraw", withdrawn_at=clock.now(), withdrawn_because=REASON)
    return True


def remove_project_member(event: Event) -> bool:
    Membership.objects.filter(request_id=_subject(event), person_id=_first(event)).delete()
    return True


def withdraw_request(event: Event) -> bool:
    """The request, or what of it is not decided, as when its applicant withdrew it."""
    request = AccessRequest.objects.filter(pk=_subject(event)).first()
    if request is None or not request.can("withdraw"):
        return True
    for item in request.items.filter(takes_effect_at__isnull=False).order_by("pk"):
        reopen(item)
    for appeal in Appeal.objects.filter(item__request=request, outcome="").select_related("item"):
        restore_denial(appeal)
    Round.objects.filter(request=request, closed_at__isnull=True).update(closed_at=clock.now())
    if not request.items.filter(decided_at__isnull=False).exists():
        request.move("withdraw", ended_at=clock.now())
        return True
    for item in request.items.filter(state=ItemState.OPEN).order_by("pk"):
        item.move("withdraw")
    request.move("decide", decided_at=clock.now())
    return True


def undo_decision(event: Event) -> bool:
    """A decision that was undone before it took effect stays undone: the item waits for a vote."""
    item = Item.objects.filter(pk=_subject(event), takes_effect_at__isnull=False).first()
    if item is not None:
        reopen(item)
    return True


def withdraw_appeal(event: Event) -> bool:
    """The denial stands, and what the committee would have decided on the appeal does not count."""
    appeal = Appeal.objects.filter(item_id=_subject(event), outcome="").select_related("item").first()
    if appeal is not None:
        restore_denial(appeal)
    return True


def pause_approval_rule(event: Event) -> bool:
    """A rule that was paused approves nothing until members have agreed to it again."""
    started = ApprovalRule.objects.filter(pk=_subject(event), started_at__isnull=False, paused_at__isnull=True)
    started.update(paused_at=clock.now(), pause=ApprovalRule.Pause.RESTORED)
    return True


def end_approval_rule(event: Event) -> bool:
    """A rule that was ended stays ended."""
    ApprovalRule.objects.filter(pk=_subject(event), ended_at__isnull=True).update(ended_at=clock.now())
    return True


def recuse(event: Event) -> bool:
    """A conflict of interest stays declared: the member is no eligible voter of the request."""
    actor = _actor(event)
    if actor is not None and AccessRequest.objects.filter(pk=_subject(event)).exists():
        Recusal.objects.get_or_create(request_id=_subject(event), person_id=actor, defaults={"reason": REASON})
    return True


def withdraw_message(event: Event) -> bool:
    """A message that was withdrawn stays withdrawn: its text is deleted again."""
    Attachment.objects.filter(message_id__in=event.about).update(storage_key=None, name="")
    Message.objects.filter(pk__in=event.about, withdrawn_at__isnull=True).update(text="", withdrawn_at=event.at)
    return True


def refuse_attachment(event: Event) -> bool:
    """A document with malware stays deleted."""
    theirs = Attachment.objects.filter(pk__in=[event.subject_id])
    infected = {"check_state": Attachment.CheckState.INFECTED, "checked_at": event.at, "storage_key": None}
    theirs.filter(check_state=Attachment.CheckState.WAITING).update(**infected)
    return not theirs.filter(storage_key__isnull=False).exists()


def remove_attachment(event: Event) -> bool:
    """A document that was taken back stays removed."""
    Attachment.objects.filter(pk__in=[event.subject_id], removed_at__isnull=True).update(removed_at=event.at)
    return True


def terminate_agreement(event: Event) -> bool:
    agreement = Agreement.objects.filter(pk=_subject(event)).first()
    if agreement is not None and agreement.can("terminate"):
        agreement.move("terminate", ended_at=clock.now(), ended_because=REASON)
    return True


def revoke_grant(event: Event) -> bool:
    """Also one that was issued since, on an agreement in the backup: otherwise the portal would issue it once more."""
    grant = _grant(event)
    if grant is not None and grant.revoked_at is None:
        grant.revoked_at, grant.revoked_by_id, grant.revoked_because = event.at, _actor(event), REASON
        grant.save(update_fields=["revoked_at", "revoked_by", "revoked_because"])
    return True


def suspend_grant(event: Event) -> bool:
    """Also if it was resumed later: resuming gives, and a dataset owner decides it again."""
    grant = _grant(event)
    actor = _actor(event)
    if grant is not None and actor is not None and not grant.suspensions.filter(ends_at__isnull=True).exists():
        Suspension.objects.create(grant=grant, by_id=actor, reason=REASON)
    return True


def _grant(event: Event) -> AccessGrant | None:
    """The grant of the event, written as it was issued if it is not in the backup but its agreement is."""
    grant = AccessGrant.objects.filter(pk=_subject(event)).first()
    if grant is not None or len(event.about) < 3:
        return grant
    dataset, holder, agreement = event.about[:3]
    issued = Event.objects.filter(kind=Kind.GRANT_ISSUED, subject_id=_subject(event)).first()
    if issued is None or not Agreement.objects.filter(pk=agreement, item__dataset=dataset).exists():
        return None
    if not Person.objects.filter(pk=holder).exists():
        return None
    return AccessGrant.objects.create(
        pk=_subject(event), holder_id=holder, dataset_id=dataset, agreement_id=agreement, starts_at=issued.at,
        ends_at=issued.facts["until"],
    )  # fmt: skip


NOBODY = uuid.UUID(int=0)  # an id that no row has


def _subject(event: Event) -> uuid.UUID:
    return event.subject_id or NOBODY


def _first(event: Event) -> uuid.UUID:
    """What the event is about, besides its subject."""
    return event.about[0] if event.about else NOBODY


def _actor(event: Event) -> uuid.UUID | None:
    """Who acted. A person who came since the backup is written as a closed account without a name."""
    if event.actor_id is not None and not Person.objects.filter(pk=event.actor_id).exists():
        Person.objects.create_person(id=event.actor_id, is_active=False)
    return event.actor_id
