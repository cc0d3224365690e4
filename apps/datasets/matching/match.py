"""Compare a purpose with the use conditions of a dataset. Total over all codes: an unknown one goes to a person."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from django.utils.translation import gettext as _

from apps.datasets import conditions
from apps.datasets.conditions import Use
from apps.datasets.matching import modifiers, permissions
from apps.datasets.matching.asking import Asked
from apps.datasets.matching.facts import Ancestry, Recipient
from apps.datasets.matching.needed import needed, unanswered
from apps.datasets.matching.outcome import Line, Match, Outcome
from apps.datasets.matching.purpose import Purpose

CHECKS: dict[str, Callable[[Asked], Line]] = {
    "DUO:0000004": permissions.permission,  # NRES
    "DUO:0000042": permissions.permission,  # GRU
    "DUO:0000006": permissions.permission,  # HMB
    "DUO:0000007": permissions.permission,  # DS
    "DUO:0000011": permissions.permission,  # POA
    "DUO:0000044": modifiers.no_ancestry,  # NPOA
    "DUO:0000012": modifiers.restricted,  # RS
    "DUO:0000015": modifiers.no_methods,  # NMDS
    "DUO:0000016": modifiers.genetic_only,  # GSO
    "DUO:0000018": modifiers.not_for_profit_nor_commercial,  # NPUNCU
    "DUO:0000019": modifiers.publish,  # PUB
    "DUO:0000020": modifiers.collaborate,  # COL
    "DUO:0000021": modifiers.ethics_approval,  # IRB
    "DUO:0000022": modifiers.in_region,  # GS
    "DUO:0000024": modifiers.moratorium,  # MOR
    "DUO:0000025": permissions.time_limit,  # TS
    "DUO:0000026": modifiers.approved_people,  # US
    "DUO:0000027": modifiers.approved_projects,  # PS
    "DUO:0000028": modifiers.approved_institutions,  # IS
    "DUO:0000029": modifiers.return_results,  # RTN
    "DUO:0000043": permissions.clinical_care,  # CC
    "DUO:0000045": modifiers.not_for_profit,  # NPU
    "DUO:0000046": modifiers.no_commercial_use,  # NCU
    conditions.NO_REIDENTIFICATION: modifiers.no_reidentification,
    conditions.NO_AI_TRAINING: modifiers.no_ai_training,
    conditions.OPT_OUT_APPLIED: modifiers.opt_out_applied,
}
PERMITTED = frozenset(conditions.PERMISSIONS)
SENSITIVE_KINDS = ("ancestry",)  # main aims that a person always looks at


def match(
    uses: Iterable[Use],
    purpose: Purpose,
    ancestry: Ancestry | None = None,
    *,
    recipients: Iterable[Recipient] | None = None,
    today: date,
) -> Match:
    """Compare; a line for each code, in the order of the terms, then what no condition says (`code` is empty).

    `today` is the day by which dates in conditions and answers have passed.
    """
    values = _by_code(uses)
    known = None if recipients is None else tuple(recipients)
    lines = [
        _line(Asked(code, said, frozenset(values), purpose, ancestry or Ancestry(), known, today))
        for code, said in values.items()
    ]
    return Match((*lines, *_beyond(values, purpose)), tuple(unanswered(needed(values), purpose)))


def outcomes(
    sets: Mapping[str, Iterable[Use]],
    purpose: Purpose,
    ancestry: Ancestry | None = None,
    *,
    recipients: Iterable[Recipient] | None = None,
    today: date,
) -> dict[str, Outcome]:
    """The outcome for many sets of conditions, by their keys: that of `match`, each condition compared only once."""
    known = None if recipients is None else tuple(recipients)
    compared: dict[tuple[str, tuple[str, ...], bool], Outcome] = {}
    beyond: dict[int, Outcome] = {}
    found = {}
    for key, uses in sets.items():
        values = _values(uses)
        codes = frozenset(values)
        permitted = len(codes & PERMITTED)
        if permitted not in beyond:
            beyond[permitted] = max((line.outcome for line in _beyond(values, purpose)), default=Outcome.MATCH)
        worst = beyond[permitted]
        for code, said in values.items():
            same = code, said, permissions.CC in codes
            if same not in compared:
                asked = Asked(code, said, codes, purpose, ancestry or Ancestry(), known, today)
                compared[same] = _line(asked).outcome
            worst = max(worst, compared[same])
        found[key] = worst
    return found


def _by_code(uses: Iterable[Use]) -> dict[str, tuple[str, ...]]:
    """The values of each code, in the order of the terms."""
    return _values(conditions.in_order(uses))


def _values(uses: Iterable[Use]) -> dict[str, tuple[str, ...]]:
    values: dict[str, tuple[str, ...]] = {}
    for code, value in uses:
        said = (value,) if value.strip() else ()
        values[code] = values[code] + said if code in values else said
    return values


def _line(asked: Asked) -> Line:
    check = CHECKS.get(asked.code)
    return check(asked) if check else asked.asks(_("The portal does not know this condition. The committee checks it."))


def _beyond(codes: Iterable[str], purpose: Purpose) -> list[Line]:
    """What goes to a person although no single condition says so: no permission or several, a sensitive purpose."""
    found = []
    permitted = [code for code in codes if code in conditions.PERMISSIONS]
    if not permitted:
        found.append(
            Line(
                "", Outcome.REVIEW, _("The dataset does not state what it may be used for. The committee checks this.")
            )
        )
    elif len(permitted) > 1:
        found.append(
            Line("", Outcome.REVIEW, _("The dataset has more than one permission. The committee checks them."))
        )
    if purpose.sensitive is None:
        found.append(Line("", Outcome.REVIEW, _("The request does not say whether the purpose is sensitive.")))
    elif purpose.sensitive or purpose.ancestry or purpose.kind in SENSITIVE_KINDS:
        found.append(Line("", Outcome.REVIEW, _("The purpose is sensitive. The committee checks it.")))
    return found
