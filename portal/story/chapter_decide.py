"""The committee screens, asks, and votes."""

from portal.story.tale import UUID, Tale, check, one

REASON = "The question is clear, the data can answer it, and nobody is put at risk."


def screens(tale: Tale) -> None:
    """The request waits on the desk of everybody seated; the chair finds it complete."""
    for key in ("chair", "member1", "member2"):
        check(_case(tale) in tale.who(key).get("/desk/").paths(r"/desk/.+/"), f"the case is not on {key}'s desk")
    tale.who("chair").send(_case(tale), f"{_case(tale)}screen/")


def asks(tale: Tale) -> None:
    """Back to the applicant with a question."""
    text = f"How will you treat women with more than ten positive nodes? ({tale.run})"
    tale.who("chair").send(_case(tale), f"{_case(tale)}return/", {"text": text})


def screens_again(tale: Tale) -> None:
    """The second round; the committee reads the answer."""
    member = tale.who("member1")
    check("three groups" in member.get(_case(tale)).words, "the committee does not see the answer")
    member.send(_case(tale), f"{_case(tale)}screen/")


def applicant_has_no_say(tale: Tale) -> None:
    """Neither the applicant nor somebody without a seat sees the case; no vote without a reason."""
    for key in ("applicant", "owner"):
        status = tale.who(key).raw("GET", _case(tale)).status_code
        check(status in {403, 404}, f"{key} got {status} for the committee's page")
    member = tale.who("member1")
    page = member.sign_in(_case(tale), again=True)  # a vote needs a sign-in of the last ten minutes
    path = one(page.paths(rf"{_case(tale)}items/{UUID}/vote/"), "vote", page)
    tale.facts["vote"] = path
    form = page.form(path)
    values = [(name, value) for name, value in (form.values if form else []) if name != "reason"]
    member.post(path, [*values, ("choice", "approve"), ("reason", " ")], page, expect=422)


def first_vote(tale: Tale) -> None:
    """One of three has voted: nothing is decided."""
    member, path = tale.who("member1"), tale.facts["vote"]
    member.sign_in(_case(tale), again=True)
    member.send(_case(tale), path, {"choice": "approve", "reason": REASON})
    page = tale.who("member2").get(_case(tale))
    check(page.form(path) is not None, "after one vote of three the others cannot vote any more")
    agreement = tale.who("applicant").get(f"/requests/{tale.facts['request']}/").paths(rf"/agreements/{UUID}/")
    check(not agreement, "an agreement was offered after one vote of three")


def second_vote(tale: Tale) -> None:
    """Two of three are the majority: decided, with a condition, and an agreement is offered."""
    member = tale.who("member2")
    member.sign_in(_case(tale), again=True)
    terms = "Send the committee your publication."
    member.send(_case(tale), tale.facts["vote"], {"choice": "conditional", "reason": REASON, "terms": terms})
    check(tale.who("chair").get(_case(tale)).form(tale.facts["vote"]) is None, "a decided item can still be voted on")
    applicant = tale.who("applicant")

    def offered() -> list[str]:
        return applicant.get(f"/requests/{tale.facts['request']}/").paths(rf"/agreements/{UUID}/")

    tale.facts["agreement"] = tale.until("the offer of an agreement", offered)[0]


def _case(tale: Tale) -> str:
    return f"/desk/{tale.facts['request']}/"
