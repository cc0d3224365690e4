"""What a draft's page sends while its person types: saved, as far as no other window changed the same fields."""

import json
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import QueryDict

from apps.access_requests import commands, fields
from apps.access_requests.models import AccessRequest
from apps.core.errors import Invalid, WrongState
from apps.people.models import Person
from apps.web.requests.forms import RequestForm
from apps.web.requests.two_windows import base_after, has_base, merge, without

NOT_SAVED = (fields.MEMBERS.name, fields.DATASETS.name)  # only with the whole form
TRIES = 3  # another window may save between reading and writing
MOST_NAMES = 400  # characters of the fields in conflict that are remembered with the key of a save


class Autosave:
    """One save. A field that another window changed too is not saved, and is in `conflicts`."""

    def __init__(self, found: AccessRequest, sent: QueryDict, parts: Callable[..., dict[str, Any]], by: Person) -> None:
        self.found, self.sent, self.by = found, sent, by
        self._parts = parts
        self._wrong: dict[str, str] = {}
        self._kept: list[str] = []
        self._used: dict[str, Any] | None = None

    def save(self) -> str:
        """Save it; in a few words the revision, the moment, and the fields in conflict."""
        for left in reversed(range(TRIES)):
            try:
                with transaction.atomic():
                    return self._save()
            except WrongState:
                before = self.found.revision
                self.found.refresh_from_db()
                if not left or not has_base(self.sent) or self.found.revision == before:
                    raise
        raise AssertionError

    def _save(self) -> str:
        parts = self._used = self._parts(self.found, members=False)
        form, names = self._read(RequestForm(self.sent, **parts)), list[str]()
        if has_base(self.sent):
            saved = RequestForm(None, **parts)
            merged = merge(self.sent, form, saved, self.found.revision, beside=NOT_SAVED)
            names, self._kept = [one.name for one in merged.conflicts], merged.kept
            form = self._read(RequestForm(without(merged, saved), **parts))
        if form.answers:
            commands.save_answers(self.found, answers=form.answers, by=self.by)
        texts = form.texts
        self._wrong = form.form_questions.wrong(texts.get("answers", {}))
        kept = commands.change(self.found, by=self.by, revision=form.cleaned_data["revision"], **texts)
        said = ",".join(names)
        return f"{kept.revision} {kept.changed_at.isoformat()} {said if len(said) <= MOST_NAMES else '*'}"

    @staticmethod
    def _read(form: RequestForm) -> RequestForm:
        if not form.is_valid():
            first = {name: str(errors[0]) for name, errors in form.errors.items()}
            raise Invalid(next(iter(first.values())), fields=first)
        return form

    def answer(self, words: str) -> dict[str, Any]:
        """The answer to the page; the words of an earlier save with the same key give the same answer."""
        revision, saved_at, said = words.split(" ", 2)
        answer = {"revision": int(revision), "saved_at": saved_at, "wrong": self._wrong}
        if not has_base(self.sent):
            return answer
        form = RequestForm(self.sent, **self._used or self._parts(self.found, members=False))
        form.full_clean()
        names = list(form.fields) if said == "*" else [name for name in said.split(",") if name]
        labels = [str(form.fields[name].label) for name in names if name in form.fields]
        base = json.loads(base_after(form, self.sent, beside=(*NOT_SAVED, *names)))
        return answer | {"base": base, "conflicts": labels, "merged": self._kept}
