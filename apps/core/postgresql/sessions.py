"""The connections that the portal has to its database."""

from django.db import connection


def sessions_by_state() -> dict[str, int]:
    """How many connections the portal's role has to this database, by state (pg_stat_activity); one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity "
            "WHERE usename = current_user AND datname = current_database() GROUP BY 1"
        )
        return dict(cursor.fetchall())
