"""Which questions of a purpose the use conditions of a dataset are about. Pure functions."""

from collections.abc import Iterable

from apps.datasets import conditions
from apps.datasets.matching.permissions import CC, CONTAINS, DS, SIDE_AIMS
from apps.datasets.matching.purpose import Purpose

ABOUT: dict[str, tuple[str, ...]] = {
    "DUO:0000044": ("ancestry",),  # NPOA
    "DUO:0000015": ("methods",),  # NMDS
    "DUO:0000016": ("genetic",),  # GSO
    "DUO:0000018": ("commercial", "organisations"),  # NPUNCU
    "DUO:0000019": ("publish",),  # PUB
    "DUO:0000020": ("collaborate",),  # COL
    "DUO:0000021": ("ethics", "ethics_until"),  # IRB
    "DUO:0000022": ("countries", "processing"),  # GS
    "DUO:0000027": ("project",),  # PS
    "DUO:0000029": ("return_results",),  # RTN
    "DUO:0000045": ("organisations",),  # NPU
    "DUO:0000046": ("commercial",),  # NCU
    conditions.NO_REIDENTIFICATION: ("reidentify",),
    conditions.NO_AI_TRAINING: ("ai",),
}
ALWAYS = ("sensitive",)  # the committee checks a sensitive purpose whatever the conditions say


def needed(codes: Iterable[str]) -> frozenset[str]:
    """The names of the questions that a comparison with these conditions reads."""
    known = frozenset(codes)
    found = set(ALWAYS)
    for code in known:
        found |= set(ABOUT.get(code, ())) | _of_permission(code, known)
    return frozenset(found)


def _of_permission(code: str, codes: frozenset[str]) -> set[str]:
    if code not in CONTAINS:
        return set()
    contained = CONTAINS[code] | ({"care"} if CC in codes else set())
    return {"kind", *(aim for aim in SIDE_AIMS if aim not in contained)} | ({"diseases"} if code == DS else set())


def unanswered(names: Iterable[str], purpose: Purpose) -> list[str]:
    """Those of the questions that still matter and have no answer, in the order of the form.

    The last day of an ethics approval matters once there is one, the disease unless the project is clinical care, and
    ancestry or methods beside the main aim.
    """
    idle = {"ethics_until"} if purpose.ethics not in (None, "approved") else set()
    idle |= {"diseases"} if purpose.kind == "care" else set()
    idle |= {purpose.kind} if purpose.kind in SIDE_AIMS else set()
    wanted = set(names) - idle
    empty = [name for name in ("diseases", "organisations", "countries", "processing", "project")
             if not getattr(purpose, name)]  # fmt: skip
    open_ones = {*purpose.unanswered, *empty} & wanted
    return [name for name in Purpose.__dataclass_fields__ if name in open_ones]
