"""A second opinion on matching, written without reading the matcher: for each code a sentence in three-valued logic.

True: the consent covers the purpose; False: it does not; None: the answers do not say. The tests compare.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from apps.datasets.conditions import Use
from apps.datasets.matching import Outcome, Purpose

TODAY = date(2027, 3, 1)
Maybe = bool | None
# breast carcinoma is a carcinoma of the breast is a cancer; asthma is something else; A:1 is in no table
KINDS_OF = {"MONDO:3": {"MONDO:2", "MONDO:1"}, "MONDO:2": {"MONDO:1"}, "MONDO:1": set(), "MONDO:9": set()}
PERMITTED = {
    "DUO:0000004": "disease health population ancestry methods other care",
    "DUO:0000042": "disease health population ancestry methods other",
    "DUO:0000006": "disease health methods",
    "DUO:0000007": "disease methods",
    "DUO:0000011": "ancestry",
}
DUTIES = {"DUO:0000019", "DUO:0000020", "DUO:0000029", "GH:0000003"}


def both(parts: Iterable[Maybe]) -> Maybe:
    said = list(parts)
    return False if False in said else None if None in said else True


def nope(value: Maybe) -> Maybe:
    return None if value is None else not value


def covers(codes: set[str], code: str, values: list[str], p: Purpose) -> Maybe:
    """Whether the permission covers every aim of the purpose."""
    inside = PERMITTED[code].split() + (["care"] if "DUO:0000043" in codes else [])
    parts: list[Maybe] = [None if p.kind is None else p.kind in inside]
    if "ancestry" not in inside and p.kind != "ancestry":
        parts.append(nope(p.ancestry))
    if "methods" not in inside and p.kind != "methods":
        parts.append(nope(p.methods))
    if code == "DUO:0000007" and p.kind in ("disease", "methods"):
        if not p.diseases:
            parts.append(None)
        for one in p.diseases or ():
            parts.append(is_kind_of_any(one.id, values))
    return both(parts)


def is_kind_of_any(disease: str, values: list[str]) -> Maybe:
    answers = []
    for value in values or [""]:
        if not disease or not value.startswith("MONDO:"):
            answers.append(None)
        elif value == disease:
            answers.append(True)
        else:
            answers.append(value in KINDS_OF[disease] if disease in KINDS_OF and value in KINDS_OF else None)
    return True if True in answers else None if None in answers else False


def places(values: list[str], p: Purpose) -> Maybe:
    if not values or "free" in values:
        known = [value for value in values if value != "free"]
        return True if known and p.countries and p.processing and p.countries | p.processing <= set(known) else None
    return both(None if not said else said <= set(values) for said in (p.countries, p.processing))


def ethics(p: Purpose) -> Maybe:
    if p.ethics is None:
        return None
    if p.ethics != "approved":
        return False
    return None if p.ethics_until is None else p.ethics_until >= TODAY


def dated(values: list[str]) -> date | None:
    try:
        return date.fromisoformat(values[0])
    except (ValueError, IndexError):
        return None


def not_past(day: date | None) -> Maybe:
    return None if day is None else day >= TODAY


def commercial(p: Purpose) -> Maybe:
    return nope(p.commercial)


def for_profit(p: Purpose) -> Maybe:
    return None if not p.organisations else "company" not in p.organisations


SAYS: dict[str, Callable[[list[str], Purpose], Maybe]] = {
    "DUO:0000044": lambda _v, p: False if p.kind == "ancestry" else nope(p.ancestry),
    "DUO:0000012": lambda _v, _p: None,
    "DUO:0000015": lambda _v, p: False if p.kind == "methods" else nope(p.methods),
    "DUO:0000016": lambda _v, p: p.genetic,
    "DUO:0000018": lambda _v, p: both([commercial(p), for_profit(p)]),
    "DUO:0000019": lambda _v, p: p.publish,
    "DUO:0000020": lambda v, p: p.collaborate if v else None,
    "DUO:0000021": lambda _v, p: ethics(p),
    "DUO:0000022": places,
    "DUO:0000024": lambda v, _p: None if dated(v) is None else True,
    "DUO:0000025": lambda v, _p: not_past(dated(v)),
    "DUO:0000026": lambda _v, _p: None,  # nobody told who receives the data
    "DUO:0000027": lambda v, p: None if not p.project or not v else p.project in v,
    "DUO:0000028": lambda _v, _p: None,
    "DUO:0000029": lambda _v, p: p.return_results,
    "DUO:0000043": lambda _v, _p: True,
    "DUO:0000045": lambda _v, p: for_profit(p),
    "DUO:0000046": lambda _v, p: commercial(p),
    "GH:0000001": lambda _v, p: nope(p.reidentify),
    "GH:0000002": lambda _v, p: None if p.ai is None else p.ai == "no",
    "GH:0000003": lambda _v, _p: True,
}


def expected(uses: Iterable[Use], p: Purpose) -> Outcome:
    """What the whole answer has to be."""
    values: dict[str, list[Any]] = {}
    for use in uses:
        values.setdefault(use.code, []).extend([use.value] if use.value else [])
    permissions = [code for code in values if code in PERMITTED]
    parts = [covers(set(values), code, values[code], p) for code in permissions]
    parts += [SAYS[code](said, p) if code in SAYS else None for code, said in values.items() if code not in PERMITTED]
    sensitive = None if p.sensitive is None else bool(p.sensitive or p.ancestry or p.kind == "ancestry")
    parts += [None] if len(permissions) != 1 or sensitive is not False else []
    said = both(parts)
    if said is None:
        return Outcome.REVIEW
    if said is False:
        return Outcome.DENY
    moratorium = dated(values.get("DUO:0000024", [])) or TODAY
    duties = DUTIES & set(values) or moratorium > TODAY
    return Outcome.OBLIGATIONS if duties else Outcome.MATCH
