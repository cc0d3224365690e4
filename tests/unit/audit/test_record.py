"""The log: written with its change, without names, append-only."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.audit import queries
from apps.audit import record as recording
from apps.audit.kinds import Kind
from apps.audit.log_groups import LOG_GROUPS
from apps.audit.models import Event, Outbox
from apps.audit.record import record
from apps.core import correlation
from apps.core.actors import SYSTEM, NamedActor
from apps.core.models import IdempotencyKey
from apps.notifications.messages import MESSAGES
from apps.people.models import Institution
from portal.consequences import CONSEQUENCES
from tests import stories


@pytest.mark.django_db
def test_an_event_says_who_what_and_about_what() -> None:
    correlation.begin("a-reference")
    who, thing, other = stories.person(), stories.institution(), uuid.uuid4()
    event = record(Kind.REFUSED, actor=who, subject=thing, about=[who, other, other], code="denied", n=3, yes=True)
    event.refresh_from_db()
    assert (event.actor_kind, event.actor_id) == ("person", who.pk)
    assert (event.subject_id, event.subject_type) == (thing.pk, "institution")
    assert event.about == [who.pk, other]
    assert event.facts == {"code": "denied", "n": 3, "yes": True}
    assert event.correlation == "a-reference"
    assert str(event) == f"{event.pk} refused"


@pytest.mark.django_db
@pytest.mark.parametrize("actor", list(NamedActor))
def test_an_event_of_a_named_actor_names_it_and_no_person(actor: NamedActor) -> None:
    event = record(Kind.REFUSED, actor=actor)
    event.refresh_from_db()
    assert (event.actor_kind, event.actor_id) == (actor.value, None)


@pytest.mark.django_db
def test_an_event_without_an_actor_is_not_written() -> None:
    nobody: Any = None
    with pytest.raises(AttributeError):
        record(Kind.REFUSED, actor=nobody)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "person", "fits"),
    [
        ("person", True, True), ("system", False, True), ("console", False, True), ("anonymous", False, True),
        ("person", False, False), ("system", True, False), ("console", True, False), ("anonymous", True, False),
        ("somebody", False, False), ("", False, False),
    ],
)  # fmt: skip
def test_the_database_keeps_actor_and_person_together(kind: str, person: bool, fits: bool) -> None:
    """A person's event has the person's id, no other event has one, and there are no other actors."""
    fields = {"kind": "refused", "actor_kind": kind, "actor_id": uuid.uuid4() if person else None}
    if fits:
        assert Event.objects.create(**fields).pk
        return
    with pytest.raises(IntegrityError, match="event_actor"), transaction.atomic():
        Event.objects.create(**fields)


@pytest.mark.django_db
def test_moments_codes_and_nothing_may_be_facts() -> None:
    moment = datetime(2026, 2, 3, 4, 5, tzinfo=UTC)
    event = record(Kind.REFUSED, actor=SYSTEM, at_=moment, day=date(2026, 2, 3), nothing=None, id=uuid.UUID(int=7))
    assert event.facts["at_"] == "2026-02-03T04:05:00+00:00"
    assert event.facts["day"] == "2026-02-03"
    assert event.facts["nothing"] is None
    assert event.facts["id"] == str(uuid.UUID(int=7))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    ["Ingrid Holm", "ingrid@nordvik.example", "a\nsecond line", "Kjær", "x" * 201, "\x1b[31m", "a; b", "code\n"],
)
def test_names_addresses_and_free_text_are_refused(text: str) -> None:
    """L15, T107, T113."""
    with pytest.raises(ValueError, match="is not a code"):
        record(Kind.REFUSED, actor=SYSTEM, said=text)


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="in the transaction of its change"):
        record(Kind.REFUSED, actor=SYSTEM)


@pytest.mark.django_db(transaction=True)
def test_an_event_goes_with_the_change_that_failed() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        record(Kind.REQUEST_SUBMITTED, actor=SYSTEM)
        raise RuntimeError
    assert not Event.objects.exists()
    assert not Outbox.objects.exists()


@pytest.mark.django_db
def test_a_subject_with_a_numbered_key_is_named_by_type_only() -> None:
    key = IdempotencyKey.objects.create(key=uuid.uuid4(), person_id=uuid.uuid4(), digest="d")
    event = record(Kind.REFUSED, actor=SYSTEM, subject=key)
    assert (event.subject_type, event.subject_id) == ("idempotencykey", None)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", Kind)
def test_exactly_what_has_a_consequence_or_a_message_is_queued(kind: Kind) -> None:
    event = record(kind, actor=SYSTEM)
    assert Outbox.objects.filter(event_id=event.pk).exists() is (kind in CONSEQUENCES or kind in MESSAGES)


@pytest.mark.django_db
def test_until_the_portal_says_what_follows_everything_is_queued(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the answer above is the one that the portal gave at its start, and the default loses nothing."""
    monkeypatch.setattr(recording, "_needed_for", recording._every_kind)
    event = record(Kind.REFUSED, actor=SYSTEM)
    assert str(Outbox.objects.get()) == f"event {event.pk}"


@pytest.mark.django_db
def test_who_listens_is_called_once_after_the_commit(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: object
) -> None:
    heard: list[str] = []

    def listener() -> None:
        heard.append("pending")

    monkeypatch.setattr(recording, "_listeners", [])
    recording.when_pending(listener)
    recording.when_pending(listener)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        record(Kind.GRANT_REVOKED, actor=SYSTEM)
        record(Kind.REFUSED, actor=SYSTEM)
        assert heard == []
    assert heard == ["pending"]


@pytest.mark.django_db
def test_the_timeline_of_a_thing_holds_what_concerned_it() -> None:
    institution, who = stories.institution(), stories.person()
    first = record(Kind.REFUSED, actor=who, subject=institution)
    second = record(Kind.REFUSED, actor=who, about=[institution])
    record(Kind.REFUSED, actor=who)
    assert list(queries.timeline_of(institution.pk)) == [first, second]


@pytest.mark.django_db
def test_the_log_is_read_backwards_in_pages() -> None:
    who = stories.person()
    ids = [record(Kind.REFUSED, actor=who).pk, record(Kind.TERMS_ACCEPTED, actor=SYSTEM).pk]
    ids.append(record(Kind.REFUSED, actor=SYSTEM).pk)
    mine = Event.objects.filter(pk__in=ids)
    assert [e.pk for e in queries.newest() & mine] == ids[::-1]
    assert [e.pk for e in mine.filter(queries.by_or_concerning([who.pk]))] == ids[:1]
    assert [e.pk for e in mine.filter(queries.concerning([who.pk]))] == []


@pytest.mark.django_db
def test_the_groups_of_the_log_are_counted_up_to_a_limit() -> None:
    who = stories.person()
    ids = [record(Kind.REFUSED, actor=who).pk for _ in range(3)] + [record(Kind.LINKS_GUESSED, actor=SYSTEM).pk]
    counts = queries.counted_by_group(Event.objects.filter(pk__in=ids), at_most=2)
    assert {code: n for code, n in counts.items() if n} == {"operations": 2}


def test_every_kind_is_in_one_group_of_the_log() -> None:
    grouped = [kind for _heading, kinds in LOG_GROUPS.values() for kind in kinds]
    assert sorted(grouped) == sorted(Kind)


# ------------------------------------------------------------------------------------------------- append-only
CHANGES = {
    "update": "UPDATE {table} SET {column} = {column}",
    "delete": "DELETE FROM {table}",
    "truncate": "TRUNCATE {table}",
}


@pytest.mark.django_db
@pytest.mark.parametrize("how", CHANGES)
def test_the_portals_role_is_refused_by_privilege(how: str) -> None:
    """T122."""
    Event.objects.create(kind="refused", actor_kind="system")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CHANGES[how].format(table="audit_event", column="kind"))


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["update", "delete"])
def test_control_the_portals_role_may_change_an_ordinary_table(how: str) -> None:
    """Control: the refusals above come from the log's own privileges, not from a role that may do nothing."""
    IdempotencyKey.objects.create(key=uuid.uuid4(), person_id=uuid.uuid4(), digest="d")
    with connection.cursor() as cursor:
        cursor.execute(CHANGES[how].format(table="core_idempotencykey", column="digest"))
        assert cursor.rowcount == 1


@pytest.mark.parametrize("how", CHANGES)
def test_the_owner_of_the_tables_is_refused_by_trigger(as_owner, how: str) -> None:  # type: ignore[no-untyped-def]
    """T112."""
    as_owner.execute(
        "INSERT INTO audit_event (kind, actor_kind, subject_type, about, correlation, facts)"
        " VALUES ('refused', 'system', '', '{}', '', '{}')"
    )
    with pytest.raises(Exception, match="append-only"):
        as_owner.execute(CHANGES[how].format(table="audit_event", column="kind"))


@pytest.mark.parametrize("how", CHANGES)
def test_control_the_owner_may_change_an_ordinary_table(as_owner, how: str) -> None:  # type: ignore[no-untyped-def]
    """Control: without a trigger the same statements of the same role pass."""
    as_owner.execute(
        "INSERT INTO core_idempotencykey (key, person_id, digest, location)"
        " VALUES (gen_random_uuid(), gen_random_uuid(), 'd', '')"
    )
    as_owner.execute(CHANGES[how].format(table="core_idempotencykey", column="digest"))
    left = as_owner.execute("SELECT count(*) FROM core_idempotencykey").fetchone()[0]
    assert left == (1 if how == "update" else 0)


@pytest.mark.django_db
def test_an_event_outlives_everything_it_names() -> None:
    """T117: no foreign keys, so nothing cascades into the log."""
    institution = Institution.objects.create(name="Gone soon", country="DK")
    event = record(Kind.REFUSED, actor=SYSTEM, subject=institution)
    gone = institution.pk
    institution.delete()
    assert Event.objects.get(pk=event.pk).subject_id == gone
    assert not [f for f in Event._meta.get_fields() if f.is_relation]
