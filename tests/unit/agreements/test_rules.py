"""Who may sign, countersign, terminate and publish templates, at every limit; and the sets of agreements."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from apps.agreements import commands, queries, rules
from apps.agreements.models import Agreement, Signature, SignedPdf, Template
from apps.agreements.states import AgreementState
from apps.core import clock
from apps.core.actors import CONSOLE, SYSTEM
from apps.core.errors import Denied, Invalid, NeedsSignIn, WrongState
from apps.people.models import Affiliation, Person
from apps.people.sign_in import SignIn
from tests import stories

pytestmark = pytest.mark.django_db


def refusal(check: Callable[..., object], *args: Any) -> type[Exception] | None:
    """The kind of refusal; None if the check passes."""
    try:
        check(*args)
    except (Denied, Invalid, NeedsSignIn, WrongState) as refused:
        return type(refused)
    return None


# ------------------------------------------------------------------------------------------------ template and text
def test_a_general_template_is_published_by_operators_and_the_command_line() -> None:
    assert refusal(rules.check_can_publish_template, CONSOLE, None) is None
    assert refusal(rules.check_can_publish_template, stories.operator(), None) is None
    assert refusal(rules.check_can_publish_template, SYSTEM, None) is Denied
    assert refusal(rules.check_can_publish_template, stories.person(), None) is Denied
    setup = stories.committee_setup()
    assert refusal(rules.check_can_publish_template, CONSOLE, setup.committee) is None
    assert refusal(rules.check_can_publish_template, setup.chair, setup.committee) is None
    assert refusal(rules.check_can_publish_template, setup.members[0], setup.committee) is Denied


def test_a_clause_has_four_parts_and_known_placeholders() -> None:
    clause = stories.CLAUSES[0]
    assert refusal(rules.check_template, "Title", [clause]) is None
    for title, clauses in (
        (" ", [clause]),
        ("Title", []),
        ("Title", [clause, {**clause, "plain_da": " "}]),
        ("Title", [{**clause, "more": "x"}]),
        ("Title", [clause, {**clause, "text": "Costs $5."}]),
        ("Title", [clause, {**clause, "text": "For $nobody."}]),
    ):
        assert refusal(rules.check_template, title, clauses) is Invalid, (title, clauses)
    with pytest.raises(Invalid) as unknown:
        rules.check_template("Title", [clause, {**clause, "text": "$beta and $alpha"}])
    assert list(unknown.value.fields) == ["text_2"]
    assert "$alpha" in str(unknown.value.fields["text_2"])


def test_a_signature_needs_a_sign_in_of_the_last_ten_minutes(noon: datetime) -> None:
    for passed, refused in (
        (timedelta(), None),
        (timedelta(minutes=10), None),
        (timedelta(minutes=10, seconds=1), NeedsSignIn),
        (-timedelta(seconds=60), None),
        (-timedelta(seconds=61), NeedsSignIn),
    ):
        sign_in = SignIn(issuer="https://idp.test", acr="", auth_time=clock.now() - passed)
        assert refusal(rules.check_signed_in_freshly, sign_in) is refused, passed


@pytest.mark.parametrize(
    ("typed", "refused"),
    [
        ("Ada O'Lind-Berg", None),
        (" ada  o\u2019lind\u2010berg ", None),
        ("Ada\u200b O'Lind-Berg", None),
        ("Ada OLind-Berg", Invalid),
        ("", Invalid),
    ],
)
def test_the_name_is_typed_as_it_is_apart_from_case_and_look_alikes(typed: str, refused: type | None) -> None:
    assert refusal(rules.check_typed_name, Person(name="Ada O'Lind-Berg"), typed) is refused


def test_a_name_that_is_not_there_is_refused_at_its_field() -> None:
    with pytest.raises(Invalid) as refused:
        rules.check_typed_name(Person(name=""), "")
    assert set(refused.value.fields) == {"typed_name"}


# ------------------------------------------------------------------------------------------------------ who may sign
def test_the_applicant_and_members_sign_once_while_it_can_be_signed() -> None:
    member = stories.person()
    setup = stories.offered(members=[member])
    agreement, applicant = setup.agreement, setup.applicant
    assert rules.check_can_sign(applicant, agreement) == Signature.Capacity.APPLICANT
    assert rules.check_can_sign(member, agreement) == Signature.Capacity.MEMBER
    assert refusal(rules.check_can_sign, setup.owner, agreement) is Denied
    stories.sign(agreement, member)
    assert refusal(rules.check_can_sign, member, agreement) is WrongState
    assert refusal(rules.check_can_sign, applicant, agreement) is None, "one signature is not the other's"
    applicant.is_break_glass = True
    assert refusal(rules.check_can_sign, applicant, agreement) is Denied
    applicant.is_break_glass, applicant.is_active = False, False
    assert refusal(rules.check_can_sign, applicant, agreement) is Denied
    applicant.is_active = True
    agreement.state = AgreementState.TERMINATED
    assert refusal(rules.check_can_sign, applicant, agreement) is WrongState
    assert refusal(rules.check_seen, agreement, agreement.sha256) is None
    assert refusal(rules.check_seen, agreement, "0" * 64) is WrongState


def test_the_last_day_of_the_period_is_the_last_to_sign() -> None:
    today = clock.today()
    assert refusal(rules.check_not_over, Agreement(ends_on=today)) is None
    assert refusal(rules.check_not_over, Agreement(ends_on=today - timedelta(days=1))) is WrongState
    setup = stories.signed()
    assert refusal(rules.check_can_countersign, setup.owner, setup.agreement) is None
    setup.agreement.ends_on = today - timedelta(days=1)
    assert refusal(rules.check_can_sign, setup.applicant, setup.agreement) is WrongState
    assert refusal(rules.check_can_countersign, setup.owner, setup.agreement) is WrongState


def test_the_applicant_signs_for_the_institution_that_the_text_names() -> None:
    here, there = stories.institution(), stories.institution()
    applicant, member = Signature.Capacity.APPLICANT, Signature.Capacity.MEMBER
    for named, capacity, now, refused in (
        (here, applicant, here, None),
        (here, applicant, there, WrongState),
        (here, member, there, None),
        (None, applicant, there, None),
    ):
        agreement, affiliation = Agreement(institution=named), Affiliation(institution=now)
        assert refusal(rules.check_named_institution, agreement, capacity, affiliation) is refused


def test_an_owner_countersigns_after_the_applicant_and_never_their_own() -> None:
    member = stories.person()
    setup = stories.offered(members=[member])
    agreement, owner = setup.agreement, setup.owner
    assert refusal(rules.check_can_countersign, owner, agreement) is WrongState, "the applicant has not signed yet"
    stories.sign(agreement, setup.applicant)
    agreement.refresh_from_db()
    assert refusal(rules.check_can_countersign, owner, agreement) is None
    assert refusal(rules.check_can_countersign, member, agreement) is Denied
    owner.is_active = False
    assert refusal(rules.check_can_countersign, owner, agreement) is Denied
    owner.is_active, owner.is_break_glass = True, True
    assert refusal(rules.check_can_countersign, owner, agreement) is Denied
    owner.is_break_glass = False
    Person.objects.filter(pk=member.pk).update(merged_into=owner)
    assert refusal(rules.check_can_countersign, owner, agreement) is Denied, "the member is another account of theirs"


def test_who_was_named_in_the_text_does_not_countersign_after_being_removed() -> None:
    member = stories.person()
    setup = stories.signed(members=[member])
    setup.case.request.memberships.all().delete()
    assert queries.is_named_in(member, setup.agreement)
    assert not queries.is_named_in(setup.owner, setup.agreement)
    assert refusal(rules.check_can_countersign, setup.owner, setup.agreement) is None
    Person.objects.filter(pk=member.pk).update(merged_into=setup.owner)
    assert refusal(rules.check_can_countersign, setup.owner, setup.agreement) is Denied
    setup.agreement.item.decided_in = None
    assert not queries.is_named_in(member, setup.agreement)


def test_an_owner_terminates_and_an_applicant_declines_before_it_is_fully_signed() -> None:
    setup = stories.offered()
    agreement = setup.agreement
    for by, reason, refused in (
        (setup.owner, "Why.", None),
        (setup.applicant, "Why.", None),
        (setup.applicant, " ", Invalid),
        (stories.person(), "Why.", Denied),
    ):
        assert refusal(rules.check_can_terminate, by, agreement, reason) is refused
    agreement.state = AgreementState.EXECUTED
    assert refusal(rules.check_can_terminate, setup.applicant, agreement, "Why.") is Denied
    assert refusal(rules.check_can_terminate, setup.owner, agreement, "Why.") is None
    setup.owner.is_active = False
    assert refusal(rules.check_can_terminate, setup.owner, agreement, "Why.") is Denied


# -------------------------------------------------------------------------------------------------------------- sets
def test_a_committee_uses_its_newest_template_or_else_the_newest_for_all() -> None:
    committee, other = stories.committee_setup().committee, stories.committee_setup().committee
    assert queries.template_for(committee) is None
    for version in (1, 3, 2):
        Template.objects.create(version=version, title=f"All {version}", clauses=[], sha256="0" * 64)
    assert str(queries.template_for(committee)) == "All 3 v3"
    for version in (1, 9):
        Template.objects.create(committee=other, version=version, title="Own", clauses=[], sha256="0" * 64)
    assert str(queries.template_for(committee)) == "All 3 v3"
    assert str(queries.template_for(other)) == "Own v9"


def test_an_agreement_is_read_by_its_parties_the_committee_the_managers_and_the_officials() -> None:
    member, added = stories.person(), stories.person()
    setup, other = stories.offered(members=[member]), stories.offered()
    agreement, case = setup.agreement, setup.case
    official = stories.signing_official(setup.applicant.institution)
    mine = {agreement}
    for reader in (setup.applicant, member, case.committee_setup.members[1], setup.owner, official):
        assert set(queries.visible_to(reader)) == mine, reader
    assert set(queries.visible_to(added)) == set()
    case.request.memberships.create(person=added)
    assert set(queries.of_person(setup.applicant)) == set(queries.of_person(member)) == mine
    assert set(queries.of_person(added)) == set(), "added after the decision"
    assert set(queries.of_person(setup.owner)) == set()
    assert set(queries.binding(official)) == mine
    assert set(queries.binding(setup.applicant)) == set()
    assert set(queries.concerning(setup.owner)) == set(queries.concerning(member)) == mine
    assert set(queries.concerning(case.committee_setup.chair)) == set(queries.concerning(official)) == set()
    assert list(queries.of_request(case.request)) == [agreement]
    assert list(queries.of_request(other.case.request)) == [other.agreement]
    assert queries.capacity_of(setup.applicant, agreement) == Signature.Capacity.APPLICANT
    assert queries.capacity_of(member, agreement) == Signature.Capacity.MEMBER
    assert queries.capacity_of(setup.owner, agreement) == ""
    assert queries.capacity_of(member, other.agreement) == ""
    assert queries.capacity_of(added, agreement) == ""


def test_who_has_yet_to_sign_finds_the_agreement_until_they_have_signed() -> None:
    member = stories.person()
    setup = stories.offered(members=[member])
    agreement, case = setup.agreement, setup.case
    case.request.memberships.create(person=stories.person())
    assert list(queries.missing_signers(agreement)) == sorted(
        [setup.applicant, member], key=lambda one: (one.name, str(one.pk))
    )
    assert list(queries.to_countersign(setup.owner)) == []
    stories.sign(agreement, setup.applicant)
    assert list(queries.missing_signers(agreement)) == [member]
    assert list(queries.to_sign(setup.applicant)) == []
    assert list(queries.to_sign(member)) == list(queries.to_countersign(setup.owner)) == [agreement]
    assert list(queries.to_countersign(member)) == []


def test_what_somebody_signed_elsewhere_is_not_signed_here() -> None:
    first = stories.signed()
    second = stories.offered(applicant=first.applicant)
    assert list(queries.to_sign(first.applicant)) == [second.agreement]
    assert list(queries.missing_signers(second.agreement)) == [first.applicant]
    assert rules.check_can_sign(first.applicant, second.agreement) == Signature.Capacity.APPLICANT


def test_a_member_who_was_removed_is_no_party_any_more() -> None:
    member = stories.person()
    setup = stories.offered(members=[member])
    setup.case.request.memberships.all().delete()
    assert not queries.of_person(member).exists()
    assert queries.capacity_of(member, setup.agreement) == ""


def test_who_owns_the_dataset_countersigns_and_nobody_signs_what_is_terminated() -> None:
    setup, other = stories.signed(), stories.signed()
    assert list(queries.to_countersign(setup.owner)) == [setup.agreement]
    stories.countersign(other.agreement, other.owner)
    assert list(queries.to_countersign(other.owner)) == []
    commands.terminate(setup.agreement, reason="Over.", by=setup.owner)
    assert list(queries.open_to_sign(Agreement.objects.all())) == [other.agreement]


def test_the_last_day_is_still_open_and_the_next_is_overdue(frozen: Callable[[datetime], datetime]) -> None:
    setup = stories.offered()
    agreement = setup.agreement
    last_day = datetime.combine(agreement.ends_on, datetime.min.time(), clock.now().tzinfo)
    for moment, over in ((last_day, False), (last_day + timedelta(days=1), True)):
        frozen(moment)
        assert queries.open_to_sign(Agreement.objects.all()).exists() == (not over)
        assert [one.over for one in queries.with_expiry(Agreement.objects.all())] == [over]
        assert queries.overdue().exists() == over
    Agreement.objects.filter(pk=agreement.pk).update(state=AgreementState.EXPIRED)
    assert not queries.overdue().exists()
    frozen(last_day)
    assert not queries.open_to_sign(Agreement.objects.all()).exists()


def test_lists_of_agreements_are_in_order(frozen: Callable[[datetime], datetime]) -> None:
    case = stories.decided(shelves=[stories.published_dataset(), stories.published_dataset()])
    stories.offered(case)
    stories.offered(days=100)
    frozen(clock.now() + timedelta(days=400))
    assert list(queries.of_request(case.request)) == list(
        Agreement.objects.filter(item__request=case.request).order_by("offered_at", "pk")
    )
    assert list(queries.overdue()) == list(Agreement.objects.order_by("ends_on", "pk"))
    ends = [one.ends_on for one in queries.overdue()]
    assert len(ends) == 3 and ends == sorted(ends)


def test_the_signed_copy_is_the_newest_or_the_one_with_that_number() -> None:
    access = stories.granted()
    agreement = access.agreement_setup.agreement
    newest = queries.pdf_of(agreement)
    assert isinstance(newest, SignedPdf)
    number = str(newest.number)
    assert queries.pdf_of(agreement, number) == newest
    kept = {"signatures": 9, "storage_key": "k", "sha256": "0" * 64}
    large = SignedPdf.objects.create(agreement=agreement, number=99_999, **kept)
    assert queries.pdf_of(agreement) == queries.pdf_of(agreement, "99999") == large
    SignedPdf.objects.create(agreement=agreement, number=100_000, **{**kept, "signatures": 10})
    for copy in ("7", "9" * 40, "x", "١", "100000"):
        assert queries.pdf_of(agreement, copy) is None, copy
    assert queries.pdf_of(stories.offered().agreement) is None
