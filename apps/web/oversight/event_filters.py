"""The filters of the event log: each reads its part of the address, as `apps.web.common.list_filters` says."""

from collections.abc import Callable, Mapping
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.audit.log_groups import LOG_GROUPS, READINGS
from apps.audit.queries import concerning, kinds
from apps.web.common.list_filters import LONGEST_WORDS, Answer, Choice, DateRange, Filter, Label, Option
from apps.web.oversight.lookup import Found, dataset_meant, file_meant, person_meant, reference_meant

NOTHING = Q(pk__in=[])
DAY, PERSON, REFERENCE, DATASET, FILE = "day", "person", "ref", "dataset", "file"
GROUP, KIND, THING, READING = "group", "kind", "thing", "reading"


class Meant:
    """Words that name one person, reference or dataset; `found` is what they mean, None without words.

    Words that mean nothing, or several things, leave no event: the page offers the things to choose from.
    """

    def __init__(self, name: str, label: Label, meaning: Callable[[str], Found]) -> None:
        self.name, self.label = name, label
        self.words = ""
        self.found: Found | None = None
        self._meaning = meaning

    def read(self, asked: Mapping[str, str]) -> Answer:
        words = " ".join(asked.get(self.name, "").replace("\x00", "").split())[:LONGEST_WORDS]
        if words != self.words:  # read twice for one page: for its rows and for the counts of the groups
            self.words, self.found = words, self._meaning(words) if words else None
        shown = {"kind": "words", "name": self.name, "label": self.label, "value": self.words}
        if self.found is None:
            return Answer(shown=shown)
        known = self.found.events is not None
        return Answer(
            shown=shown,
            conditions=(self.found.events if self.found.events is not None else NOTHING,),
            params={self.name: self.words},
            chips=((f"{self.label}: {self.found.name if known else self.words}", (self.name,)),),
        )


class About:
    """The events about the thing with this id; for links from the details of an event."""

    def __init__(self) -> None:
        self.thing: UUID | None = None

    def read(self, asked: Mapping[str, str]) -> Answer:
        text = asked.get(THING, "").strip()
        try:
            self.thing = UUID(text) if text else None
        except ValueError:
            self.thing = None
        shown = {"kind": "id", "name": THING, "value": str(self.thing or "")}
        if self.thing is None:
            problems = (_("“%(id)s” is not an ID, so this filter was ignored.") % {"id": text[:40]},) if text else ()
            return Answer(shown=shown, problems=problems)
        return Answer(
            shown=shown,
            conditions=(concerning([self.thing]),),
            params={THING: str(self.thing)},
            chips=((_("ID: %(id)s") % {"id": str(self.thing)}, (THING,)),),
        )


class EventFilters:
    """All filters of the log, in the order of the page."""

    def __init__(self) -> None:
        self.person = Meant(PERSON, gettext_lazy("Person"), person_meant)
        self.reference = Meant(REFERENCE, gettext_lazy("Reference"), reference_meant)
        self.dataset = Meant(DATASET, gettext_lazy("Dataset"), dataset_meant)
        self.file = Meant(FILE, gettext_lazy("File"), file_meant)
        self.about = About()

    @property
    def beside_group(self) -> list[Filter]:
        """All but the group, for the counts of the groups."""
        period = DateRange(DAY, gettext_lazy("Period"), "at")
        return [period, self.person, self.reference, self.dataset, self.file, _kind(), self.about, _reading()]

    @property
    def all(self) -> list[Filter]:
        return [*self.beside_group, _group()]

    @property
    def meant(self) -> list[Meant]:
        return [self.person, self.reference, self.dataset, self.file]

    def searched_person(self) -> UUID | None:
        found = self.person.found
        return found.ids[0] if found is not None and found.ids else None

    def searched(self) -> list[UUID]:
        """The ids of the things that were searched for besides the person."""
        ids = [one.found.ids[0] for one in self.meant[1:] if one.found is not None and one.found.ids]
        return ids + ([self.about.thing] if self.about.thing else [])

    def unclear(self) -> list[Meant]:
        """The words that name nothing, or several things."""
        return [one for one in self.meant if one.found is not None and one.found.events is None]


def _kind() -> Choice:
    options = [Option(kind, kind, Q(kind=kind)) for kind in kinds()]
    return Choice(KIND, gettext_lazy("Event type"), options, any_label=gettext_lazy("All types"))


def _reading() -> Choice:
    hidden = Option("hide", gettext_lazy("hidden"), ~Q(kind__in=READINGS))
    label = gettext_lazy("Reading of the log")
    return Choice(READING, label, [hidden], any_label=gettext_lazy("All events"))


def _group() -> Choice:
    options = [Option(code, heading, Q(kind__in=group)) for code, (heading, group) in LOG_GROUPS.items()]
    return Choice(GROUP, gettext_lazy("Events"), options, any_label=gettext_lazy("All events"))


def in_use(asked: Mapping[str, str]) -> list[str]:
    """The names of the filters that the address uses."""
    names = (DAY, PERSON, REFERENCE, DATASET, FILE, GROUP, KIND, THING, READING)
    return [name for name in names if any(asked.get(one) for one in (name, f"{name}_from", f"{name}_to"))]
