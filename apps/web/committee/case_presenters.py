"""Everything the page of a case shows, fetched in a number of statements that does not grow with the case."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from apps.access_requests import fields
from apps.access_requests.models import AccessRequest, Item, Round, Vote
from apps.access_requests.queries import committees_of_request, decision_of, votes_on
from apps.access_requests.states import ItemState, RequestState
from apps.agreements.queries import of_request
from apps.audit.queries import timeline_of
from apps.committees.decisions import Choice
from apps.committees.models import CommitteeMember
from apps.committees.queries import committees_of
from apps.datasets.conditions import explained, listed
from apps.datasets.queries import condition_rows, titles_of
from apps.grants.queries import of_requests
from apps.people.models import Person
from apps.people.queries import people_by_id
from apps.web.committee.forms import ConflictForm, QuestionForm, VoteForm
from apps.web.committee.presenters import tally_facts, why_blocked
from apps.web.common.history import timeline
from apps.web.request_rows import changes, written


def case_page(case: AccessRequest, me: Person, *, moved: str = "", typed: str = "", **forms: Any) -> dict[str, Any]:
    """The context of the page, for a member who has no conflict; `forms` are those sent and not taken."""
    rounds = list(case.rounds.order_by("-number"))
    events = list(timeline_of(case.pk))
    people = _people(rounds, [event.actor_id for event in events if event.actor_id])
    names = {pk: str(person) for pk, person in people.items()}
    titles = titles_of(UUID(pk) for one in rounds[:2] for pk in one.snapshot["datasets"])
    items = _items(case, rounds[0], me, dict(forms.get("vote_forms", {})))
    return {
        "case": case,
        "steps": _steps(case),
        "days": (case.asked_at - case.submitted_at).days,  # type: ignore[attr-defined]
        "review_days": min((entry["item"].committee.review_days for entry in items if entry["mine"]), default=0),
        **_asked(rounds, people, names, titles),
        "items": items,
        "questions": case.questions.select_related("asked_by").order_by("-asked_at"),
        "recusals": case.recusals.select_related("person").order_by("declared_at"),
        "can_screen": case.can("accept_for_review"),
        "can_return": case.can("return"),
        "can_recuse": any(entry["item"].state == ItemState.OPEN for entry in items if entry["mine"]),
        "question_form": forms.get("question_form") or QuestionForm(auto_id="question-%s"),
        "conflict_form": forms.get("conflict_form") or ConflictForm(auto_id="conflict-%s"),
        "moved": moved,
        "typed": typed,
        "timeline": timeline(events, names=names, datasets=titles, viewer=me.pk, inside=True),
    }


def _asked(
    rounds: list[Round], people: Mapping[UUID, Person], names: Mapping[UUID, str], titles: Mapping[UUID, str]
) -> dict[str, Any]:
    """What the newest round asks, frozen as it was submitted, and what changed since the one before."""
    newest, earlier = rounds[0], rounds[1] if len(rounds) > 1 else None
    said = newest.snapshot
    return {
        "round": newest,
        "under_review": newest.closed_at is None,
        "title": said[fields.TITLE.name],
        "written": written(said, for_committee=True),
        "applicant": people.get(UUID(said["applicant"])),
        "members": [people.get(UUID(pk)) for pk in said["members"]],
        "earlier": earlier,
        "changes": changes(earlier.snapshot, said, names=names, titles=titles) if earlier else [],
    }


def _steps(case: AccessRequest) -> list[dict[str, Any]]:
    """The course of the request, as components/steps.html wants it."""
    order = [RequestState.SUBMITTED, RequestState.IN_REVIEW, RequestState.DECIDED, RequestState.ACTIVE]
    labels = [_("Submitted"), _("In review"), _("Decision"), _("Access granted")]
    asked = RequestState.IN_REVIEW if case.state == RequestState.RETURNED else case.state
    here = order.index(RequestState(asked)) if asked in order else -1
    steps = [
        {"label": label, "state": "done" if place < here else "current" if place == here else "todo"}
        for place, label in enumerate(labels)
    ]
    if case.state == RequestState.RETURNED:
        steps[1]["note"] = _("waiting for the applicant")
    if here < 0:
        steps = [{"label": labels[0], "state": "done"}, {"label": case.get_state_display(), "state": "stopped"}]
    return steps


def _people(rounds: Iterable[Round], actors: Iterable[UUID]) -> dict[UUID, Person]:
    """Everyone whom the page names, with their institutions."""
    ids = {UUID(pk) for one in rounds for pk in (one.snapshot["applicant"], *one.snapshot["members"])}
    return {person.pk: person for person in people_by_id(ids | set(actors)).select_related("institution")}


def _items(case: AccessRequest, shown_round: Round, me: Person, typed: dict[UUID, VoteForm]) -> list[dict[str, Any]]:
    """Each dataset asked for in the round shown, with its conditions, its votes and what followed."""
    items = case.items.filter(dataset_id__in=shown_round.snapshot["datasets"]).order_by("dataset__title", "pk")
    voters_by_committee, votes = committees_of_request(case), list(votes_on(case))
    my_committees = set(committees_of(me).values_list("pk", flat=True))
    agreements = {agreement.item_id: agreement for agreement in of_request(case)}
    grants = list(of_requests([case.pk]))
    entries = []
    fetched = items.select_related("dataset__institution", "committee")
    for item in fetched.annotate(condition_rows=condition_rows("dataset_id")):
        voters = voters_by_committee.get(item.committee_id, [])
        entry = _voted(item, voters, [vote for vote in votes if vote.item_id == item.pk], shown_round, me)
        agreement = agreements.get(item.pk)
        entry |= {
            "mine": item.committee_id in my_committees,
            "conditions": explained(listed(item.condition_rows)),
            "agreement": agreement,
            "grants": [grant for grant in grants if agreement is not None and grant.agreement_id == agreement.pk],
        }
        entries.append(entry | _my_vote(case, entry, me, shown_round, typed.get(item.pk)))
    return sorted(entries, key=lambda entry: not entry["mine"])


def _voted(
    item: Item, voters: list[CommitteeMember], votes: list[Vote], shown_round: Round, me: Person
) -> dict[str, Any]:
    """The votes that count, those that no longer do, and the tally of the round in which it was or will be decided."""
    number = item.decided_in_id or shown_round.pk
    current = [vote for vote in votes if vote.round_id == number]
    decision = decision_of(item.committee, voters, {vote.voter_id: vote.choice for vote in current})
    if item.state != ItemState.OPEN:
        decision = replace(decision, voters=decision.voters | {vote.voter_id for vote in votes})
    open_vote = decision if shown_round.closed_at is None else replace(decision, votes={})
    return {
        "item": item,
        "voters": voters,
        "votes": current,
        "voided": [vote for vote in votes if vote.round_id != number],
        "not_counted": {vote.pk for vote in current if vote.voter_id not in decision.voters},
        "tally": tally_facts(decision) | {"blocked": why_blocked(open_vote)},
        "missing": [membership.person for membership in voters if membership.person_id not in decision.votes],
        "may_decide": any(open_vote.would_decide(me.pk, choice) for choice in Choice),
    }


def _my_vote(
    case: AccessRequest, entry: dict[str, Any], me: Person, shown_round: Round, typed: VoteForm | None
) -> dict[str, Any]:
    """The form, or the sentence that says why there is none; the same set of eligible voters that the rule asks."""
    item = entry["item"]
    mine = next((vote for vote in entry["votes"] if vote.voter_id == me.pk), None)
    why_not = ""
    if item.state != ItemState.OPEN:
        why_not = _("This dataset has been decided.")
    elif not entry["mine"]:
        why_not = _("Another committee decides on this dataset. You can read the votes, but you cannot vote.")
    elif me.pk not in {membership.person_id for membership in entry["voters"]}:
        why_not = _("You joined the committee after this round started. You can vote from the next round.")
    elif case.state == RequestState.SUBMITTED:
        why_not = _("Voting starts when a committee member accepts the request for review.")
    elif case.state != RequestState.IN_REVIEW:
        why_not = _("You cannot vote: the request is waiting for the applicant or has been withdrawn.")
    elif mine is not None:
        why_not = _("You have voted in this round. You cannot change your vote.")
    form = None if why_not else typed or VoteForm(item=item, initial={"seen": shown_round.pk})
    return {"form": form, "why_not": why_not, "my_vote": mine}
