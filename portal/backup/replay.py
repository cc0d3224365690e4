"""After the tables are restored: compare the log with the exported events, stop everything, repeat what took away."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.contrib.sessions.models import Session
from django.db import connection, transaction

from apps.access_requests.models import Invitation
from apps.audit.kinds import kind_of
from apps.audit.models import Event
from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import CONSOLE
from apps.downloads.models import DownloadLink
from apps.grants.models import DownloadStop, Restore
from apps.identity.models import PersonSession
from apps.notifications.models import Notification
from apps.people.models import Visa
from apps.tokens.models import CalendarFeed, DeviceRequest, PersonalToken
from portal.backup import event_export
from portal.backup.effects import EFFECTS, Effect
from portal.backup.errors import BackupError
from portal.backup.manifest import Manifest

REASON = "The portal was restored from the backup of {moment}. Check it, then resume downloads."
AT_ONCE = 2000
STAGE = "CREATE TEMPORARY TABLE exported_event (id bigint PRIMARY KEY, line text NOT NULL) ON COMMIT DROP"
COPY = "COPY exported_event (id, line) FROM STDIN"
COMPARE = """
SELECT kept.id
FROM audit_event kept LEFT JOIN (SELECT id, line::jsonb AS said FROM exported_event) AS exported USING (id)
WHERE exported.id IS NULL
   OR (kept.at, kept.kind, kept.actor_kind, kept.actor_id, kept.subject_type, kept.subject_id, kept.about,
       kept.correlation, kept.facts) IS DISTINCT FROM
      ((said->>'at')::timestamptz, said->>'kind', said->>'actor_kind', (said->>'actor_id')::uuid,
       said->>'subject_type', (said->>'subject_id')::uuid,
       ARRAY(SELECT jsonb_array_elements_text(said->'about'))::uuid[], said->>'correlation', said->'facts')
ORDER BY kept.id LIMIT 1
"""
ADD = """
INSERT INTO audit_event (id, at, kind, actor_kind, actor_id, subject_type, subject_id, about, correlation, facts)
OVERRIDING SYSTEM VALUE
SELECT id, (said->>'at')::timestamptz, said->>'kind', said->>'actor_kind', (said->>'actor_id')::uuid,
       said->>'subject_type', (said->>'subject_id')::uuid,
       ARRAY(SELECT jsonb_array_elements_text(said->'about'))::uuid[], said->>'correlation', said->'facts'
FROM (SELECT id, line::jsonb AS said FROM exported_event) AS exported
WHERE NOT EXISTS (SELECT 1 FROM audit_event kept WHERE kept.id = exported.id)
ORDER BY id
RETURNING id
"""
NEXT = "SELECT setval(pg_get_serial_sequence('audit_event', 'id'), greatest(max(id), 1)) FROM audit_event"
# The owner of the table may let events keep their time; the portal's own role may not (docs/decisions/restore.md).
KEEP_TIMES = "ALTER TABLE audit_event DISABLE TRIGGER audit_event_own_time"
OWN_TIMES = "ALTER TABLE audit_event ENABLE TRIGGER audit_event_own_time"


@transaction.atomic
def freeze_and_replay(found: Manifest, events: Path | None, state: event_export.State | None) -> Restore:
    """One transaction: whoever sees the restored rows sees them stopped, and with everything that was taken away."""
    added = _add_exported(events, state) if events is not None and state is not None else []
    _end_everything()
    restored = Restore.objects.create(
        stop=_stop(found),
        backup=found.id,
        taken_at=datetime.fromisoformat(found.taken_at),
        log_end=found.log_last,
        first_replayed=added[0] if added else None,
        last_replayed=added[-1] if added else None,
        known_until=datetime.fromisoformat(state.exported_at) if state is not None else None,
    )
    replay(restored, added)
    record(
        Kind.PORTAL_RESTORED, actor=CONSOLE, backup=found.id, events=found.log_last, replayed=len(added),
        until=restored.known_until,
    )  # fmt: skip
    return restored


def replay(restored: Restore, numbers: list[int] | None = None) -> None:
    """Repeat what these events took away, oldest first, and count the rest by kind; running it again changes nothing.

    Without `numbers`: the events from `first_replayed` to `last_replayed`.
    """
    counts: dict[Effect, Counter[str]] = {effect: Counter() for effect in Effect}
    unknown: set[str] = set()
    for event in _events(restored, numbers):
        kind = kind_of(event.kind)
        row = EFFECTS.get(kind) if kind is not None else None
        if row is None:
            unknown.add(event.kind)
            continue
        counts[row.effect][event.kind] += 1
        if row.take is not None and not row.take(event):
            counts[Effect.BY_HAND][event.kind] += 1
    Restore.objects.filter(pk=restored.pk).update(
        taken=counts[Effect.TAKEN], lost=counts[Effect.LOST], by_hand=counts[Effect.BY_HAND],
        unknown_kinds=sorted(unknown),
    )  # fmt: skip
    restored.refresh_from_db()


def _events(restored: Restore, numbers: list[int] | None) -> Iterator[Event]:
    if restored.last_replayed is None:
        return
    if numbers is None:
        span = Event.objects.filter(pk__gte=restored.first_replayed, pk__lte=restored.last_replayed)
        yield from span.order_by("pk").iterator(chunk_size=AT_ONCE)
        return
    for start in range(0, len(numbers), AT_ONCE):
        yield from Event.objects.filter(pk__in=numbers[start : start + AT_ONCE]).order_by("pk")


def _add_exported(events: Path, state: event_export.State) -> list[int]:
    """Write the exported events that the restored log lacks, each with its number and time; their numbers in order.

    Every event of the restored log from the first exported one on is in the export, unchanged; otherwise BackupError.
    """
    with connection.cursor() as cursor:
        cursor.execute(STAGE)
        with cursor.copy(COPY) as rows:
            for line in event_export.lines(events, state):
                rows.write_row((json.loads(line)["id"], line))
        cursor.execute(COMPARE)
        different = cursor.fetchone()
        if different is not None:
            raise BackupError(
                f"Event {different[0]} is not the same in the backup and in the exported events. They come from "
                "different logs, or one of them was changed."
            )
        cursor.execute(KEEP_TIMES)
        cursor.execute(ADD)
        added = [row[0] for row in cursor.fetchall()]
        cursor.execute(OWN_TIMES)
        cursor.execute(NEXT)
    return sorted(added)


def _end_everything() -> None:
    """Sessions, tokens, calendar feeds, links (also of invitations), devices, visas and queued e-mails of that time."""
    now = clock.now()
    Session.objects.all().delete()
    PersonSession.objects.filter(ended_at__isnull=True).update(ended_at=now, ended_because=PersonSession.Ended.RESTORED)
    PersonalToken.objects.filter(revoked_at__isnull=True).update(revoked_at=now)
    CalendarFeed.objects.filter(ended_at__isnull=True).update(ended_at=now)
    DeviceRequest.objects.filter(approved_at__isnull=True, refused_at__isnull=True).update(expires_at=now)
    DownloadLink.objects.filter(ended_at__isnull=True).update(ended_at=now)
    Visa.objects.filter(gone_at__isnull=True, starts_at__lte=now).update(gone_at=now)
    Notification.objects.filter(posted_at__isnull=True).update(posted_at=now)
    Invitation.objects.filter(outcome="").update(token_hash="", mail_due_at=None)


def _stop(found: Manifest) -> DownloadStop:
    """The stop of all downloads: the one of the time of the backup goes on, and nobody has proposed its end yet."""
    current = DownloadStop.objects.filter(ends_at__isnull=True).first()
    if current is not None:
        DownloadStop.objects.filter(pk=current.pk).update(resume_proposed_by=None)
        return current
    return DownloadStop.objects.create(reason=REASON.format(moment=f"{found.taken_at[:16].replace('T', ' ')} UTC"))
