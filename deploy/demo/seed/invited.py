"""People who are asked to take part: in a project by e-mail, in a review from outside, as the member who reviews; and
two equal requests, of which a member keeps a view.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from apps.access_requests import commands as requests
from apps.access_requests.models import AccessRequest, OutsideReviewer
from apps.access_requests.queries_conflicts import people_to_judge
from apps.access_requests.rules_conflicts import seen_of
from apps.committees.models import CommitteeMember
from apps.core import clock
from deploy.demo.seed.requests import PROJECTS, submitted
from deploy.demo.seed.world import World
from portal import consequences

WITHOUT_ACCOUNT = "eva.lindqvist@lindholm.example"


def play(world: World) -> None:
    _project_members(world)
    _outside_reviewers(world)
    _equal(world)
    _view(world)
    consequences.drain()


def _project_members(world: World) -> None:
    """Two open invitations to a draft: the one has an account and a task on her Home page, the other has none."""
    request = AccessRequest.objects.get(applicant=world.people["applicant"], state="draft")
    entries = [world.people["student2"].email, WITHOUT_ACCOUNT]
    requests.invite(request, entries=entries, by=world.people["applicant"])


def _outside_reviewers(world: World) -> None:
    """The one has recommended; the other has not yet answered whether he has a conflict of interest."""
    request = AccessRequest.objects.get(applicant=world.people["applicant"], state="in_review")
    reviewer = _ask(world, request, "chair2", "She knows the models that were published for this trial.")
    requests.declare_no_conflict(request, seen=seen_of(people_to_judge(request)), by=reviewer.person)
    said = "The knots of the splines should be fixed beforehand. Otherwise the methods are sound."
    requests.recommend(reviewer, says="conditional", text=said, seen=request.rounds.get(), by=reviewer.person)
    _ask(world, request, "member3", "He has treated patients of this trial.")


def _ask(world: World, request: AccessRequest, key: str, reason: str) -> OutsideReviewer:
    invited: dict[str, Any] = {"committee": world.committees["breast"], "person": world.people[key], "reason": reason}
    last_day = clock.today() + timedelta(days=14)
    return requests.invite_outside_reviewer(request, **invited, last_day=last_day, by=world.people["chair"])


def _equal(world: World) -> None:
    """Two requests in review for one dataset with the same purpose; one has an assigned reviewer."""
    chair, committee = world.people["chair"], world.committees["breast"]
    first = submitted(world, "member3", ["gbsg2"], PROJECTS["size"]).request
    second = submitted(world, "colleague", ["gbsg2"], PROJECTS["age"]).request
    for request in (first, second):
        requests.accept_for_review(request, by=chair)
    member = CommitteeMember.objects.active().get(committee=committee, person=world.people["member1"])
    requests.assign(first, committee=committee, members=[member], by=chair)


def _view(world: World) -> None:
    query = urlencode({"tab": "to-vote", "reviewer": "me"})
    requests.save_view(name="Assigned to me", query=query, is_default=False, by=world.people["member1"])
