"""The same form, sent twice, happens once."""

import uuid
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect

from apps.core import idempotency
from apps.web.common.actor import PageRequest

FIELD = "_once"
SAVE = "_save"
DONE, KEPT = "done", "kept"
View = Callable[..., HttpResponse]


def idempotent_form(view: View) -> View:
    """A POST that carries `_once` (a UUID, see the template tag) is done at most once for its person.

    The key and the change commit together. A refused form (422 and the like) leaves no key, so that it can be mended
    and sent again; the second sending of a form that was done is answered with the first one's redirect.
    """

    @wraps(view)
    def wrapper(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = _key(request)
        if request.method != "POST" or key is None or not request.actor.is_authenticated:
            return view(request, *args, **kwargs)
        with transaction.atomic():
            claimed = idempotency.reserve_key(person_id=request.actor.pk, key=key, digest=_digest(request))
            if not claimed.first:
                return HttpResponseRedirect(claimed.location or request.path)
            answer = view(request, *args, **kwargs)
            if answer.status_code in (301, 302, 303):
                idempotency.store_location(claimed, location=answer["Location"])
            elif _mark_of(answer) == DONE:
                idempotency.store_location(claimed, location=request.path)
            elif _mark_of(answer) == KEPT:
                idempotency.release_key(claimed)
            else:
                transaction.set_rollback(True)
        return answer

    return wrapper


def shown_once_response(answer: HttpResponse) -> HttpResponse:
    """Mark an answer that shows a page although the form was done: a secret is shown this once and kept nowhere."""
    return _marked(answer, DONE)


def saved_with_errors(answer: HttpResponse) -> HttpResponse:
    """Mark a refusal after which what was typed stays in the database; the form can be mended and sent again."""
    return _marked(answer, KEPT)


def _marked(answer: HttpResponse, what: str) -> HttpResponse:
    answer.came_of_form = what  # type: ignore[attr-defined]
    return answer


def _mark_of(answer: HttpResponse) -> str:
    return getattr(answer, "came_of_form", "")


def remembered(request: PageRequest, do: Callable[[], str]) -> str:
    """Do it and remember in a few words what came of it, by the key that a script sends along (`_save`, a UUID).

    Sent again with the same key and contents, nothing is done, and the words are the answer.
    """
    key, person_id = _key(request, SAVE), request.actor.pk
    if key is None or person_id is None:
        return do()
    with transaction.atomic():
        claimed = idempotency.reserve_key(person_id=person_id, key=key, digest=_digest(request))
        if not claimed.first:
            return claimed.location
        came_of_it = do()
        idempotency.store_location(claimed, location=came_of_it)
    return came_of_it


def once_each(request: PageRequest, part: uuid.UUID, sent: str, do: Callable[[], object]) -> None:
    """Do one part of a form in a transaction of its own, at most once by the `_once` of the form; `part` names it.

    `sent` is what the form says for this part: the same part of the same form with other content is refused (Invalid).
    A part that is refused leaves no key, so that it can be mended and sent again.
    """
    key = _key(request)
    with transaction.atomic():
        if key is None or request.actor.pk is None:
            do()
            return
        digest = idempotency.digest_of([("path", request.path), ("sent", sent)])
        claimed = idempotency.reserve_key(person_id=request.actor.pk, key=uuid.uuid5(key, str(part)), digest=digest)
        if claimed.first:
            do()
            idempotency.store_location(claimed, location=request.path)


def done_before(request: PageRequest, parts: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those parts of the form that `once_each` has done already; one statement."""
    key = _key(request)
    if key is None or request.actor.pk is None:
        return set()
    keys = {uuid.uuid5(key, str(part)): part for part in parts}
    return {keys[one] for one in idempotency.keys_in_use(request.actor.pk, keys)}


def _key(request: PageRequest, field: str = FIELD) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get(field, ""))
    except ValueError:
        return None


def _digest(request: PageRequest) -> str:
    parts = [(name, value) for name, values in request.POST.lists() for value in values]
    sent = [(name, value) for name, value in parts if name not in {FIELD, SAVE, "csrfmiddlewaretoken"}]
    return idempotency.digest_of([*sent, ("path", request.path)])
