"""The sections of the request form: which there are, what each still needs, and which one the page shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.access_requests import fields, rules
from apps.access_requests.models import AccessRequest
from apps.access_requests.states import RequestState
from apps.web.requests.forms import RequestForm, answer_name
from apps.web.requests.purpose_form import purpose_names
from apps.web.requests.purpose_needs import Needs

ALL, OVERVIEW, CHECK = "all", "overview", "check"
OWN = {"project": "project", "when": "project", "data": "datasets", "research": "purpose", "who": "people"}
TITLES = {
    "questions": lambda: _("Questions from the committee"), "project": lambda: _("Project"),
    "datasets": lambda: _("Datasets"), "purpose": lambda: _("Research purpose"), "people": lambda: _("People"),
    "documents": lambda: _("Documents"),
}  # fmt: skip


@dataclass
class Section:
    """One section. `names` are those of its fields; `missing` are sentences by field, and `places` the ids
    of their boxes; `note` is what it has. `wanted`: the datasets need answers, of which `unanswered` are open.
    """

    key: str
    title: str
    names: frozenset[str]
    needed: bool
    answered: bool
    note: str = ""
    missing: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    wanted: bool = False
    unanswered: tuple[str, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether it is complete, or has every answer that the datasets need."""
        return self.is_complete or (self.wanted and not self.unanswered and not self.missing)

    @property
    def is_complete(self) -> bool:
        """Whether a section that is needed lacks nothing."""
        return self.needed and not self.missing and self.answered

    @property
    def state(self) -> str:
        """Its state as a person reads it."""
        if self.missing:
            n = len(self.missing)
            return ngettext("%(n)s answer missing", "%(n)s answers missing", n) % {"n": n}
        if self.unanswered:
            n = len(self.unanswered)
            return ngettext("%(n)s question not answered", "%(n)s questions not answered", n) % {"n": n}
        return _("Complete") if self.is_done else _("Optional")


@dataclass
class Sections:
    """All sections in order. `current` is the key of the one that the page shows, ALL, OVERVIEW, or empty with errors.

    `elsewhere` has sentences about what is missing in no section that can be changed now.
    """

    rows: list[Section]
    current: str
    shown: frozenset[str]
    address: str
    elsewhere: list[str] = field(default_factory=list)

    @property
    def needed(self) -> list[Section]:
        return [one for one in self.rows if one.needed]

    @property
    def complete(self) -> int:
        """How many of the sections that are needed are complete."""
        return sum(one.is_complete for one in self.needed)

    @property
    def progress(self) -> str:
        counts = {"n": self.complete, "total": len(self.needed)}
        return _("%(n)s of %(total)s required sections complete") % counts

    @property
    def away(self) -> dict[str, bool]:
        """The sections that are in the page but not shown, so that the whole form is sent."""
        return {one.key: True for one in self.rows if one.key not in self.shown}

    @property
    def is_whole(self) -> bool:
        """Whether the page shows everything at once."""
        return self.current == ALL

    @property
    def action(self) -> str:
        """Where the form is sent, so that saving returns to the same section."""
        return f"{self.address}?section={self.current}" if self.current else self.address

    @property
    def whole_address(self) -> str:
        return f"{self.address}?section={ALL}"

    @property
    def position(self) -> int:
        """The number of the section that is shown, from 1; 0 if it is not one."""
        return next((at for at, one in enumerate(self.rows, start=1) if one.key == self.current), 0)

    @property
    def first_missing(self) -> Section | None:
        return next((one for one in self.rows if one.missing), None)

    @property
    def missing(self) -> list[dict[str, str]]:
        """Everything that is missing, with the address of its field: `sentence` and `href`."""
        says = [
            {"sentence": sentence, "href": f"{self.address}?section={one.key}#{one.places[name]}"}
            for one in self.rows
            for name, sentence in one.missing.items()
        ]
        return says + [{"sentence": sentence, "href": self.whole_address} for sentence in self.elsewhere]

    @property
    def following(self) -> str:
        """The key of the section after the one that is shown; after the last one the check."""
        keys = [one.key for one in self.rows]
        return keys[keys.index(self.current) + 1] if self.current in keys[:-1] else CHECK


def missing_answers(found: AccessRequest) -> dict[str, str]:
    """What the request needs before it can be submitted, by the name of the field, questions of a committee too."""
    says = rules.missing_for_submission(found)
    if found.state == RequestState.RETURNED:
        sentence = _("Answer the committee’s question first.")
        says |= {answer_name(one): sentence for one in found.questions.filter(answer="")}
    return says


def sections_of(
    found: AccessRequest,
    form: RequestForm,
    parts: list[dict[str, Any]],
    *,
    counts: Mapping[str, int],
    needs: Needs,
    wanted: str = "",
) -> Sections:
    """The sections of the form as it is stored, and those to show.

    `parts` are `form.asked_sections`, to which the keys `step` and `away` are added; `counts` are the numbers of
    project members, open invitations and documents; `needs` are those of the datasets; `wanted` is the section that was
    asked for.
    """
    missing = missing_answers(found)
    rows = [*_own(found, form, counts, needs), *_of_forms(parts)]
    if not form.documents_locked:
        named = _documents(counts["documents"])
        rows.append(Section("documents", TITLES["documents"](), frozenset(), needed=False, **named))
    for one in rows:
        one.missing = {name: missing[name] for name in missing if name in one.names}
        one.places = {name: place_of(form, name) for name in one.missing}
    known = {name for one in rows for name in one.missing}
    elsewhere = [sentence for name, sentence in missing.items() if name not in known]
    current, shown = _shown(found, form, rows, wanted)
    for part, row in zip(parts, [one for one in rows if one.key.startswith("form-")], strict=True):
        part |= {"step": row.key, "away": row.key not in shown}
    return Sections(rows, current, shown, reverse("request_edit", args=[found.pk]), elsewhere)


def place_of(form: RequestForm, name: str) -> str:
    """The id of the first box of a field."""
    if name not in form.fields:
        return f"id_{name}"
    return form[name].id_for_label or form[name].auto_id


def _shown(found: AccessRequest, form: RequestForm, rows: Sequence[Section], wanted: str) -> tuple[str, frozenset[str]]:
    """Which section is current, and the keys of those that are shown; with errors, all that have one."""
    keys = [one.key for one in rows]
    wrong = frozenset(one.key for one in rows if one.names & set(form.errors))
    if form.is_bound and wrong:
        return (next(iter(wrong)) if len(wrong) == 1 else ""), wrong
    if found.state == RequestState.RETURNED and wanted not in keys:
        return ALL, frozenset(keys)
    if wanted not in (*keys, ALL, OVERVIEW):
        wanted = next((one.key for one in rows if one.missing), OVERVIEW)
    return wanted, frozenset(keys if wanted == ALL else {wanted} & set(keys))


def _own(found: AccessRequest, form: RequestForm, counts: Mapping[str, int], needs: Needs) -> list[Section]:
    """The sections that every request has, but for those that are locked."""
    rows = []
    if form.questions:
        boxes = frozenset(answer_name(one) for one in form.questions)
        answered = any(one.answer for one in form.questions)
        rows.append(Section("questions", TITLES["questions"](), boxes, needed=True, answered=answered))
    for key in ("project", "datasets", "purpose", "people"):
        own = [one for one in fields.FIELDS if OWN[one.group] == key]
        names = {one.name for one in own if one.name in form.fields and not form.fields[one.name].disabled}
        names |= _besides(form, key)
        if names:
            needed = any(one.required for one in own)
            has = _of_purpose(found, needs) if key == "purpose" else _has(found, form, counts, key)
            rows.append(Section(key, TITLES[key](), frozenset(names), needed=needed, **has))
    return rows


def _besides(form: RequestForm, key: str) -> set[str]:
    """Fields of the page that are not in the table of a request's fields."""
    if key == "datasets":
        return {one for one in ("add_dataset", "further") if not form.fields[one].disabled}
    if key == "purpose" and form.purpose_rows:
        return {*purpose_names(), fields.RESEARCH_PURPOSE.name}
    return set()


def _has(found: AccessRequest, form: RequestForm, counts: Mapping[str, int], key: str) -> dict[str, Any]:
    """Whether the section has an answer, and what it has in a few words."""
    if key == "datasets":
        titles = [str(title) for _slug, title in form.chosen_datasets]
        return {"answered": bool(titles), "note": "; ".join(titles)}
    if key == "people":
        n, invited = counts["members"], counts["invited"]
        said = [ngettext("%(n)s colleague named", "%(n)s colleagues named", n) % {"n": n}] if n else []
        said += [_("%(n)s invited, not confirmed") % {"n": invited}] if invited else []
        return {"answered": n + invited > 0, "note": "; ".join(said)}
    return {"answered": bool(found.title or found.purpose), "note": found.title}


def _of_purpose(found: AccessRequest, needs: Needs) -> dict[str, Any]:
    """The research purpose: how many of the questions that the datasets need are answered; without any, of all."""
    n, total = max(len(found.research_purpose) - 1, 0), len(purpose_names())
    said = _("%(n)s of %(total)s questions answered") % {"n": n, "total": total}
    if needs.by:
        answered = len(needs.by) - len(needs.unanswered)
        said = _("%(n)s of %(total)s needed questions answered") % {"n": answered, "total": len(needs.by)}
    return {"answered": n > 0, "note": said, "wanted": bool(needs.by), "unanswered": needs.unanswered}


def _of_forms(parts: list[dict[str, Any]]) -> list[Section]:
    rows = []
    for number, part in enumerate(parts, start=1):
        asked = [one for one in part["section"].questions if one.question.asks]
        n = sum(one.valid() is not None or one.typed() is not None for one in asked)
        said = ngettext("%(n)s question answered", "%(n)s questions answered", n) % {"n": n} if n else ""
        names = frozenset(one.name for one in asked)
        needed = any(one.required for one in asked)
        rows.append(Section(f"form-{number}", part["section"].title, names, needed, n > 0, said))
    return rows


def _documents(n: int) -> dict[str, Any]:
    said = ngettext("%(n)s document attached", "%(n)s documents attached", n) % {"n": n} if n else ""
    return {"answered": n > 0, "note": said}
