"""People who are invited by e-mail address or ORCID iD: who is meant, who can answer, and until when."""

from datetime import timedelta
from typing import Any

import pytest

from apps.access_requests import commands, queries, queries_conflicts, queries_invitations, rules_invitations
from apps.access_requests.invitees import Invitee, proved_by, read_invitee, read_invitees
from apps.access_requests.models import Invitation, Membership
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.core import clock
from apps.core.actors import ANONYMOUS, SYSTEM
from apps.core.errors import Denied, DomainError, Gone, Invalid, WrongState
from apps.people.models import Person
from tests import stories

pytestmark = pytest.mark.django_db
ORCID = "0000-0002-1825-0097"
TOKEN = "t" * 43


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (" Anna.Berg@KI.Example ", Invitee(email="anna.berg@ki.example")),
        (ORCID, Invitee(orcid=ORCID)),
        (f"https://orcid.org/{ORCID}", Invitee(orcid=ORCID)),
        ("0000-0001-5109-370x", None),  # wrong check digit
        ("0000-0002-1694-233x", Invitee(orcid="0000-0002-1694-233X")),
        ("0000-0002-1825-0098", None),
        ("\u0430nna@ki.example", None),  # Cyrillic a
        ("mar\u212a@ki.example", None),  # the Kelvin sign is k in lower case
        ("anna@\uff4bi.example", None),  # a fullwidth k
        ("anna@", None),
        ("anna", None),
        (f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.example", None),
    ],
)
def test_an_entry_is_an_address_or_an_orcid_with_its_check_digit(typed: str, read: Invitee | None) -> None:
    if read is not None:
        assert read_invitee(typed, field="invite") == read
        return
    with pytest.raises(Invalid, check=lambda refused: refused.field == "invite"):
        read_invitee(typed, field="invite")


def test_every_wrong_entry_is_named_and_each_person_is_read_once() -> None:
    assert read_invitees(["A@b.example", "a@B.example"], field="invite") == [Invitee(email="a@b.example")]
    with pytest.raises(Invalid, match="first.*second"):
        read_invitees(["first", "a@b.example", "second"], field="invite")


def test_a_sign_in_proves_a_verified_ascii_address_and_an_orcid() -> None:
    person = Person(email="Anna@KI.example", email_verified=True, orcid=ORCID)
    assert proved_by(person) == Invitee("anna@ki.example", ORCID)
    assert proved_by(Person(email="a@b.example", email_verified=False)) == Invitee()
    assert proved_by(Person(email="mar\u212a@ki.example", email_verified=True)) == Invitee()


# --------------------------------------------------------------------------------------------------- with a database
def invited(entry: str = "anna@ki.example", case: Any = None) -> tuple[Any, Invitation]:
    case = case or stories.draft()
    (invitation,) = commands.invite(case.request, entries=[entry], by=case.applicant)
    return case, invitation


def link(invitation: Invitation, token: str = TOKEN) -> str:
    """As if the e-mail was sent."""
    Invitation.objects.filter(pk=invitation.pk).update(token_hash=queries_invitations.hash_of(token), mail_due_at=None)
    return token


def test_account_or_not_an_address_is_invited_the_same_way() -> None:
    """The applicant sees no difference, and nobody is a member before they confirm."""
    known = stories.person(email="anna@ki.example")
    case, one = invited("ANNA@ki.example")
    (other,) = commands.invite(case.request, entries=["nobody@ki.example"], by=case.applicant)
    differ = {"id", "email", "queued_at", "mail_due_at", "expires_at", "invited_at"}
    same = [field.attname for field in Invitation._meta.concrete_fields if field.attname not in differ]
    assert [getattr(one, name) for name in same] == [getattr(other, name) for name in same]
    assert not Membership.objects.filter(request=case.request).exists()
    assert list(queries_invitations.waiting_for(known)) == [one]
    assert commands.invite(case.request, entries=["anna@KI.example"], by=case.applicant) == [one], "once"
    assert list(queries_invitations.of_request(case.request)) == [one, other]


def test_who_is_named_confirms_and_a_second_confirmation_is_refused() -> None:
    known = stories.person(email="anna@ki.example")
    case, invitation = invited()
    commands.confirm_invitation(invitation, by=known)
    assert [one.person for one in case.request.memberships.all()] == [known]
    event = Event.objects.get(kind=Kind.INVITATION_CONFIRMED)
    assert (event.actor_id, event.about, event.facts) == (known.pk, [invitation.pk, known.pk], {})
    case.reload()
    assert case.request.revision == 2, "an open form must be read again"
    with pytest.raises(WrongState):
        commands.confirm_invitation(invitation, by=known)
    with pytest.raises(WrongState):
        commands.withdraw_invitation(invitation, by=case.applicant)


def test_an_orcid_names_the_person_and_a_second_account_with_it_makes_it_name_nobody() -> None:
    known, other = stories.person(), stories.person()
    Person.objects.filter(pk=known.pk).update(orcid=ORCID)
    known.refresh_from_db()
    _case, invitation = invited(ORCID)
    assert invitation.mail_due_at is None
    assert list(queries_invitations.waiting_for(known)) == [invitation]
    assert not queries_invitations.waiting_for(other).exists()
    Person.objects.filter(pk=other.pk).update(orcid=ORCID)
    with pytest.raises(Denied):
        commands.confirm_invitation(invitation, by=known)


def test_neither_an_unverified_address_nor_another_account_confirms() -> None:
    """Control: the same person confirms once the address is verified."""
    _case, invitation = invited()
    known = stories.person(email="anna@ki.example")
    Person.objects.filter(pk=known.pk).update(email_verified=False)
    known.refresh_from_db()
    for by in (known, stories.person(), Person(is_active=False, email="anna@ki.example", email_verified=True)):
        with pytest.raises(Denied):
            commands.confirm_invitation(invitation, by=by)
        with pytest.raises(Denied):
            commands.decline_invitation(invitation, by=by)
    Person.objects.filter(pk=known.pk).update(email_verified=True)
    commands.confirm_invitation(invitation, by=Person.objects.get(pk=known.pk))


def test_another_account_with_the_link_joins_when_the_applicant_accepts_it() -> None:
    case, invitation = invited()
    token, mine, other = link(invitation), stories.person(), stories.person()
    commands.claim_invitation(invitation, token=token, by=mine)
    assert not case.request.memberships.exists()
    with pytest.raises(Denied):
        commands.claim_invitation(invitation, token=token, by=other)  # the link opens once
    with pytest.raises(WrongState):
        commands.accept_claim(invitation, person=other, by=case.applicant)
    with pytest.raises(Denied):
        commands.accept_claim(invitation, person=mine, by=mine)
    commands.accept_claim(invitation, person=mine, by=case.applicant)
    assert [one.person for one in case.request.memberships.all()] == [mine]


def test_a_token_opens_its_own_invitation_only() -> None:
    case, invitation = invited()
    (other,) = commands.invite(case.request, entries=["bo@ki.example"], by=case.applicant)
    token, by = link(invitation), stories.person()
    for wrong in ("", "x", token[:-1], queries_invitations.hash_of(token)):
        with pytest.raises(Denied):
            commands.claim_invitation(invitation, token=wrong, by=by)
    with pytest.raises(Denied):
        commands.claim_invitation(other, token=token, by=by)
    with pytest.raises(Denied):
        commands.decline_invitation(other, token=token, by=ANONYMOUS)
    with pytest.raises(Denied):
        commands.decline_invitation(other, by=ANONYMOUS)
    commands.decline_invitation(invitation, token=token, by=ANONYMOUS)
    with pytest.raises(WrongState):
        commands.decline_invitation(invitation, token=token, by=ANONYMOUS)


def test_nobody_confirms_after_a_withdrawal_or_the_last_day(frozen: Any) -> None:
    known = stories.person(email="anna@ki.example")
    case, invitation = invited()
    frozen(clock.now() + timedelta(days=14, minutes=1))
    with pytest.raises(Gone):
        commands.confirm_invitation(invitation, by=known)
    assert not queries_invitations.waiting_for(known).exists()
    commands.resend_invitation(invitation, by=case.applicant)
    commands.withdraw_invitation(invitation, by=case.applicant)
    with pytest.raises(WrongState):
        commands.confirm_invitation(invitation, by=known)
    assert not case.request.memberships.exists()


def test_sending_again_waits_an_hour_makes_the_old_link_void_and_ends_after_five() -> None:
    case, invitation = invited()
    token = link(invitation)
    with pytest.raises(WrongState):
        commands.resend_invitation(invitation, by=case.applicant)
    rows = Invitation.objects.filter(pk=invitation.pk)
    for _time in range(4):
        rows.update(queued_at=clock.now() - timedelta(hours=2))
        commands.resend_invitation(invitation, by=case.applicant)
    assert queries_invitations.with_token(token) is None
    rows.update(queued_at=clock.now() - timedelta(hours=2))
    with pytest.raises(WrongState):
        commands.resend_invitation(invitation, by=case.applicant)


def test_there_are_limits_for_a_request_and_for_a_day() -> None:
    case, _invitation = invited()
    for limits in ({"most": 1}, {"per_day": 1}):
        with pytest.raises(Invalid, check=lambda refused: refused.field == "invite"):
            commands.invite(case.request, entries=["bo@ki.example"], by=case.applicant, **limits)
    assert len(commands.invite(case.request, entries=["bo@ki.example"], by=case.applicant, most=2, per_day=2)) == 1


def test_the_applicant_invites_somebody_else_and_nobody_else_invites() -> None:
    case = stories.draft()
    Person.objects.filter(pk=case.applicant.pk).update(orcid=ORCID)
    case.applicant.refresh_from_db()
    for entries in ([], [case.applicant.email.upper()], [ORCID]):
        with pytest.raises(Invalid, check=lambda refused: refused.field == "invite"):
            commands.invite(case.request, entries=entries, by=case.applicant)
    with pytest.raises(Denied):
        commands.invite(case.request, entries=["anna@ki.example"], by=stories.person())
    _case, invitation = invited("anna@ki.example", case)
    other = stories.person(email="anna@ki.example")
    Person.objects.filter(pk=other.pk).update(merged_into=case.applicant)
    link(invitation)
    with pytest.raises(Denied):
        commands.claim_invitation(invitation, token=TOKEN, by=case.applicant)


# ------------------------------------------------------------------------------------------------- after submission
def submitted_with_invitation() -> tuple[Any, Invitation, Person]:
    known = stories.person(email="anna@ki.example")
    case, invitation = invited()
    return stories.submitted(case), invitation, known


def test_who_confirms_after_submission_starts_a_round_and_the_question_about_conflicts_is_open_again() -> None:
    case, invitation, known = submitted_with_invitation()
    member, first = case.committee_setup.members[1], case.request.rounds.get()
    assert first.snapshot["invited"] == [str(invitation.pk)]
    assert first.snapshot["members"] == []
    assert queries_invitations.still_invited(first) == [invitation]
    assert queries_conflicts.has_declared(member, case.request)
    assert not queries.of_person(known).exists(), "a person who is invited reads nothing"
    commands.confirm_invitation(invitation, by=known)
    case.reload()
    rounds = list(case.request.rounds.order_by("number"))
    assert [one.closed_at is None for one in rounds] == [False, True]
    assert rounds[1].snapshot["members"] == [str(known.pk)]
    assert "invited" not in rounds[1].snapshot
    assert not queries_conflicts.has_declared(member, case.request)
    assert queries_invitations.still_invited(first) == queries_invitations.still_invited(rounds[1]) == []
    facts = Event.objects.get(kind=Kind.INVITATION_CONFIRMED).facts
    assert facts == {"round": 2, "sha256": rounds[1].sha256}


@pytest.mark.parametrize("state", ["in_review", "decided", "withdrawn"])
def test_nobody_joins_during_the_review_after_a_decision_or_a_withdrawal(state: str) -> None:
    case, invitation, known = submitted_with_invitation()
    if state == "withdrawn":
        commands.withdraw(case.request, by=case.applicant)
    else:
        stories.in_review(case)
    if state == "decided":
        stories.decided(case)
    case.reload()
    with pytest.raises(WrongState):
        commands.confirm_invitation(invitation, by=known)
    with pytest.raises(WrongState):
        commands.resend_invitation(invitation, by=case.applicant)
    assert not queries_invitations.waiting_for(known).exists()
    assert not case.request.memberships.exists()


def test_who_is_invited_joins_a_returned_request_and_is_in_the_next_round() -> None:
    case, invitation, known = submitted_with_invitation()
    stories.returned(case)
    commands.confirm_invitation(invitation, by=known)
    case.reload()
    assert case.request.rounds.count() == 1
    assert [one.person for one in case.request.memberships.all()] == [known]


def test_a_member_of_the_deciding_committee_does_not_join_a_submitted_request() -> None:
    case, invitation, _known = submitted_with_invitation()
    token = link(invitation)
    with pytest.raises(Denied):
        commands.claim_invitation(invitation, token=token, by=case.committee_setup.members[1])
    outsider = stories.person()
    commands.claim_invitation(invitation, token=token, by=outsider)
    Person.objects.filter(pk=outsider.pk).update(is_active=False)
    with pytest.raises(WrongState):
        commands.accept_claim(invitation, person=outsider, by=case.applicant)


def test_a_person_who_is_a_member_already_is_not_added_twice() -> None:
    known = stories.person(email="anna@ki.example")
    case, invitation = invited(case=stories.draft(members=[known]))
    commands.confirm_invitation(invitation, by=known)
    assert case.request.memberships.count() == 1


def test_invitations_go_with_a_draft_and_are_not_copied() -> None:
    case, _invitation = invited()
    copied = commands.copy(case.request, starts_on=clock.today(), by=case.applicant)
    assert not copied.invitations.exists()
    commands.discard(case.request, by=case.applicant)
    assert not Invitation.objects.exists()


def test_addresses_are_erased_after_a_time_and_who_confirmed_stays(frozen: Any) -> None:
    known = stories.person(email="anna@ki.example")
    case, invitation = invited()
    (other,) = commands.invite(case.request, entries=["bo@ki.example"], by=case.applicant)
    commands.confirm_invitation(invitation, by=known)
    assert commands.erase_invitations(by=SYSTEM) == 0
    frozen(clock.now() + timedelta(days=14 + 30, minutes=1))
    assert commands.erase_invitations(by=SYSTEM) == 2
    assert commands.erase_invitations(by=SYSTEM) == 0
    rows = {one.pk: one for one in Invitation.objects.all()}
    assert [(one.entry, one.outcome) for one in (rows[invitation.pk], rows[other.pk])] == [
        ("", "confirmed"), ("", "withdrawn"),
    ]  # fmt: skip
    assert rows[invitation.pk].person == known
    assert str(invitation) == f"invitation {invitation.pk} to {case.request.pk}"


def test_every_refusal_says_what_to_do() -> None:
    case, invitation = invited()
    with pytest.raises(DomainError) as refused:
        rules_invitations.check_can_resend(case.applicant, invitation)
    assert str(refused.value.sentence).endswith(".")
