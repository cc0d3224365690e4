"""The permissions of DUO: a purpose must be contained in what was permitted; a broader one never passes."""

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.datasets.matching.asking import Asked, combined
from apps.datasets.matching.facts import disease_id
from apps.datasets.matching.outcome import Change, Line

NRES, GRU, HMB, DS, POA = "DUO:0000004", "DUO:0000042", "DUO:0000006", "DUO:0000007", "DUO:0000011"
CC = "DUO:0000043"
RESEARCH = frozenset({"disease", "health", "population", "ancestry", "methods", "other"})
# What each permission contains; clinical care is no research.
CONTAINS: dict[str, frozenset[str]] = {
    NRES: RESEARCH | {"care"},
    GRU: RESEARCH,
    HMB: frozenset({"disease", "health", "methods"}),
    DS: frozenset({"disease", "methods"}),
    POA: frozenset({"ancestry"}),
}
AIMS: dict[str, Any] = {
    "disease": gettext_lazy("research on a named disease"),
    "health": gettext_lazy("health, medical or biomedical research"),
    "population": gettext_lazy("population research"),
    "ancestry": gettext_lazy("research on population origins or ancestry"),
    "methods": gettext_lazy("method development"),
    "other": gettext_lazy("research outside health and medicine"),
    "care": gettext_lazy("clinical care"),
}
SIDE_AIMS = ("ancestry", "methods")  # what a purpose may do besides its main aim


def permission(asked: Asked) -> Line:
    """Whether every aim of the purpose is contained in the permission; an unanswered one goes to a person."""
    contained = CONTAINS[asked.code] | ({"care"} if CC in asked.codes else set())
    kind = asked.purpose.kind
    lines = [_side_aim(asked, aim) for aim in SIDE_AIMS if aim not in contained and aim != kind]
    if kind is None:
        state = Change("kind", None, _("Say what kind of research it is."))
        lines.append(asked.asks(_("The request does not say what kind of research it is."), state))
    elif kind not in contained:
        only = ", ".join(str(label) for aim, label in AIMS.items() if aim in contained)
        limit = Change("kind", None, _("Limit the purpose to: %(aims)s.") % {"aims": only})
        lines.append(asked.denies(_("The data may not be used for %(aim)s.") % {"aim": AIMS[kind]}, limit))
    elif asked.code == DS and kind != "care":
        lines.append(_diseases(asked))
    else:
        lines.append(asked.fits(_("The purpose is %(aim)s, which is allowed.") % {"aim": AIMS[kind]}))
    return combined(lines)


def _side_aim(asked: Asked, aim: str) -> Line:
    """An aim that the permission does not contain, beside the main one."""
    said, name = getattr(asked.purpose, aim), {"aim": AIMS[aim]}
    if said:
        without = Change(aim, False, _("Leave out %(aim)s.") % name)
        return asked.denies(_("The data may not be used for %(aim)s.") % name, without)
    if said is None:
        none = Change(aim, False, _("Say that the project does not include %(aim)s.") % name)
        return asked.asks(_("The request does not say whether the project includes %(aim)s.") % name, none)
    return asked.fits("")


def _diseases(asked: Asked) -> Line:
    """Every disease of the purpose is one that is named, or a kind of it."""
    named = {disease_id(value) for value in asked.values}
    if not asked.purpose.diseases:
        change = Change("diseases", None, _("Name the disease."))
        return asked.asks(_("The request does not name a disease."), change)
    unsure: list[str] = []
    outside: list[str] = []
    for disease in asked.purpose.diseases:
        found = {asked.ancestry.within(disease.id, one) if disease.id and one else None for one in named} or {None}
        if True not in found:
            (unsure if None in found else outside).append(disease.label or disease.id)
    if outside:
        rest = tuple(one for one in asked.purpose.diseases if (one.label or one.id) not in outside)
        names = {"names": ", ".join(outside)}
        changes = [Change("diseases", rest, _("Leave out: %(names)s.") % names)] if rest else []
        return asked.denies(_("Neither a permitted disease nor a form of one: %(names)s.") % names, *changes)
    if unsure:
        said = _("The committee checks whether this is a permitted disease or a form of one: %(names)s.")
        return asked.asks(said % {"names": ", ".join(unsure)})
    return asked.fits(_("Each disease is permitted, or is a form of a permitted disease."))


def clinical_care(asked: Asked) -> Line:
    """CC widens: it never says no."""
    return asked.fits(_("Clinical care is also allowed."))


def time_limit(asked: Asked) -> Line:
    """TS: the last day of use limits the access."""
    if asked.day is None:
        return asked.asks(_("The dataset does not say until when it may be used."))
    shown = date_format(asked.day, "j M Y")
    if asked.day < asked.today:
        return asked.denies(_("The data could be used only until %(day)s.") % {"day": shown})
    return asked.fits(_("The data may be used until %(day)s.") % {"day": shown}, cap=asked.day)
