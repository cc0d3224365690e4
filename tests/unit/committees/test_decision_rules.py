"""Each decision rule written a second time, over every vote of up to five voters; and what is said of the next vote."""

from itertools import product

import pytest

from apps.committees.decisions import RULES, Blocked, Decision, Weight

CHOICES = ("", "approve", "deny", "abstain")
SMALL = [(n, quorum) for n in range(1, 5) for quorum in range(1, 5)]


def reference(rule: str, quorum: int, k: int, veto: bool, chair: int | None, said: tuple[str, ...]) -> str:
    """What the sentences of `rule_sentences` say, counted in another way than `Decision` does."""
    total, yes, no, idle = len(said), said.count("approve"), said.count("deny"), said.count("abstain")
    if yes + no + idle < quorum or (rule == "chair" and chair is None):
        return ""
    if (veto or rule in ("any_one", "unanimous")) and no:
        return "deny"
    if rule == "k_of_n":
        return "" if k > total else "approve" if yes >= k else "deny" if total - no < k else ""
    answers = {
        "any_one": "approve" if yes else "",
        "unanimous": "approve" if yes and yes == total - idle else "",
        "chair": said[chair].replace("abstain", "") if chair is not None else "",
    }
    return answers[rule] if rule in answers else reference_majority(chair, said)


def reference_majority(chair: int | None, said: tuple[str, ...]) -> str:
    total, yes, no, idle = len(said), said.count("approve"), said.count("deny"), said.count("abstain")
    if 2 * no > total - idle:
        return "deny"
    if 2 * yes > total - idle:
        return "approve"
    tied = yes == no and "" not in said and chair is not None
    return said[chair] if tied and chair is not None and said[chair] != "abstain" else ""


def vote(rule: str, quorum: int, k: int, veto: bool, chair: int | None, said: tuple[str, ...]) -> Decision:
    votes = {n: choice for n, choice in enumerate(said) if choice}
    return Decision(rule, quorum, frozenset(range(len(said))), chair, votes, votes_needed=k, veto=veto)


@pytest.mark.parametrize("rule", sorted(RULES))
@pytest.mark.parametrize("veto", [False, True])
def test_every_vote_enumerated_decides_as_the_sentences_say(rule: str, veto: bool) -> None:
    """Must show 1, without the database: 0 divergences over all rules, quorums, ks, chairs and choices."""
    ks = range(1, 5) if rule == "k_of_n" else [1]
    for (total, quorum), k, chair in product(SMALL, ks, (0, None)):
        for said in product(CHOICES, repeat=total):
            decision = vote(rule, quorum, k, veto, chair, said)
            expected = reference(rule, quorum, k, veto, chair, said)
            assert decision.outcome == expected, (rule, quorum, k, veto, chair, said)
            assert not decision.outcome or decision.cast >= quorum
            assert bool(decision.winners) == bool(expected)
            kinds = {said[voter] for voter in decision.winners if isinstance(voter, int)}
            assert kinds <= {expected}, "an abstention wins nothing"


def test_control_the_reference_finds_a_rule_that_forgets_the_quorum() -> None:
    """Control: the comparison is not empty."""
    forgetful = vote("any_one", 1, 1, False, None, ("approve", ""))
    assert forgetful.outcome != reference("any_one", 2, 1, False, None, ("approve", ""))


@pytest.mark.parametrize("rule", sorted(RULES))
def test_what_is_said_of_the_next_vote_is_true_under_every_rule(rule: str) -> None:
    """WILL decides whatever is chosen unless somebody abstained; NONE decides in no case; from numbers alone."""
    for (total, quorum), k, veto, chair in product(SMALL, (1, 2), (False, True), (0, total_chair := 1, None)):
        if chair is not None and chair >= total:
            continue
        said_of: dict[tuple[int, bool], set[Weight]] = {}
        for others in product(CHOICES, repeat=total - 1):
            decision = vote(rule, quorum, k, veto, chair, (*others, ""))
            if decision.outcome:
                continue
            weight = decision.weight_of(total - 1)
            numbers = sum(map(bool, others)), chair is not None and chair < total - 1 and bool(others[chair])
            said_of.setdefault(numbers, set()).add(weight)
            after = {choice: vote(rule, quorum, k, veto, chair, (*others, choice)).outcome for choice in CHOICES[1:]}
            if weight == Weight.NONE:
                assert not any(after.values()), (rule, total, quorum, k, veto, chair, others)
            if weight == Weight.WILL and "abstain" not in others:
                assert after["approve"] and after["deny"], (rule, total, quorum, k, veto, chair, others)
        assert all(len(weights) == 1 for weights in said_of.values()), "the same numbers, the same sentence"
        assert total_chair


@pytest.mark.parametrize(
    ("rule", "k", "chair", "said", "why"),
    [
        ("chair", 1, None, ("", ""), Blocked.NO_CHAIR),
        ("chair", 1, 0, ("abstain", "approve"), Blocked.ABSTAINED),
        ("majority", 1, 0, ("abstain", "approve", "deny"), Blocked.TIE_WITHOUT_CHAIR),
        ("majority", 1, 0, ("abstain", "abstain"), Blocked.ABSTAINED),
        ("k_of_n", 2, 0, ("approve", "abstain", "deny"), Blocked.ABSTAINED),
        ("unanimous", 1, 0, ("abstain", "abstain"), Blocked.ABSTAINED),
        ("unanimous", 1, 0, ("abstain", "approve"), Blocked.NO),
    ],
)
def test_it_says_why_votes_with_abstentions_cannot_decide(
    rule: str, k: int, chair: int | None, said: tuple[str, ...], why: Blocked
) -> None:
    decision = vote(rule, 2, k, False, chair, said)
    assert decision.blocked == why
    assert decision.is_hopeless == (why == Blocked.NO_CHAIR)
    assert decision.is_divided == (why not in (Blocked.NO_CHAIR, Blocked.NO))


@pytest.mark.parametrize(
    ("rule", "k", "veto", "needed"),
    [
        ("any_one", 1, False, (1, 1)),
        ("majority", 1, False, (3, 3)),
        ("majority", 1, True, (3, 1)),
        ("k_of_n", 4, False, (4, 2)),
        ("unanimous", 1, False, (5, 1)),
        ("chair", 1, False, (1, 1)),
    ],
)
def test_it_says_how_many_votes_approve_and_deny(rule: str, k: int, veto: bool, needed: tuple[int, int]) -> None:
    decision = vote(rule, 2, k, veto, 0, ("",) * 5)
    assert (decision.needed, decision.needed_to_deny) == needed
    assert decision.waits_for_quorum == (min(needed) < 2)


def test_conditions_enter_as_the_rule_approves() -> None:
    """Under unanimity every voter adopts them, under k of n k voters, where the chair decides the chair."""
    one, both = {0: frozenset({"a"})}, {0: frozenset({"a"}), 1: frozenset({"a"})}

    def decided(rule: str, adopted: dict[int, frozenset[str]], k: int = 1) -> tuple[str, Blocked]:
        votes = {voter: "conditional" if voter in adopted else "approve" for voter in (0, 1)}
        found = Decision(rule, 2, frozenset({0, 1}), 0, votes, adopted, k)
        return found.outcome.value, found.blocked

    assert decided("unanimous", one) == ("", Blocked.CONDITIONS_DIVIDED)
    assert decided("unanimous", both) == ("approve_with_conditions", Blocked.NO)
    assert decided("k_of_n", one, k=2) == ("", Blocked.CONDITIONS_DIVIDED)
    assert decided("chair", one) == ("approve_with_conditions", Blocked.NO)
    assert decided("any_one", one) == ("approve_with_conditions", Blocked.NO)
