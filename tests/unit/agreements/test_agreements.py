"""From the decision to the agreement that both sides have signed."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.access_requests import commands as requests
from apps.agreements import commands, queries, rules, wording
from apps.agreements.models import Agreement, Signature, Template
from apps.agreements.tasks import offer_agreement, store_agreement_pdf
from apps.audit.models import Event
from apps.core import clock
from apps.core.actors import CONSOLE, SYSTEM
from apps.core.errors import Denied, Invalid, NeedsSignIn, Unavailable, WrongState
from apps.core.storage import private_storage
from apps.core.text import given
from apps.datasets.commands import give_role as add_owner
from apps.datasets.models import Dataset
from apps.grants.models import AccessGrant
from tests import stories

pytestmark = pytest.mark.django_db


# -------------------------------------------------------------------------------------------------------- templates
def test_a_template_is_published_in_versions_and_a_committees_own_wins() -> None:
    agreement_setup = stories.offered()
    committee = agreement_setup.case.committee_setup.committee
    template = queries.template_for(committee)
    assert template is not None
    assert str(template) == "Data use agreement v1"
    own = commands.publish_template("Ours", clauses=stories.CLAUSES, committee=committee, by=CONSOLE)
    newer = commands.publish_template(
        "Ours", clauses=stories.CLAUSES[:1], committee=committee, by=agreement_setup.case.committee_setup.chair
    )
    assert (own.version, newer.version) == (1, 2)
    assert queries.template_for(committee) == newer
    assert agreement_setup.agreement.template == template


def test_the_wording_is_the_chairs_matter_or_an_operators() -> None:
    committee_setup, boss = stories.committee_setup(), stories.operator()
    with pytest.raises(Denied, match="Only the chair or an operator"):
        commands.publish_template(
            "Ours", clauses=stories.CLAUSES, committee=committee_setup.committee, by=committee_setup.members[0]
        )
    with pytest.raises(Denied, match="Only an operator"):
        commands.publish_template("Ours", clauses=stories.CLAUSES, committee=None, by=committee_setup.chair)
    assert commands.publish_template("General", clauses=stories.CLAUSES, committee=None, by=boss).version == 1


def clause(**changes: Any) -> dict[str, Any]:
    return {**stories.CLAUSES[1], **changes}


@pytest.mark.parametrize(
    ("title", "clauses", "fields"),
    [
        (" ", [clause()], {"title"}),
        ("T", [], {"heading_1"}),
        ("T", [clause(plain="")], {"plain_1"}),
        ("T", [clause(more="x")], {"more_1"}),
        ("T", [clause(), {"heading": "only"}], {"text_2", "plain_2", "plain_da_2"}),
        ("T", [clause(text="For $nobody.")], {"text_1"}),
        ("T", [clause(text="It costs 5 $.")], {"text_1"}),
    ],
)
def test_a_template_that_cannot_become_a_contract_is_refused(title: str, clauses: Any, fields: set[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        commands.publish_template(title, clauses=clauses, committee=None, by=CONSOLE)
    assert set(refusal.value.fields) == fields and not Template.objects.exists()


def test_a_missing_fact_is_an_error_and_never_a_gap() -> None:
    with pytest.raises(KeyError):
        wording.filled(stories.CLAUSES, {"applicant": "Ingrid Holm"})


# --------------------------------------------------------------------------------------------------------- offering
def test_the_offered_text_says_what_was_decided() -> None:
    """T93."""
    friend = stories.person(name="Jonas Kjær")
    agreement_setup = stories.offered(stories.decided(members=[friend], choice="conditional"))
    text, case = agreement_setup.agreement.text, agreement_setup.case
    people = (case.applicant.name, "Jonas Kjær", case.published_dataset.owner.name)
    things = (
        case.published_dataset.dataset.title,
        case.committee_setup.committee.name,
        "Report once a year.",
        agreement_setup.agreement.reference,
    )
    assert all(said in text for said in (*people, *things, stories.PURPOSE))
    assert agreement_setup.agreement.sha256 == hashlib.sha256(text.encode()).hexdigest() == wording.digest(text)
    assert agreement_setup.agreement.starts_on == case.request.starts_on
    assert str(agreement_setup.agreement) == agreement_setup.agreement.reference


def test_what_people_typed_never_poses_as_a_clause() -> None:
    """T76."""
    case = stories.draft()
    forged = stories.PURPOSE + "\n\n9. Everything is allowed\nThe applicant may do anything.\n[In plain words: all]"
    requests.change(case.request, by=case.applicant, purpose=forged)
    agreement_setup = stories.offered(stories.decided(stories.in_review(stories.submitted(case))))
    _title, clauses = wording.parsed(agreement_setup.agreement.text)
    assert [c["heading"] for c in clauses] == [c["heading"] for c in stories.CLAUSES]


def test_a_text_can_be_taken_apart_and_is_the_same_again() -> None:
    clauses = [{**c, "text": c["text"].replace("$", "")} for c in stories.CLAUSES]
    title, found = wording.parsed(wording.full_text("A title", clauses))
    assert title == "A title"
    assert [(c["number"], c["heading"], c["text"], c["plain"]) for c in found] == [
        (str(n), c["heading"], c["text"], c["plain"]) for n, c in enumerate(clauses, start=1)
    ]


def test_an_agreement_is_offered_once_and_for_approved_items_only() -> None:
    agreement_setup = stories.offered()
    assert commands.offer(agreement_setup.case.item.pk, by=SYSTEM) == agreement_setup.agreement
    assert Event.objects.filter(kind="agreement.offered").count() == 1
    denied = stories.decided(choice="deny")
    assert commands.offer(denied.item.pk, by=SYSTEM) is None
    assert not Agreement.objects.filter(item=denied.item).exists()
    for consequence in (offer_agreement, store_agreement_pdf):
        consequence(Event(kind="request.item_decided"))


def test_without_a_template_the_offer_waits() -> None:
    case = stories.decided()
    with pytest.raises(Unavailable, match="No agreement template"):
        commands.offer(case.item.pk, by=SYSTEM)
    stories.drain()
    assert not Agreement.objects.exists()


# ---------------------------------------------------------------------------------------------------------- signing
def sign(agreement_setup: stories.AgreementSetup, by: Any, **how: Any) -> Signature:
    facts = {
        "typed_name": by.name,
        "seen_sha256": agreement_setup.agreement.sha256,
        "signed_in": stories.fresh_sign_in(),
        **how,
    }
    return commands.sign(agreement_setup.agreement, by=by, **facts)


def test_the_applicant_and_each_member_sign_for_themselves() -> None:
    friend = stories.person()
    agreement_setup = stories.offered(members=[friend])
    assert (
        list(queries.to_sign(friend)) == list(queries.to_sign(agreement_setup.applicant)) == [agreement_setup.agreement]
    )
    assert set(queries.missing_signers(agreement_setup.agreement)) == {agreement_setup.applicant, friend}
    signature = sign(agreement_setup, friend)
    assert (signature.capacity, signature.text_sha256) == ("member", agreement_setup.agreement.sha256)
    assert str(signature) == f"{friend.pk} on {agreement_setup.agreement.pk}"
    assert agreement_setup.reload().agreement.state == "offered"
    assert sign(agreement_setup, agreement_setup.applicant).capacity == "applicant"
    assert agreement_setup.reload().agreement.state == "signed"
    assert not queries.to_sign(friend).exists()
    assert not queries.missing_signers(agreement_setup.agreement).exists()
    assert list(queries.to_countersign(agreement_setup.owner)) == [agreement_setup.agreement]


def test_nobody_else_signs() -> None:
    agreement_setup = stories.offered()
    for by in (agreement_setup.owner, agreement_setup.case.committee_setup.chair, stories.person(), stories.operator()):
        with pytest.raises(Denied, match="Only the applicant and the project members"):
            sign(agreement_setup, by)
    agreement_setup.applicant.is_active = False
    with pytest.raises(Denied):
        sign(agreement_setup, agreement_setup.applicant)


def test_who_was_named_after_the_decision_signs_nothing_and_gets_nothing() -> None:
    """L36, T86: two committees; the first decides, the second returns the request, a member is added meanwhile."""
    first, second, late = stories.published_dataset(), stories.published_dataset(), stories.person()
    case = stories.in_review(shelves=[first, second])
    for voter in first.committee_setup.everyone[:2]:
        stories.vote(case, voter, published_dataset=first)
    requests.request_changes(case.request, text="Who else?", by=second.committee_setup.chair)
    requests.name_members(case.request, codes=[late.code], by=case.applicant)
    agreement_setup = stories.offered(case)
    assert not queries.to_sign(late).exists()
    assert late not in queries.missing_signers(agreement_setup.agreement)
    with pytest.raises(Denied):
        sign(agreement_setup, late)
    stories.granted(stories.executed(stories.signed(stories.AgreementSetup(stories.Case(
        case.request, case.applicant, [first]), agreement_setup.agreement))))  # fmt: skip
    assert not AccessGrant.objects.filter(holder=late).exists()


def test_a_member_taken_out_after_the_decision_signs_nothing() -> None:
    first, second, friend = stories.published_dataset(), stories.published_dataset(), stories.person()
    case = stories.in_review(shelves=[first, second], members=[friend])
    for voter in first.committee_setup.everyone[:2]:
        stories.vote(case, voter, published_dataset=first)
    requests.request_changes(case.request, text="Who else?", by=second.committee_setup.chair)
    requests.name_members(case.request, codes=[], by=case.applicant)
    with pytest.raises(Denied):
        sign(stories.offered(case), friend)


def test_a_signature_is_given_once() -> None:
    agreement_setup = stories.offered()
    sign(agreement_setup, agreement_setup.applicant)
    with pytest.raises(WrongState, match="already signed"):
        sign(agreement_setup, agreement_setup.applicant)
    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.create(
            agreement=agreement_setup.agreement, signer=agreement_setup.applicant, capacity="member",
            typed_name="x", text_sha256="x", issuer="x", auth_time=clock.now(),
        )  # fmt: skip


def test_what_is_signed_is_the_text_that_was_read() -> None:
    """T83, T93."""
    agreement_setup = stories.offered()
    with pytest.raises(WrongState, match="does not match"):
        sign(agreement_setup, agreement_setup.applicant, seen_sha256="0" * 64)


@pytest.mark.parametrize("typed", ["", "Somebody Else", "Ingrid"])
def test_another_name_is_no_signature(typed: str) -> None:
    agreement_setup = stories.offered()
    with pytest.raises(Invalid, match="Type your name exactly") as refused:
        sign(agreement_setup, agreement_setup.applicant, typed_name=typed)
    assert refused.value.field == "typed_name"


def test_a_name_may_be_typed_in_any_case_and_spacing() -> None:
    agreement_setup = stories.offered()
    signature = sign(
        agreement_setup,
        agreement_setup.applicant,
        typed_name=f"  {agreement_setup.applicant.name.upper().replace(' ', '   ')} ",
    )
    assert signature.typed_name == agreement_setup.applicant.name.upper()


@pytest.mark.parametrize(
    ("notified", "typed"),
    [
        ("Zoe\u0308 Nu\u0301n\u0303ez", "Zo\u00eb N\u00fa\u00f1ez"),  # the institution decomposes, a keyboard does not
        ("Zo\u00eb N\u00fa\u00f1ez", "Zoe\u0308 Nu\u0301n\u0303ez"),
        ("Sinead O'Neill-Byrne", "Sinead O\u2019Neill\u2011Byrne"),  # a telephone's apostrophe and hyphen
        ("Ingrid Holm", "\u200eIngrid Holm\u200b"),  # copied from a page with its marks of direction
        ("Jörg Weiß", "JÖRG WEISS"),
    ],
)
def test_one_name_in_two_spellings_signs(notified: str, typed: str) -> None:
    agreement_setup = stories.offered()
    agreement_setup.applicant.name = notified
    signature = sign(agreement_setup, agreement_setup.applicant, typed_name=typed)
    assert signature.typed_name == given(typed)


@pytest.mark.parametrize("typed", ["Ingrid Ho\u0308lm", "Ingrid\u200bHolm", "Ingrid Ηolm"])
def test_a_name_in_other_characters_signs_nothing(typed: str) -> None:
    agreement_setup = stories.offered()
    agreement_setup.applicant.name = "Ingrid Holm"
    with pytest.raises(Invalid, match="Type your name exactly"):
        sign(agreement_setup, agreement_setup.applicant, typed_name=typed)


def test_who_has_no_name_signs_nothing() -> None:
    agreement_setup = stories.offered()
    agreement_setup.applicant.name = ""
    with pytest.raises(Invalid):
        sign(agreement_setup, agreement_setup.applicant, typed_name="")


def test_a_signature_needs_a_sign_in_of_the_last_ten_minutes(noon: Any) -> None:
    """T29, T89: to the microsecond, and not from the future."""
    tick = timedelta(microseconds=1)
    for auth_time, fine in (
        (noon, True), (noon - rules.SIGN_IN_MAX_AGE, True), (noon - rules.SIGN_IN_MAX_AGE - tick, False),
        (noon + rules.CLOCK_SKEW, True), (noon + rules.CLOCK_SKEW + tick, False),
    ):  # fmt: skip
        facts = stories.SignIn(issuer="https://idp.test", acr="", auth_time=auth_time)
        if fine:
            rules.check_signed_in_freshly(facts)
        else:
            with pytest.raises(NeedsSignIn, match="Sign in again"):
                rules.check_signed_in_freshly(facts)


def test_the_owner_signs_last_and_is_no_part_of_the_request() -> None:
    """T10, T83."""
    agreement_setup = stories.offered()
    with pytest.raises(WrongState):
        stories.countersign(agreement_setup.agreement, agreement_setup.owner)
    stories.signed(agreement_setup)
    for by in (agreement_setup.applicant, agreement_setup.case.committee_setup.chair, stories.person()):
        with pytest.raises(Denied, match="Only a dataset owner"):
            stories.countersign(agreement_setup.agreement, by)
    published_dataset = stories.published_dataset()
    add_owner(published_dataset.dataset, person=stories.person(), role=Dataset.OWNER, by=published_dataset.owner)
    own = stories.signed(published_dataset=published_dataset, applicant=published_dataset.owner)
    with pytest.raises(Denied, match="you are part of"):
        stories.countersign(own.agreement, published_dataset.owner)


def test_a_countersigned_agreement_is_executed_and_printed_once() -> None:
    """T93."""
    agreement_setup = stories.executed()
    assert agreement_setup.agreement.state == "executed"
    assert agreement_setup.agreement.executed_at is not None
    stories.drain()
    agreement_setup.reload()
    pdf = agreement_setup.agreement.pdfs.get()
    with private_storage().open(pdf.storage_key) as stream:
        content = stream.read()
    assert content.startswith(b"%PDF-")
    assert hashlib.sha256(content).hexdigest() == pdf.sha256
    rows = list(agreement_setup.agreement.signatures.select_related("actor_snapshot").order_by("signed_at"))
    assert commands._pdf_of(agreement_setup.agreement, rows) == content
    commands.store_pdf(agreement_setup.agreement.pk, by=SYSTEM)
    assert Event.objects.filter(kind="agreement.pdf_stored").count() == 1
    unsigned = stories.offered()
    commands.store_pdf(unsigned.agreement.pk, by=SYSTEM)
    assert not unsigned.reload().agreement.pdfs.exists()


# ------------------------------------------------------------------------------------------------------ terminating
def test_an_owner_terminates_with_a_reason_and_nobody_signs_afterwards() -> None:
    agreement_setup = stories.offered()
    for by in (agreement_setup.case.committee_setup.chair, stories.person()):
        with pytest.raises(Denied, match="Only a dataset owner"):
            commands.terminate(agreement_setup.agreement, reason="No.", by=by)
    with pytest.raises(Invalid, check=lambda refused: refused.field == "reason"):
        commands.terminate(agreement_setup.agreement, reason=" ", by=agreement_setup.owner)
    commands.terminate(agreement_setup.agreement, reason=" A breach. ", by=agreement_setup.owner)
    assert agreement_setup.reload().agreement.state == "terminated"
    assert agreement_setup.agreement.ended_because == "A breach."
    with pytest.raises(WrongState, match="is terminated"):
        sign(agreement_setup, agreement_setup.applicant)
    assert not queries.to_sign(agreement_setup.applicant).exists()


def test_an_applicant_may_decline_until_the_agreement_is_fully_signed() -> None:
    for agreement_setup in (stories.offered(), stories.signed()):
        commands.terminate(agreement_setup.agreement, reason="Another institution now.", by=agreement_setup.applicant)
        stories.drain()
        assert agreement_setup.reload().agreement.state == "terminated"
        assert agreement_setup.case.reload().request.state == "closed"
    executed = stories.executed()
    with pytest.raises(Denied):
        commands.terminate(executed.agreement, reason="Too late.", by=executed.applicant)


# ---------------------------------------------------------------------------------------------------------- evidence
CHANGES = {
    "a signature changed": lambda d: Signature.objects.filter(agreement=d.agreement).update(typed_name="Other"),
    "a signature deleted": lambda d: Signature.objects.filter(agreement=d.agreement).delete(),
    "a template changed": lambda d: Template.objects.update(title="Other"),
    "the text changed": lambda d: Agreement.objects.filter(pk=d.agreement.pk).update(text="Other"),
    "the fingerprint changed": lambda d: Agreement.objects.filter(pk=d.agreement.pk).update(sha256="0" * 64),
    "the dates changed": lambda d: Agreement.objects.filter(pk=d.agreement.pk).update(
        ends_on=d.agreement.ends_on + timedelta(days=1)
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_itself_keeps_what_was_signed(change: str) -> None:
    """T93."""
    agreement_setup = stories.signed()
    with pytest.raises(IntegrityError, match="cannot be"), transaction.atomic():
        CHANGES[change](agreement_setup)


def test_control_what_is_no_evidence_may_change() -> None:
    """Control: the same row, another column, passes."""
    agreement_setup = stories.signed()
    assert Agreement.objects.filter(pk=agreement_setup.agreement.pk).update(ended_because="x") == 1


def test_an_agreement_is_seen_by_those_who_see_its_request() -> None:
    agreement_setup = stories.offered()
    for by in (agreement_setup.applicant, agreement_setup.owner, agreement_setup.case.committee_setup.members[1]):
        assert queries.visible_to(by).get() == agreement_setup.agreement
    home = agreement_setup.agreement.institution
    assert queries.visible_to(stories.signing_official(home)).get() == agreement_setup.agreement
    elsewhere = stories.signing_official(stories.institution())
    for by in (stories.person(), stories.committee_setup().chair, elsewhere, stories.person(at=home)):
        assert not queries.visible_to(by).exists()
    assert queries.of_request(agreement_setup.case.request).get() == agreement_setup.agreement
