"""Conditions of approvals: by when, reported, reviewed; and what they hold back until then."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.access_requests import commands as requests
from apps.access_requests import queries_conditions, rules_conditions
from apps.access_requests.conditions import LONGEST_DAYS, DueDate, due_day, due_words, terms_of
from apps.access_requests.models import Condition, ConditionReport, Round, Vote
from apps.access_requests.rules_conditions import check_due_date
from apps.agreements import commands as agreements
from apps.agreements import queries_conditions as due_conditions
from apps.agreements.commands_conditions import notify_of_conditions
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.core import clock
from apps.core.actors import SYSTEM
from apps.core.errors import Denied, Invalid, WrongState
from apps.grants import waiting
from apps.grants.access_state import Do, State, Turn, state_of_grant, state_of_request
from apps.grants.models import AccessGrant
from apps.grants.queries import facts_of, may_download
from apps.notifications.models import Notification
from tests import stories

DAY = timedelta(days=1)
TODAY = date(2026, 11, 28)
Due = Condition.Due
BEFORE_SIGNING, BEFORE_DOWNLOAD = DueDate(Due.SIGNING), DueDate(Due.DOWNLOAD)


# ------------------------------------------------------------------------------------------------- without a database
@pytest.mark.parametrize(
    ("due", "field"),
    [
        (DueDate(), ""),
        (BEFORE_SIGNING, ""),
        (BEFORE_DOWNLOAD, ""),
        (DueDate(Due.DATE, TODAY), ""),
        (DueDate(Due.DATE, TODAY - DAY), "new_due_on"),
        (DueDate(Due.DATE), "new_due_on"),
        (DueDate(Due.AFTER_SIGNING, None, 1), ""),
        (DueDate(Due.AFTER_SIGNING, None, LONGEST_DAYS), ""),
        (DueDate(Due.AFTER_SIGNING, None, LONGEST_DAYS + 1), "new_due_days"),
        (DueDate(Due.AFTER_SIGNING, None, 0), "new_due_days"),
        (DueDate(Due.AFTER_SIGNING), "new_due_days"),
        (DueDate("soon"), "new_due"),
        (DueDate(Due.SIGNING, TODAY), "new_due"),
        (DueDate(Due.NONE, None, 3), "new_due"),
        (DueDate(Due.DATE, TODAY, 3), "new_due"),
    ],
)
def test_a_due_date_is_whole(due: DueDate, field: str) -> None:
    with clock.freeze(datetime(2026, 11, 28, 12, tzinfo=UTC)):
        try:
            check_due_date(due)
        except Invalid as refused:
            assert refused.field == field
        else:
            assert not field


def condition(due: str = Due.NONE, **how: Any) -> Condition:
    return Condition(text="Send the ethics approval.", due=due, **how)


def test_the_day_is_counted_from_the_day_after_the_last_signature() -> None:
    late = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert due_day(condition(Due.DATE, due_on=TODAY), None) == TODAY
    assert due_day(condition(Due.AFTER_SIGNING, due_days=60), late) == date(2027, 3, 1)
    assert due_day(condition(Due.AFTER_SIGNING, due_days=60), None) is None
    assert due_day(condition(Due.SIGNING), late) is None


def test_the_agreement_names_each_due_date() -> None:
    every = [condition(), condition(Due.SIGNING), condition(Due.DATE, due_on=TODAY),
             condition(Due.AFTER_SIGNING, due_days=1), condition(Due.DOWNLOAD)]  # fmt: skip
    words = [due_words(one) for one in every]
    assert words[0] == ""
    assert all(words[1:])
    assert all(word in terms_of(every) for word in words)


# ---------------------------------------------------------------------------------------------------- with a database
def approved(*dues: DueDate, adopt: int | None = None, **how: Any) -> stories.Case:
    """A case approved with a condition for each due date; `adopt`: only so many of them are adopted."""
    stories.template()
    case = stories.in_review(**how)
    chair, first = case.committee_setup.everyone[:2]
    seen = Round.objects.get(request=case.request, closed_at__isnull=True)
    made = [
        requests.propose_condition(case.item, text=f"Condition {n}.", due=due, seen=seen, by=chair)
        for n, due in enumerate(dues)
    ]
    chosen = [one.pk for one in made[: len(made) if adopt is None else adopt]]
    for voter in (chair, first):
        requests.vote(
            case.item, choice=Vote.Choice.CONDITIONAL, reason="Fine with these.", conditions=chosen, seen=seen,
            signed_in=stories.fresh_sign_in(), by=voter,
        )  # fmt: skip
    stories.drain()
    return case.reload()


def report(case: stories.Case, n: int = 0) -> ConditionReport:
    wanted = Condition.objects.get(item=case.item, text=f"Condition {n}.")
    return requests.report_condition(wanted, note="The approval is attached.", by=case.applicant)


@pytest.mark.django_db
def test_only_what_the_committee_adopted_has_to_be_met() -> None:
    case = approved(BEFORE_SIGNING, BEFORE_DOWNLOAD, adopt=1)
    assert [one.text for one in queries_conditions.of_decisions()] == ["Condition 0."]
    assert case.item.adopted == [queries_conditions.of_decisions().get().pk]
    assert "Condition 1" not in case.item.terms
    with pytest.raises(WrongState):
        report(case, 1)
    # A release that does not write down what was adopted: unknown is no, so each of them holds.
    type(case.item).objects.filter(pk=case.item.pk).update(adopted=None)
    assert queries_conditions.of_decisions().count() == 2


@pytest.mark.django_db
def test_a_condition_due_before_signing_holds_back_the_signature_until_it_is_accepted() -> None:
    case = approved(BEFORE_SIGNING)
    agreement = stories.offered(case).agreement
    me = case.applicant

    def sign() -> None:
        agreements.sign(
            agreement, typed_name=me.name, seen_sha256=agreement.sha256, signed_in=stories.fresh_sign_in(), by=me
        )

    state = state_of_request(me, case.request)
    assert (state.state, state.cause, state.turn) == (State.AWAITING_SIGNATURES, "conditions", Turn.YOU)
    assert state.action is not None
    assert state.action.code == Do.MEET_CONDITIONS
    others = state_of_request(case.committee_setup.chair, case.request)
    assert (others.cause, others.turn) == ("conditions_others", Turn.OTHERS)
    assert waiting.agreements_waiting_for(me).exists()
    with pytest.raises(WrongState):
        sign()
    sent = report(case)
    state = state_of_request(me, case.request)
    assert (state.cause, state.turn) == ("conditions_review", Turn.OTHERS)
    assert not waiting.agreements_waiting_for(me).exists()
    with pytest.raises(WrongState):
        sign()
    requests.accept_report(sent, by=case.committee_setup.chair)
    assert state_of_request(me, case.request).cause == "conditional"
    assert waiting.agreements_waiting_for(me).exists()
    sign()


@pytest.mark.django_db
def test_a_condition_due_before_the_first_download_holds_back_downloads_until_it_is_accepted() -> None:
    access = stories.granted(stories.executed(stories.signed(stories.offered(approved(BEFORE_DOWNLOAD)))))
    case, holder, file = access.case, access.holder, access.published_dataset.file

    def opens() -> bool:
        in_set = AccessGrant.objects.active().filter(pk=access.grant.pk).exists()
        assert in_set == may_download(holder, file.pk)
        assert in_set == {fact.part: fact.holds for fact in facts_of(access.grant)}["conditions_met"]
        return in_set

    assert not opens()
    state = state_of_grant(holder, access.grant)
    assert (state.state, state.cause, state.turn) == (State.SUSPENDED, "conditions", Turn.YOU)
    assert set(waiting.access_waiting_for(holder)) == {access.grant}
    before = clock.now()
    sent = report(case)
    assert state_of_grant(holder, access.grant).cause == "conditions_review"
    assert not waiting.access_waiting_for(holder).exists()
    assert not opens()
    requests.send_report_back(sent, answer="The letter is not signed.", by=case.committee_setup.chair)
    assert state_of_grant(holder, access.grant).cause == "conditions"
    assert not opens()
    requests.accept_report(report(case), by=case.committee_setup.members[0])
    assert opens()
    assert not AccessGrant.objects.active(before).filter(pk=access.grant.pk).exists()


@pytest.mark.django_db
def test_who_reports_and_who_reviews() -> None:
    colleague, stranger = stories.person(), stories.person()
    case = approved(DueDate(Due.AFTER_SIGNING, None, 30), members=[colleague])
    wanted = Condition.objects.get(item=case.item)
    for nobody in (stranger, case.committee_setup.chair, case.published_dataset.owner):
        with pytest.raises(Denied):
            requests.report_condition(wanted, note="Done.", by=nobody)
    for note in (" ", "x" * 5001):
        with pytest.raises(Invalid):
            requests.report_condition(wanted, note=note, by=colleague)
    sent = requests.report_condition(wanted, note="Done.", by=colleague)
    with pytest.raises(WrongState):
        requests.report_condition(wanted, note="Done again.", by=case.applicant)
    for nobody in (stranger, case.applicant, colleague, case.published_dataset.owner):
        with pytest.raises(Denied):
            requests.accept_report(sent, by=nobody)
    with pytest.raises(Denied):  # the note is evidence of the report
        requests.withdraw_message(sent.message, by=case.applicant)
    with pytest.raises(WrongState):
        requests.withdraw_message(sent.message, by=colleague)
    with pytest.raises(Invalid):
        requests.send_report_back(sent, answer=" ", by=case.committee_setup.chair)
    with pytest.raises(Invalid):
        requests.accept_report(sent, answer="x" * 5001, by=case.committee_setup.chair)
    requests.accept_report(sent, answer="Thank you.", by=case.committee_setup.chair)
    with pytest.raises(WrongState):
        requests.send_report_back(sent, answer="No.", by=case.committee_setup.members[0])
    with pytest.raises(WrongState):
        report(case)
    stories.drain()
    kinds = [Kind.CONDITION_REPORTED, Kind.CONDITION_ACCEPTED]
    read = set(Notification.objects.filter(kind__in=kinds).values_list("kind", "reader"))
    assert {reader for kind, reader in read if kind == kinds[1]} == {case.applicant.pk, colleague.pk}
    assert {reader for kind, reader in read if kind == kinds[0]} == {one.pk for one in case.committee_setup.everyone}


@pytest.mark.django_db
def test_nothing_is_reported_after_the_end() -> None:
    case = approved(BEFORE_SIGNING)
    agreement = stories.offered(case).agreement
    agreements.terminate(agreement, reason="No longer needed.", by=case.applicant)
    stories.drain()
    case.reload()
    assert case.request.state in rules_conditions.OVER
    with pytest.raises(WrongState):
        report(case)
    assert not due_conditions.still_open().exists()


@pytest.mark.django_db
def test_reminders_are_sent_once_and_follow_the_signature() -> None:
    access = stories.granted(
        stories.executed(stories.signed(stories.offered(approved(DueDate(Due.AFTER_SIGNING, None, 30)))))
    )
    case, signed = access.case, access.grant.agreement.executed_at
    assert signed is not None
    for days, kind in ((22, None), (23, Kind.CONDITION_DUE_SOON), (30, None), (31, Kind.CONDITION_OVERDUE), (40, None)):
        with clock.freeze(signed + days * DAY):
            assert notify_of_conditions(by=SYSTEM) == (kind is not None), days
            assert kind is None or Event.objects.order_by("-id")[0].kind == kind
            overdue = due_conditions.still_open().filter(due_conditions.overdue())
            assert overdue.exists() == (days > 30)
            [row] = due_conditions.open_for(case.published_dataset.owner)
            assert row.due_day == due_day(row, signed)
    with clock.freeze(signed + 41 * DAY):
        stories.drain()
        told = set(Notification.objects.filter(kind=Kind.CONDITION_OVERDUE).values_list("reader", flat=True))
        assert told == {case.applicant.pk, case.committee_setup.chair.pk, case.published_dataset.owner.pk}
        sent = report(case)
        assert not due_conditions.still_open().filter(due_conditions.overdue()).exists()
        assert set(due_conditions.open_for(case.committee_setup.chair)) == {sent.condition}
        assert not due_conditions.open_for(case.applicant).exists()


@pytest.mark.django_db
def test_the_database_keeps_one_verdict() -> None:
    case = approved(BEFORE_SIGNING)
    sent = report(case)
    rows = ConditionReport.objects.filter(pk=sent.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        ConditionReport.objects.create(
            condition=sent.condition, reported_by=case.applicant,
            message=requests.write_message(case.request, text="Again.", by=case.applicant),
        )  # fmt: skip
    requests.send_report_back(sent, answer="No.", by=case.committee_setup.chair)
    for change in ({"verdict": "accepted"}, {"answer": "Yes."}, {"reviewed_at": clock.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
    rows.update(answer="")
