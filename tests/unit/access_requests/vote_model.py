"""A committee's review written a second time, in plain Python, to compare the portal with. It imports nothing of it."""

from dataclasses import dataclass, field


@dataclass
class Rules:
    rule: str = "majority"
    quorum: int = 2
    k: int = 1
    veto: bool = False


def decides(rules: Rules, chair: str, votes: dict[str, str]) -> str:
    """What the votes of these members decide; an empty choice has not voted."""
    yes, no, idle = (sum(one == kind for one in votes.values()) for kind in ("approve", "deny", "abstain"))
    if yes + no + idle < rules.quorum or (rules.rule == "chair" and chair not in votes):
        return ""
    if no and (rules.veto or rules.rule in ("any_one", "unanimous")):
        return "denied"
    sides = len(votes) - idle
    if rules.rule == "majority":
        if 2 * no > sides or 2 * yes > sides:
            return "denied" if no > yes else "approved"
        full_tie = yes == no and "" not in votes.values()
        said = votes.get(chair, "abstain") if full_tie else "abstain"
    elif rules.rule == "k_of_n":
        enough, hopeless = yes >= rules.k, len(votes) - no < rules.k
        possible = rules.k <= len(votes)
        said = "approve" if possible and enough else "deny" if possible and hopeless else "abstain"
    elif rules.rule == "chair":
        said = votes[chair]
    else:
        said = "approve" if yes and (rules.rule == "any_one" or yes == sides) else "abstain"
    return {"approve": "approved", "deny": "denied"}.get(said, "")


@dataclass
class Model:
    """Who may vote, what was voted by whom, and what it decided."""

    members: list[str]
    chair: str
    rules: Rules
    next_rules: Rules
    state: str = "in_review"
    outcome: str = ""
    round: int = 1
    gone: set[str] = field(default_factory=set)
    conflicted: set[str] = field(default_factory=set)
    deputies: dict[str, str] = field(default_factory=dict)  # member -> deputy
    cast: dict[str, tuple[str, str]] = field(default_factory=dict)  # member -> (choice, who)
    decisions: int = 0
    appeal: str = ""  # of the denial: "open", "ended", or none
    extended: bool = False

    @property
    def open(self) -> bool:
        return self.state == "in_review"

    def eligible(self) -> list[str]:
        return [member for member in self.members if member not in self.gone | self.conflicted]

    def counted(self) -> dict[str, str]:
        """The choice of each eligible member; empty without one, or if its deputy has a conflict."""
        found = {}
        for member in self.eligible():
            choice, who = self.cast.get(member, ("", member))
            found[member] = "" if who in self.conflicted else choice
        return found

    def may_vote(self, who: str) -> str:
        """The member for which this person may vote now; empty if they may not."""
        if not self.open or who in self.conflicted:
            return ""
        if who in self.members:
            return who if who in self.eligible() else ""
        kept = [member for member in self.eligible() if self.deputies.get(member) == who]
        if not kept or any(by == who and member != kept[0] for member, (_choice, by) in self.voted_ever):
            return ""
        own = self.cast.get(kept[0])
        return "" if own is not None and own[1] == kept[0] else kept[0]

    voted_ever: list[tuple[str, tuple[str, str]]] = field(default_factory=list)

    def vote(self, who: str, choice: str) -> bool:
        member = self.may_vote(who)
        if not member:
            return False
        self.cast[member] = (choice, who)
        self.voted_ever.append((member, (choice, who)))
        self._count()
        return True

    def confirm(self, who: str) -> bool:
        votes = self.counted()
        if not self.open or not votes.get(who) or "" in votes.values():
            return False
        if not decides(self.rules, self.chair, votes):
            return False
        self.cast[who] = (votes[who], who)
        self.voted_ever.append((who, self.cast[who]))
        self._count()
        return True

    def _count(self) -> None:
        self.outcome = decides(self.rules, self.chair, self.counted())
        if self.outcome:
            self.state = "decided"
            self.decisions += 1
            self.appeal = "ended" if self.appeal else ""

    def recuse(self, who: str) -> bool:
        member = who in self.members and who not in self.gone
        keeps = any(self.deputies.get(member) == who for member in self.eligible())
        if not self.open or who in self.conflicted or not (member or keeps):
            return False
        self.conflicted.add(who)
        return True

    def make_appeal(self) -> bool:
        """A denial is appealed once: another round, by the rules of now, with a clock of its own."""
        if self.state != "decided" or self.outcome != "denied" or self.appeal:
            return False
        self.state, self.outcome, self.appeal, self.extended = "in_review", "", "open", False
        self.next_round()
        return True

    def withdraw_appeal(self) -> bool:
        """The denial stands as it was."""
        if self.appeal != "open":
            return False
        self.state, self.outcome, self.appeal = "decided", "denied", "ended"
        return True

    def withdraw(self) -> bool:
        """The whole request, before a decision; not to get around a denial that is under appeal."""
        if not self.open or self.appeal == "open":
            return False
        self.state = "withdrawn"
        return True

    def extend(self, who: str) -> bool:
        """The chair extends the review once."""
        if who != self.chair or who in self.conflicted or not self.open or self.extended:
            return False
        self.extended = True
        return True

    def may_write(self, who: str) -> bool:
        """Whether this person writes messages for the committee."""
        member = who in self.members and who not in self.gone
        return member and who not in self.conflicted and self.state != "withdrawn"

    def next_round(self) -> None:
        self.round += 1
        self.cast, self.voted_ever = {}, []
        self.rules = self.next_rules
