"""Every kind of event has its sentence, icon and tone; a row that lacks one does not load."""

import types
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy

from apps.audit.groups import Group
from apps.audit.kinds import Kind
from apps.audit.kinds_by_fact import BY_FACT
from apps.audit.models import Event
from apps.web.common.history import sentence_of

SPRITE = (Path(settings.BASE_DIR) / "static/icons/sprite.svg").read_text(encoding="utf-8")
FACTS = {
    "number": 1, "round": 1, "version": 1, "dataset": "", "due": "", "approved": 1, "looked_at": 2, "differed": 0,
    "added": 1, "changed": 0, "removed": 0, "n": 1,
}  # fmt: skip
TONES = {"still", "note", "good", "wait", "bad"}


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_sentence_an_icon_and_a_tone(kind: Kind) -> None:
    rows = [(kind.icon, kind.tone, kind.label), *BY_FACT.get(kind, ("", {}))[1].values()]
    for icon, tone, sentence in rows:
        assert f'id="{icon}"' in SPRITE
        assert tone in TONES
        assert str(sentence) % FACTS
    assert kind.group in Group


@pytest.mark.parametrize("row", [("a.b",), ("a.b", gettext_lazy("Refused")), ("a.b", Group.ACCESS, "ban", "Refused")])
def test_a_kind_without_a_whole_row_does_not_load(row: tuple[object, ...]) -> None:
    """The control: a class made like that of the kinds refuses a member that lacks a part."""
    make = {"__new__": vars(Kind)["__new_member__"]}
    whole = ("a.b", Group.ACCESS, "ban", "bad", gettext_lazy("Refused"))
    assert [kind.icon for kind in _kinds(make | {"WHOLE": whole})] == ["ban"]
    with pytest.raises(TypeError):
        _kinds(make | {"BROKEN": row})


def _kinds(body: dict[str, Any]) -> Any:
    """A class of kinds with this body."""

    def fill(names: dict[str, Any]) -> None:
        for name, value in body.items():
            names[name] = value

    return types.new_class("Planted", (models.TextChoices,), {}, fill)


def test_an_event_of_an_unknown_kind_is_shown_by_its_code() -> None:
    assert sentence_of(Event(kind="planet.discovered", facts={})) == ("planet.discovered", "circle", "still")


@pytest.mark.parametrize(
    ("kind", "facts", "icon"),
    [
        (Kind.ITEM_DECIDED, {"outcome": "approve"}, "approved"),
        (Kind.ITEM_DECIDED, {"outcome": "deny"}, "denied"),
        (Kind.ITEM_DECIDED, {"outcome": "unheard-of"}, Kind.ITEM_DECIDED.icon),
        (Kind.AGREEMENT_SIGNED, {"capacity": "owner"}, "sign"),
    ],
)
def test_a_fact_of_the_event_chooses_a_more_exact_row(kind: Kind, facts: dict[str, str], icon: str) -> None:
    assert sentence_of(Event(kind=kind, facts=facts))[1] == icon
