"""The committee screens, asks, and votes."""

from tests.acceptance.context import UUID, Context, check, one

REASON = "The question is clear, the data can answer it, and nobody is put at risk."
CONDITION = "Send the committee your publication."


def accept_for_review(context: Context) -> None:
    """The request is in the review queue of every member; the chair accepts it for review."""
    for key in ("chair", "member1", "member2"):
        check(
            _case(context) in context.who(key).get("/review/?tab=to-check").paths(r"/review/.+/"),
            f"the case is not in {key}'s review queue",
        )
    for key in ("chair", "member1", "member2"):
        declares(context, key)
    context.who("chair").send(_case(context), f"{_case(context)}accept/")


def declares(context: Context, key: str) -> None:
    """Before a member declares that they have no conflict of interest, the case shows who asks for what and no more."""
    member, case = context.who(key), f"/review/{context.facts['request']}/"
    page = member.get(case)
    check(page.form(f"{case}accept/") is None, f"the case opens for {key} before the question about conflicts")
    member.send(case, f"{case}conflict/", {"answer": "none"})


def asks(context: Context) -> None:
    """Back to the applicant with a question."""
    text = f"How will you treat women with more than ten positive nodes? ({context.run})"
    context.who("chair").send(_case(context), f"{_case(context)}request-changes/", {"text": text})


def accept_again(context: Context) -> None:
    """The second round; the committee reads the answer."""
    member = context.who("member1")
    check("three groups" in member.get(_case(context)).words, "the committee does not see the answer")
    member.send(_case(context), f"{_case(context)}accept/")


def applicant_has_no_say(context: Context) -> None:
    """Neither the applicant nor a non-member sees the case; no vote without a reason."""
    for key in ("applicant", "owner"):
        status = context.who(key).raw("GET", _case(context)).status_code
        check(status in {403, 404}, f"{key} got {status} for the committee's page")
    member = context.who("member1")
    page = member.sign_in(_case(context), again=True)  # a vote needs a sign-in of the last ten minutes
    path = one(page.paths(rf"{_case(context)}items/{UUID}/vote/"), "vote", page)
    context.facts["vote"] = path
    form = page.form(path)
    values = [(name, value) for name, value in (form.values if form else []) if name != "reason"]
    member.post(path, [*values, ("choice", "approve"), ("reason", " ")], page, expect=422)


def first_vote(context: Context) -> None:
    """One of three has voted: nothing is decided."""
    member, path = context.who("member1"), context.facts["vote"]
    member.sign_in(_case(context), again=True)
    member.send(_case(context), path, {"choice": "conditional", "reason": REASON, "new_condition": CONDITION})
    page = context.who("member2").get(_case(context))
    check(page.form(path) is not None, "after one vote of three the others cannot vote any more")
    agreement = context.who("applicant").get(f"/requests/{context.facts['request']}/").paths(rf"/agreements/{UUID}/")
    check(not agreement, "an agreement was offered after one vote of three")


def second_vote(context: Context) -> None:
    """Two of three are the majority: decided, with the condition that both adopt, and an agreement is offered."""
    member = context.who("member2")
    member.sign_in(_case(context), again=True)
    member.send(
        _case(context),
        context.facts["vote"],
        {"choice": "conditional", "reason": REASON, "new_condition": CONDITION},
    )
    check(
        context.who("chair").get(_case(context)).form(context.facts["vote"]) is None,
        "a decided item can still be voted on",
    )
    applicant = context.who("applicant")

    def offered() -> list[str]:
        return applicant.get(f"/requests/{context.facts['request']}/").paths(rf"/agreements/{UUID}/")

    context.facts["agreement"] = context.until("the offer of an agreement", offered)[0]


def _case(context: Context) -> str:
    return f"/review/{context.facts['request']}/"
