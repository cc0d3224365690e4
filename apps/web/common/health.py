"""Is the portal up, and can it do its work?"""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from apps.core import schema
from apps.core.errors import Unavailable
from apps.core.storage import private_storage
from apps.web.common.decorators import writes


@writes  # needs no transaction
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@writes  # needs no transaction
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """The process can reach its migrated database and its storage; says which one fails, and nothing else about it."""
    database = _database()
    migrated = not database or schema.is_current()
    parts = (("database", database), ("migrations", migrated), ("storage", _storage()))
    failing = [name for name, works in parts if not works]
    status = 503 if failing else 200
    answer = JsonResponse({"ready": not failing, "failing": failing}, status=status)
    if failing:
        answer["Retry-After"] = str(Unavailable.retry_after)
    return answer


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _storage() -> bool:
    try:
        private_storage().exists("health")
    except Exception:  # whatever the storage's client raises: it does not work
        return False
    return True
