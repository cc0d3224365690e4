"""Bar 2: may this person download this file? Beside the barest question there is, and beside django-guardian's."""

import itertools
import time
from collections.abc import Callable
from typing import Any

from tests.performance.rounds import Series, interleaved

EACH = 60  # questions a round


def measure(*, each: int = EACH, rounds: int = 7) -> dict[str, Series]:
    """Milliseconds a question: ours, a bare exists() on the table of grants, guardian's has_perm."""
    from guardian.backends import ObjectPermissionBackend

    from apps.datasets.models import DatasetRole, Distribution
    from apps.grants.models import AccessGrant
    from apps.grants.queries import may_download

    grants = list(AccessGrant.objects.select_related("holder").order_by("id")[:200])
    files = {file.version.dataset_id: file for file in _files(Distribution, [grant.dataset_id for grant in grants])}
    pairs = itertools.cycle([(grant.holder, files[grant.dataset_id]) for grant in grants])
    rows = DatasetRole.objects.filter(permission__codename="view_draft_dataset").select_related(
        "user", "content_object"
    )
    peers = itertools.cycle([(row.user, row.content_object) for row in rows.order_by("id")[:200]])
    guardian = ObjectPermissionBackend()

    def ours() -> bool:
        person, file = next(pairs)
        return may_download(person, file.pk)

    def bare() -> bool:
        person, file = next(pairs)
        return AccessGrant.objects.filter(holder=person, dataset_id=file.version.dataset_id).exists()

    def theirs() -> bool:
        person, dataset = next(peers)
        return bool(guardian.has_perm(person, "datasets.view_draft_dataset", dataset))

    asked = {"ours": ours, "bare": bare, "guardian": theirs}
    return interleaved({name: _timed(question, each) for name, question in asked.items()}, rounds=rounds)


def statements() -> int:
    """How many statements one decision asks."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from apps.grants.models import AccessGrant
    from apps.grants.queries import may_download

    holder = AccessGrant.objects.select_related("holder")[0].holder
    with CaptureQueriesContext(connection) as seen:
        may_download(holder, holder.pk)
    return len(seen)


def _files(model: Any, datasets: list[Any]) -> Any:
    return model.objects.filter(version__dataset__in=datasets).select_related("version")


def _timed(question: Callable[[], bool], each: int) -> Callable[[], float]:
    def round_of() -> float:
        began = time.perf_counter()
        for _ in range(each):
            if not question():
                raise RuntimeError("a person with a grant was refused")
        return (time.perf_counter() - began) / each * 1000

    return round_of
