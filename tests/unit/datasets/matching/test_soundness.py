"""Matching is sound: no approval outside the consent, no unknown that means yes, no restriction that helps.

Every permission with every modifier (and pairs of modifiers) is compared with every combination of the answers that
they are about, against the oracle beside this file. `make test` takes a sample of it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import combinations, islice, product
from math import prod
from random import Random
from typing import Any

import pytest

from apps.datasets.conditions import MODIFIERS, PERMISSIONS, Use
from apps.datasets.matching import Ancestry, Disease, Match, Outcome, Purpose, changed, match, outcomes
from apps.datasets.matching.match import CHECKS
from tests.unit.datasets.matching.oracle import KINDS_OF, TODAY, expected

ANCESTRY = Ancestry({key: frozenset(above) for key, above in KINDS_OF.items()})
DISEASES = [(Disease(key, ""),) for key in ("MONDO:1", "MONDO:3", "MONDO:9", "MONDO:77", "")]
ANSWERS: dict[str, list[Any]] = {
    "kind": [None, "disease", "health", "population", "ancestry", "methods", "other", "care"],
    "diseases": [None, (), *DISEASES, (*DISEASES[1], *DISEASES[2])],
    "methods": [None, True, False],
    "ancestry": [None, True, False],
    "genetic": [None, True, False],
    "sensitive": [None, frozenset(), frozenset({"children"})],
    "commercial": [None, True, False],
    "organisations": [None, frozenset(), *map(frozenset, (["public"], ["company"], ["public", "company"]))],
    "countries": [None, *map(frozenset, ([], ["DK"], ["DK", "US"]))],
    "processing": [None, *map(frozenset, ([], ["DK"], ["US"], ["DK", "US"]))],
    "ai": [None, "no", "inside", "leaves"],
    "reidentify": [None, True, False],
    "ethics": [None, "approved", "pending", "none"],
    "ethics_until": [None, date(2027, 2, 28), date(2027, 3, 1), date(2030, 1, 1)],
    "publish": [None, True, False],
    "return_results": [None, True, False],
    "collaborate": [None, True, False],
    "project": [None, "BRCA-1", "other"],
}
PERMITTED: list[list[Use]] = [
    [], *([Use(code)] for code in PERMISSIONS if code != "DUO:0000007"),
    *([Use("DUO:0000007", value)] for value in ("MONDO:1", "MONDO:2", "MONDO:88", "some disease", "")),
    [Use("DUO:0000007", "MONDO:2"), Use("DUO:0000007", "MONDO:9")], [Use("DUO:0000042"), Use("DUO:0000006")],
]  # fmt: skip
VALUES: dict[str, list[list[str]]] = {
    "DUO:0000020": [["Dr A"], [""]],
    "DUO:0000022": [["DK"], ["DK", "NO"], ["free"], ["DK", "free"]],
    "DUO:0000024": [["2027-02-01"], ["2029-01-01"], ["soon"]],
    "DUO:0000025": [["2027-02-01"], ["2029-01-01"], ["soon"]],
    "DUO:0000027": [["BRCA-1"], [""]],
}
ABOUT = {
    "DUO:0000044": "ancestry", "DUO:0000015": "methods", "DUO:0000016": "genetic", "DUO:0000019": "publish",
    "DUO:0000018": "commercial organisations", "DUO:0000020": "collaborate", "DUO:0000021": "ethics ethics_until",
    "DUO:0000022": "countries processing", "DUO:0000027": "project", "DUO:0000029": "return_results",
    "DUO:0000045": "organisations", "DUO:0000046": "commercial", "GH:0000001": "reidentify", "GH:0000002": "ai",
}  # fmt: skip
ALWAYS = ["kind", "diseases", "methods", "ancestry", "sensitive"]
MODIFIED = [
    [Use(code, value) for value in values]
    for code in (*MODIFIERS, "DUO:9999999")
    for values in VALUES.get(code, [[""]])
]
BY_CODE = {each[0].code: [other for other in MODIFIED if other[0].code == each[0].code] for each in MODIFIED}


def cases(modified: Iterable[list[Use]], step: int) -> Iterator[tuple[list[Use], Purpose]]:
    """Each permission with these modifiers, and each (or every `step`th) combination of the answers they are about."""
    offset = 0
    for permitted, modifiers in product(PERMITTED, modified):
        about = " ".join(ABOUT.get(use.code, "") for use in modifiers).split()
        names = list(dict.fromkeys([*ALWAYS, *about]))
        size = prod(len(ANSWERS[name]) for name in names)
        for number in range(offset, size, step):
            yield [*permitted, *modifiers], _answers(names, number)
        offset = (offset - size) % step


def _answers(names: list[str], number: int) -> Purpose:
    """The combination with this number."""
    chosen = {}
    for name in names:
        number, at = divmod(number, len(ANSWERS[name]))
        chosen[name] = ANSWERS[name][at]
    return Purpose(**chosen)


def pairs(seed: int) -> Iterator[tuple[list[Use], Purpose]]:
    """Without end: a permission with several modifiers, and any answers to all questions."""
    random = Random(seed)
    while True:
        codes = random.sample(list(BY_CODE), random.randint(1, 4))
        uses = [use for code in codes for use in random.choice(BY_CODE[code])]
        answers = {name: random.choice(values) for name, values in ANSWERS.items()}
        yield [*random.choice(PERMITTED), *uses], Purpose(**answers)


Matcher = Callable[[list[Use], Purpose], Match]


def ours(uses: list[Use], purpose: Purpose) -> Match:
    return match(uses, purpose, ANCESTRY, today=TODAY)


def faults(matcher: Matcher, among: Iterable[tuple[list[Use], Purpose]]) -> tuple[int, list[str]]:
    """How many were compared, and each difference from the oracle (the first 20)."""
    number, found = 0, []
    for uses, purpose in among:
        number += 1
        said, right = matcher(uses, purpose).outcome, expected(uses, purpose)
        if said != right and len(found) < 20:
            unsafe = "APPROVED: " if said <= Outcome.OBLIGATIONS < right else ""
            found.append(f"{unsafe}{said.name} instead of {right.name}: {uses} {purpose}")
    return number, found


def every_nth(step: int) -> Iterator[tuple[list[Use], Purpose]]:
    return cases([[], *MODIFIED], step)


def test_a_sample_of_all_combinations_is_sound() -> None:
    number, found = faults(ours, every_nth(197))
    assert not found, found
    more, found = faults(ours, islice(pairs(1), 3_000))
    assert not found, found
    assert number + more > 7_000


@pytest.mark.exhaustive
def test_every_combination_is_sound(capsys: pytest.CaptureFixture[str]) -> None:
    number, found = faults(ours, every_nth(1))
    assert not found, found
    more, found = faults(ours, islice(pairs(2), 400_000))
    assert not found, found
    with capsys.disabled():
        print(f"\nmatching: {number + more:,} comparisons, 0 approvals outside the consent, 0 unknown-means-yes")


def _forgets(code: str, uses: list[Use], purpose: Purpose) -> Match:
    return ours([use for use in uses if use.code != code] or [Use("DUO:0000004")], purpose)


@pytest.mark.parametrize("code", ["DUO:0000006", "DUO:0000018", "DUO:0000021", "DUO:9999999", "GH:0000002"])
def test_a_matcher_that_forgets_a_code_is_found(code: str) -> None:
    """The control: the comparison finds a planted fault."""
    among = cases(BY_CODE.get(code, [[]]), 31)
    assert faults(lambda uses, purpose: _forgets(code, uses, purpose), among)[1]


def test_a_matcher_that_takes_unknown_for_yes_is_found() -> None:
    def hopeful(uses: list[Use], purpose: Purpose) -> Match:
        lines = ours(uses, purpose).lines
        return Match(
            tuple(replace(one, outcome=Outcome.MATCH) if one.outcome == Outcome.REVIEW else one for one in lines)
        )

    found = faults(hopeful, cases([[]], 31))[1]
    assert any(one.startswith("APPROVED") for one in found)


def _adds(number: int, seed: int) -> int:
    """How many of so many added restrictions made an outcome better."""
    random, better = Random(seed), 0
    for uses, purpose in islice(pairs(seed), number):
        added = random.choice([each for each in MODIFIED if each[0].code != "DUO:0000043"])
        if added[0].code not in {use.code for use in uses}:
            better += ours([*uses, *added], purpose).outcome < ours(uses, purpose).outcome
    return better


def test_adding_a_restriction_never_improves_the_outcome() -> None:
    assert _adds(2_000, seed=3) == 0


@pytest.mark.exhaustive
def test_adding_any_restriction_to_any_two_never_improves_the_outcome() -> None:
    assert _adds(200_000, seed=4) == 0


def test_the_smallest_change_helps() -> None:
    """Every change that is said to help does, and none of several can be left out."""
    tried = 0
    for uses, purpose in islice(pairs(5), 4_000):
        before = ours(uses, purpose)
        changes = before.smallest_change
        if not changes or any(change.value is None for change in changes):
            continue
        tried += 1
        assert ours(uses, changed(purpose, changes)).outcome < before.outcome, (uses, purpose, changes)
        for few in combinations(changes, len(changes) - 1):
            assert ours(uses, changed(purpose, few)).outcome == before.outcome, (uses, purpose, few)
    assert tried > 100


def test_many_sets_at_once_have_the_outcomes_of_each() -> None:
    sets = {str(number): uses for number, (uses, _purpose) in enumerate(islice(pairs(6), 300))}
    for _uses, purpose in islice(pairs(7), 30):
        each = {key: ours(uses, purpose).outcome for key, uses in sets.items()}
        assert outcomes(sets, purpose, ANCESTRY, today=TODAY) == each


def test_every_code_has_a_check() -> None:
    assert set(CHECKS) == {*PERMISSIONS, *MODIFIERS}
