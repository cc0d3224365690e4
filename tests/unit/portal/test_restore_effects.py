"""What a restore repeats of the events since a backup: the table is total, and each act only ever takes away."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import models

from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.committees.models import CommitteeMember, Deputy
from apps.core import clock, roles
from apps.core.actors import CONSOLE
from apps.core.errors import WrongState
from apps.datasets.models import Dataset
from apps.grants import commands as grants
from apps.grants.models import AccessGrant, DownloadStop, Restore
from apps.grants.queries import may_download
from apps.grants.restores import admits, replayed_through, unreleased_restore
from apps.identity.commands import break_glass
from apps.identity.models import BreakGlassAccount
from apps.notifications.models import Notification
from apps.people.commands.claims import add_platform_role_claim
from apps.people.models import Affiliation, Identity, Institution, Person, PlatformRole, Provider
from apps.tokens.models import ServiceAccount
from portal.backup.effects import EFFECTS, Effect
from portal.backup.replay import replay
from tests import stories

pytestmark = pytest.mark.django_db


def event(
    kind: Kind, *, subject: models.Model | uuid.UUID | None, by: Person | None = None, about: Any = (), **facts: Any
) -> Event:
    """An event as it came from the exported ones."""
    return Event.objects.create(
        kind=kind, actor_kind="person" if by is not None else "console", actor_id=by.pk if by is not None else None,
        subject_type=subject._meta.model_name if isinstance(subject, models.Model) else "grant",
        subject_id=subject.pk if isinstance(subject, models.Model) else subject,
        about=[one.pk if isinstance(one, models.Model) else one for one in about], facts=facts,
    )  # fmt: skip


def restored(*events: Event) -> Restore:
    """The portal was restored, and these events were replayed."""
    stop = DownloadStop.objects.create(reason="Restored.")
    numbers = [one.pk for one in events]
    made = Restore.objects.create(
        stop=stop, backup="b", taken_at=clock.now(), log_end=min(numbers, default=1) - 1,
        first_replayed=min(numbers, default=None), last_replayed=max(numbers, default=None),
    )  # fmt: skip
    replay(made, numbers)
    replay(made)  # a second run changes nothing
    return made


# ---------------------------------------------------------------------------------------------------------- the table
def test_every_kind_of_event_has_a_row_and_only_what_takes_away_has_an_act() -> None:
    """A kind that is not in the table is unknown: see the next test for what that means."""
    assert set(EFFECTS) == set(Kind)
    assert {kind for kind, row in EFFECTS.items() if (row.take is not None) != (row.effect == Effect.TAKEN)} == set()


def test_kinds_whose_name_says_that_something_ended_are_repeated_or_ended_by_the_restore() -> None:
    """Whoever adds such a kind decides how a restore repeats it. Two of them only clean up what nobody else sees."""
    words = {"revoked", "ended", "suspended", "terminated", "removed", "taken", "withdrawn", "deactivated", "disabled",
             "unmapped", "lost"}  # fmt: skip
    # A grant ends by its own date; a form that is asked again takes nothing away, and its committee withdraws it again.
    allowed = {Kind.FILE_REMOVED, Kind.PROPOSAL_WITHDRAWN, Kind.GRANT_ENDED, Kind.FORM_WITHDRAWN}
    ending = {kind for kind in Kind if words & set(kind.replace(".", "_").split("_"))}
    assert {kind for kind in ending if EFFECTS[kind].effect not in {Effect.TAKEN, Effect.ENDED}} == allowed


def test_an_unknown_kind_keeps_downloads_stopped() -> None:
    """Unknown is no: two operators cannot release it, until a release that knows the kind has judged it."""
    first, second = stories.operator(), stories.operator()
    unknown = Event.objects.create(kind="grant.shredded", actor_kind="system", subject_type="")
    made = restored(unknown)
    assert made.unknown_kinds == ["grant.shredded"]
    with pytest.raises(WrongState):
        grants.propose_resume(made.stop, by=first)
    with pytest.raises(WrongState):  # downloads are stopped already, by nobody in person
        grants.stop_downloads("Another.", by=first)
    Restore.objects.filter(pk=made.pk).update(unknown_kinds=[])
    grants.propose_resume(made.stop, by=first)
    grants.resume_downloads(made.stop, by=second)
    assert unreleased_restore() is None


# ------------------------------------------------------------------------------------------------------- each act
def revoked(access: stories.Access) -> tuple[Event, Callable[[], bool]]:
    about = [access.grant.dataset_id, access.holder, access.grant.agreement_id, access.case.request]
    done = event(Kind.GRANT_REVOKED, subject=access.grant, by=access.owner, about=about)
    return done, lambda: AccessGrant.objects.get(pk=access.grant.pk).revoked_at == done.at


def suspended(access: stories.Access) -> tuple[Event, Callable[[], bool]]:
    done = event(Kind.GRANT_SUSPENDED, subject=access.grant, by=access.owner)
    return done, lambda: access.grant.suspensions.filter(ends_at__isnull=True).count() == 1


def terminated(access: stories.Access) -> tuple[Event, Callable[[], bool]]:
    agreement = access.agreement_setup.agreement
    done = event(Kind.AGREEMENT_TERMINATED, subject=agreement, by=access.owner)
    return done, lambda: access.agreement_setup.reload().agreement.state == "terminated"


def withdrawn(access: stories.Access) -> tuple[Event, Callable[[], bool]]:
    version = access.published_dataset.version
    done = event(Kind.VERSION_WITHDRAWN, subject=version, by=access.owner)
    return done, lambda: type(version).objects.get(pk=version.pk).state == "withdrawn"


def account_closed(access: stories.Access) -> tuple[Event, Callable[[], bool]]:
    done = event(Kind.PERSON_DEACTIVATED, subject=access.holder)
    return done, lambda: not Person.objects.get(pk=access.holder.pk).is_active


def affiliation_ended(access: stories.Access) -> tuple[Event, Callable[[], bool]]:
    home = access.holder.institution
    done = event(Kind.AFFILIATION_ENDED, subject=access.holder, by=access.owner, about=[home])
    return done, lambda: not Affiliation.objects.active().filter(person=access.holder).exists()


def second_factor_set(access: stories.Access) -> tuple[Event, Callable[[], bool]]:
    dataset = access.published_dataset.dataset
    done = event(Kind.DATASET_DESCRIBED, subject=dataset, by=access.owner, fields="requires_second_factor+title")
    return done, lambda: Dataset.objects.get(pk=dataset.pk).requires_second_factor


@pytest.mark.parametrize(
    "act", [revoked, suspended, terminated, withdrawn, account_closed, affiliation_ended, second_factor_set]
)
def test_what_ended_access_ends_it_again(act: Callable[[stories.Access], tuple[Event, Callable[[], bool]]]) -> None:
    """Control: released without the replay, the holder may download."""
    access, other = stories.granted(), stories.granted()
    done, holds = act(access)
    assert may_download(access.holder, access.file.pk)
    made = restored(done)
    assert holds() and made.taken == {done.kind: 1} and not made.by_hand
    DownloadStop.objects.filter(pk=made.stop_id).update(
        ends_at=clock.now(), resume_proposed_by=access.owner, ended_by=other.owner
    )
    assert not may_download(access.holder, access.file.pk)
    assert may_download(other.holder, other.file.pk)


def test_a_grant_issued_and_revoked_since_is_not_issued_again() -> None:
    """Its agreement was fully signed when the backup was made, and its consequences were pending."""
    setup = stories.executed()
    agreement, holder, number = setup.agreement, setup.applicant, uuid.uuid4()
    about = [setup.published_dataset.dataset, holder, agreement, setup.case.request]
    until = clock.now().replace(year=2099).isoformat()
    issued = event(Kind.GRANT_ISSUED, subject=number, about=about, until=until)
    newcomer = Person(pk=uuid.uuid4())  # who revoked it had come since the backup
    restored(issued, event(Kind.GRANT_REVOKED, subject=number, by=newcomer, about=about))
    stories.drain()
    assert AccessGrant.objects.get(agreement=agreement, holder=holder).revoked_at is not None
    assert not Person.objects.get(pk=newcomer.pk).is_active


def test_roles_and_memberships_end_again() -> None:
    """Owners, signing officials, committee members, operators, service accounts, claims."""
    access = stories.granted()
    dataset, member = access.published_dataset.dataset, access.published_dataset.committee_setup.members[0]
    home, operator = Institution.objects.first(), stories.operator()
    assert home is not None
    official = stories.signing_official(home)
    membership = CommitteeMember.objects.get(person=member, committee=dataset.committee)
    away = {"starts_at": clock.now(), "ends_at": clock.now() + timedelta(days=9), "named_by": member}
    deputy = Deputy.objects.create(membership=membership, person=stories.person(), **away)
    account = ServiceAccount.objects.create(
        owner=access.holder, name="x", purpose="y", ends_at=clock.now() + (clock.now() - access.grant.issued_at) * 2
    )
    provider = Provider.objects.create(slug="h", name="H", issuer="https://h.example", client_id="c", secret_name="h")
    mapping = add_platform_role_claim(provider, claim="groups", value="ops", role="operator", by=CONSOLE)
    made = restored(
        event(Kind.ROLE_TAKEN, subject=dataset, about=[access.owner], role=Dataset.OWNER),
        event(Kind.ROLE_TAKEN, subject=home, about=[official], role=Institution.SIGNING_OFFICIAL),
        event(Kind.COMMITTEE_MEMBER_REMOVED, subject=membership, about=[dataset.committee, member]),
        event(Kind.DEPUTY_ENDED, subject=deputy, about=[dataset.committee, member]),
        event(Kind.COMMITTEE_CHANGED, subject=dataset.committee, accepting=False),
        event(Kind.PLATFORM_ROLE_ENDED, subject=operator, role="operator"),
        event(Kind.PLATFORM_ROLE_LOST, subject=operator, role="operator"),
        event(Kind.SERVICE_ACCOUNT_ENDED, subject=account),
        event(Kind.CLAIM_UNMAPPED, subject=mapping, about=[provider]),
        event(Kind.PROVIDER_DEACTIVATED, subject=provider),
    )
    assert not roles.has_role(access.owner, [Dataset.OWNER], dataset)
    assert not roles.has_role(official, [Institution.SIGNING_OFFICIAL], home)
    assert not CommitteeMember.objects.active().filter(pk=membership.pk).exists()
    assert not Deputy.objects.current().filter(pk=deputy.pk).exists()
    assert dataset.committee is not None and not type(dataset.committee).objects.get(pk=dataset.committee.pk).accepting
    assert not PlatformRole.objects.filter(person=operator, ends_at__gt=clock.now()).exists()
    assert not ServiceAccount.objects.alive().filter(pk=account.pk).exists()
    mapping.refresh_from_db()
    provider.refresh_from_db()
    assert mapping.ended_at is not None and not provider.is_active and not made.by_hand


def test_requests_and_conflicts_of_interest() -> None:
    """A declared conflict stays declared; what was withdrawn is withdrawn; a removed project member is removed."""
    friend = stories.person()
    case = stories.in_review(members=[friend])
    member = case.committee_setup.members[0]
    restored(
        event(Kind.MEMBER_RECUSED, subject=case.request, by=member),
        event(Kind.PROJECT_MEMBER_REMOVED, subject=case.request, about=[friend]),
    )
    assert case.request.recusals.filter(person=member).count() == 1 and not case.request.memberships.exists()


def test_a_withdrawn_request_is_withdrawn_again() -> None:
    case = stories.in_review()
    restored(event(Kind.REQUEST_WITHDRAWN, subject=case.request, by=case.applicant))
    assert case.reload().request.state == "withdrawn"


def test_identities_and_break_glass_accounts() -> None:
    """A separated identity leaves the account; a merged account is closed, and an operator merges the two again."""
    old, other, operator, new = stories.person(), stories.person(), stories.operator(), uuid.uuid4()
    identity = Identity.objects.filter(person=old).first() or Identity.objects.create(
        person=old, issuer="https://i.example", subject="s"
    )
    break_glass.make_break_glass(days=30, by=CONSOLE)
    glass = BreakGlassAccount.objects.get()
    made = restored(
        event(Kind.IDENTITY_SPLIT, subject=old, by=operator, about=[new, identity]),
        event(Kind.PEOPLE_MERGED, subject=operator, by=operator, about=[other]),
        event(Kind.BREAK_GLASS_DISABLED, subject=glass.person),
        event(Kind.PERSON_DEACTIVATED, subject=uuid.uuid4()),
        event(Kind.AFFILIATION_ENDED, subject=uuid.uuid4(), by=operator, about=[uuid.uuid4()]),
    )
    assert Identity.objects.get(pk=identity.pk).person_id == new
    assert not Person.objects.get(pk=other.pk).is_active and not BreakGlassAccount.objects.alive().exists()
    assert set(made.by_hand) == {"identity.merged", "person.deactivated", "affiliation.ended"}


# ------------------------------------------------------------------------------------------- while it waits
def test_until_the_release_only_operators_sign_in_and_no_e_mail_goes_out_twice() -> None:
    """Control: without a restore everybody may, and a notification waits to be sent."""
    operator, someone = stories.operator(), stories.person()
    assert admits(someone) and admits(None) and unreleased_restore() is None
    made = restored(event(Kind.PERSON_DEACTIVATED, subject=stories.person()))
    assert admits(operator) and not admits(someone) and not admits(None)
    assert made.last_replayed is not None
    assert replayed_through(made.last_replayed) and not replayed_through(made.last_replayed + 1)


def test_a_pending_event_of_the_backup_is_written_to_the_inbox_only() -> None:
    """The portal before the restore may have sent the e-mail. Control: of a later event it is queued."""
    before, after = stories.granted(), stories.granted()
    grants.revoke(before.grant, reason="Over.", by=before.owner)
    newest = Event.objects.order_by("-pk").first()
    assert newest is not None
    stop = DownloadStop.objects.create(reason="Restored.")
    Restore.objects.create(stop=stop, backup="b", taken_at=clock.now(), log_end=newest.pk)
    grants.revoke(after.grant, reason="Over.", by=after.owner)
    stories.drain()
    assert Notification.objects.get(event_id=newest.pk, reader=before.holder).posted_at is not None
    assert Notification.objects.get(kind="grant.revoked", reader=after.holder).posted_at is None
