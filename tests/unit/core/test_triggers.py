"""Evidence cannot be rewritten by the portal's database role, whatever its session has SET (T93, T122)."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from apps.access_requests.models import (
    Appeal,
    ApprovalRule,
    Assignment,
    Condition,
    ConditionReport,
    OutsideReviewer,
    Recommendation,
    Recusal,
    RegisterSetting,
    RuleAgreement,
    RuleDecision,
    ShadowRun,
    UndoneDecision,
    Verdict,
)
from apps.committees.models import Deputy
from apps.core import clock
from apps.core.triggers import Trigger, differences
from apps.forms import commands as forms
from apps.forms.shipped_forms import shipped
from apps.grants import commands as grants
from apps.grants.models import Restore
from apps.people.models import AffiliationStatement, SiteText
from tests import stories

EVIDENCE = {
    "access_requests_approvalrule": "sample_every = sample_every + 1",
    "access_requests_ruleagreement": "agreed_at = now()",
    "access_requests_ruledecision": "number = number + 1",
    "access_requests_shadowrun": "looked_at = looked_at + 1",
    "access_requests_appeal": "appealed_at = now()",
    "access_requests_undonedecision": "decided_at = now()",
    "access_requests_attachment": "size = size + 1",
    "access_requests_message": "written_at = now()",
    "access_requests_recusal": "person_id = (SELECT id FROM people_person one WHERE one.id <> person_id LIMIT 1)",
    "access_requests_noconflictdeclaration": "declared_at = now()",
    "access_requests_condition": "proposed_at = now()",
    "access_requests_reviewclock": "set_at = now()",
    "access_requests_conditionreport": "reported_at = now()",
    "access_requests_round": "number = number + 1",
    "access_requests_verdict": "given_at = now()",
    "access_requests_vote": "cast_at = now()",
    "agreements_agreement": "text = 'other'",
    "agreements_signature": "typed_name = typed_name",
    "agreements_signedpdf": "sha256 = 'other'",
    "agreements_template": "title = title",
    "audit_event": "kind = kind",
    "committees_deputy": "starts_at = now()",
    "access_requests_registersetting": "is_public = not is_public",
    "access_requests_assignment": "assigned_at = now()",
    "access_requests_outsidereviewer": "ends_at = now()",
    "access_requests_recommendation": "given_at = now()",
    "committee_forms_formversion": "number = number + 1",
    "datasets_distribution": "size = size + 1",
    "datasets_version": "published_at = now()",
    "grants_accessgrant": "ends_at = '2099-01-01'",
    "grants_downloadstop": "reason = 'other'",
    "grants_restore": "log_end = log_end + 1",
    "grants_suspension": "starts_at = starts_at + interval '1 day'",
    "people_actorsnapshot": "acr = 'other'",
    "people_affiliationstatement": "reason = 'other'",
    "people_sitetext": "text = 'other'",
}
STATEMENTS = {
    "update": "UPDATE {table} SET {change}",
    "delete": "DELETE FROM {table}",
    "truncate": "TRUNCATE {table} CASCADE",
}


@pytest.fixture
def world(db: None) -> None:
    """At least one row in each table of evidence."""
    access = stories.granted()
    grants.suspend(access.grant, reason="A question.", by=access.owner)
    stop = grants.stop_downloads("A test.", by=stories.operator())
    Restore.objects.create(stop=stop, backup="b", taken_at=clock.now(), log_end=1)
    Recusal.objects.create(request=access.case.request, person=access.owner, reason="A colleague.")
    SiteText.objects.create(kind="privacy", language="en", version=1, text="A notice.")
    case = access.case
    proposed = Condition.objects.create(
        item=case.item, text="Cite the dataset.", proposed_by=case.committee_setup.chair
    )
    member = case.committee_setup.committee.members.first()
    away = {"starts_at": clock.now(), "ends_at": clock.now() + timedelta(days=9), "named_by": member.person}
    Deputy.objects.create(membership=member, person=access.owner, **away)
    outside = {"request": case.request, "committee": case.committee_setup.committee, "person": access.owner}
    until = {"ends_at": clock.now() + timedelta(days=9), "invited_by": member.person, "reason": "An expert."}
    reviewer = OutsideReviewer.objects.create(**outside, **until)
    Recommendation.objects.create(reviewer=reviewer, round=case.round, says="none", text="Unclear.")
    Assignment.objects.create(request=case.request, membership=member, assigned_by=member.person)
    RegisterSetting.objects.create(is_public=True)
    denied = {"denied_in": case.round, "denied_at": clock.now(), "denied_reason": "No."}
    Appeal.objects.create(item=case.item, text="It fits.", appealed_by=case.applicant, **denied)
    chair = case.committee_setup.chair
    taken_back = {"outcome": "denied", "reason": "No.", "decided_at": clock.now(), "why": "A wrong button."}
    UndoneDecision.objects.create(item=case.item, round=case.round, undone_by=chair, **taken_back)
    given = {"round": case.round, "committee": case.committee_setup.committee, "number": 1, "given_by": chair}
    Verdict.objects.create(says="met", reason="Clear.", **given)
    note = stories.requests.write_message(case.request, text="Who checks exports?", by=case.applicant)
    ConditionReport.objects.create(condition=proposed, message=note, reported_by=case.applicant)
    terms = {"datasets": [], "kinds": [], "institutions": []}
    rule = ApprovalRule.objects.create(committee=member.committee, owner=member, title="A rule", terms=terms)
    counted = {"looked_at": 1, "is_cut": False, "approved": [], "differed": [], "reasons": {}}
    run = ShadowRun.objects.create(rule=rule, basis="0", run_by=chair, **counted)
    RuleAgreement.objects.create(run=run, person=chair)
    RuleDecision.objects.create(rule=rule, item=case.item, round=case.round, number=1, is_sampled=True)
    draft = stories.draft()
    stories.document(draft.request, by=draft.applicant)
    stories.submitted(draft)
    form = forms.create_form(case.committee_setup.committee, definition=shipped("short"), by=case.committee_setup.chair)
    forms.publish(form, by=case.committee_setup.chair)
    affiliation = access.holder.affiliations.get()
    AffiliationStatement.objects.create(
        affiliation=affiliation, kind="ended", by=access.owner, reason="Left.", at=clock.now()
    )


# ------------------------------------------------------------------------------- what is declared is what is there
@pytest.mark.django_db
def test_the_database_has_exactly_the_declared_triggers() -> None:
    assert differences() == []


PLANTED = {
    "DROP TRIGGER agreements_signature_frozen ON agreements_signature": "is declared and not in the database",
    "CREATE TRIGGER agreements_signature_more BEFORE INSERT ON agreements_signature FOR EACH ROW"
    " EXECUTE FUNCTION agreements_signature_frozen()": "is in the database and not declared",
    "ALTER TABLE agreements_signature DISABLE TRIGGER agreements_signature_frozen": "is not what its model declares",
    "CREATE OR REPLACE FUNCTION agreements_signature_frozen() RETURNS trigger LANGUAGE plpgsql"
    " AS 'BEGIN RETURN NEW; END'": "is not what its model declares",
    "ALTER FUNCTION agreements_signature_frozen() RESET search_path": "is not what its model declares",
}


@pytest.mark.parametrize("statement", PLANTED)
def test_control_a_trigger_that_differs_is_found(as_owner: psycopg.Connection, statement: str) -> None:
    """Control: with one trigger missing, added, switched off or rewritten, the comparison names it."""
    as_owner.execute(statement)
    as_owner.commit()
    (found,) = differences()
    assert found.startswith("agreements_signature_") and found.endswith(PLANTED[statement])


def test_every_table_with_a_frozen_row_is_tested_here() -> None:
    assert {model._meta.db_table for model, _trigger in declared() if _trigger.name.endswith("_frozen")} == set(
        EVIDENCE
    )


def test_no_function_asks_for_a_session_variable() -> None:
    """Neither for one of its own, nor by comparing floats, whose text depends on extra_float_digits."""
    for model, trigger in declared():
        assert "current_setting" not in trigger.function.lower()
        assert not any(isinstance(field, models.FloatField) for field in model._meta.fields)


def declared() -> Iterator[tuple[type[models.Model], Trigger]]:
    for model in apps.get_models():
        yield from ((model, found) for found in model._meta.constraints if isinstance(found, Trigger))


# --------------------------------------------------------------------------------------------- nobody gets round it
@pytest.mark.usefixtures("world")
def test_the_portals_role_cannot_change_evidence_whatever_it_sets() -> None:
    """Case 10: also the terms of a grant, a suspension and a stop of all downloads, which decide who has access."""
    around = {
        (table, how): passing
        for table, change in EVIDENCE.items()
        for how, statement in STATEMENTS.items()
        if (passing := settings_that_let_pass(statement.format(table=table, change=change)))
    }
    assert around == {}


@pytest.mark.django_db
def test_control_a_trigger_that_reads_a_session_variable_is_bypassed() -> None:
    """Control: written as django-pgtrigger writes it, the same search finds the variable."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE guarded ON COMMIT DROP AS SELECT 1 AS value")
        cursor.execute(
            "CREATE FUNCTION pg_temp.guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " IF TG_NAME = ANY(current_setting('pgtrigger.ignore', true)::text[]) THEN RETURN NEW; END IF;"
            " RAISE EXCEPTION 'refused'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER audit_event_frozen BEFORE UPDATE ON guarded FOR EACH ROW EXECUTE FUNCTION pg_temp.guard()"
        )
    assert settings_that_let_pass("UPDATE guarded SET value = 2") == ["pgtrigger.ignore"]


@pytest.mark.usefixtures("world")
def test_triggers_are_not_switched_off_for_a_session() -> None:
    """The one variable that switches triggers off is for superusers."""
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")


def settings_that_let_pass(statement: str) -> list[str]:
    """The variables after whose SET the statement is carried out; each try is undone."""
    return sorted({name for name, value in _values_to_try() if _passes(statement, name, value)})


def _values_to_try() -> list[tuple[str, str]]:
    """Each switch of PostgreSQL that an ordinary role may set, the other way round; then names and paths."""
    names = "{" + ",".join(trigger.name for _model, trigger in declared()) + "}"
    own = [
        ("application_name", "nothing that matters"),
        ("search_path", "pg_temp"),
        ("search_path", "pg_temp, public, pg_catalog"),
        ("pgtrigger.ignore", names),
        ("gatehouse.ignore", names),
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, value FROM pg_settings,"
            " unnest(CASE vartype WHEN 'bool' THEN ARRAY['on', 'off'] ELSE enumvals END) AS value"
            " WHERE context = 'user' AND vartype IN ('bool', 'enum') AND setting <> value"
            " AND name <> 'exit_on_error'"  # it would end the connection at the first refusal
        )
        return own + cursor.fetchall()


def _passes(statement: str, name: str, value: str) -> bool:
    before = transaction.savepoint()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
            cursor.execute(statement)
    except DatabaseError:
        return False
    finally:
        transaction.savepoint_rollback(before)
    return True
