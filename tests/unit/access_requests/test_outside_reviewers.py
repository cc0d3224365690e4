"""Outside reviewers: who invites whom, what they may read and write, and everything that ends it at once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from apps.access_requests import commands
from apps.access_requests.models import AccessRequest, Membership, OutsideReviewer, Recommendation
from apps.access_requests.queries import before_committees_of, for_committees_of, visible_to
from apps.access_requests.queries_outside import outside_reviews_of
from apps.access_requests.queries_thread import reader_of
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.committees import commands as committees
from apps.core import clock
from apps.core.errors import Denied, Invalid, TooOften, WrongState
from apps.identity.commands.identities import deactivate
from apps.notifications.messages import notes_about
from apps.people.models import Person
from tests import stories

pytestmark = pytest.mark.django_db


def invite(case: stories.Case, person: Person | None = None, **how: Any) -> OutsideReviewer:
    setup = case.committee_setup
    said = {"reason": "An expert.", "last_day": clock.today() + timedelta(days=9), "by": setup.chair} | how
    return commands.invite_outside_reviewer(
        case.request, committee=setup.committee, person=person or stories.person(), **said
    )


def declared(case: stories.Case) -> OutsideReviewer:
    reviewer = invite(case)
    stories.declare(case.request, reviewer.person)
    return reviewer


def can_read(person: Person, request: AccessRequest) -> bool:
    """Every way in, in one answer: the set that pages, files and the API ask, and the messages."""
    one = visible_to(person).filter(pk=request.pk).exists()
    two = before_committees_of(person).filter(pk=request.pk).exists()
    assert one == two == bool(reader_of(person, request).committees)
    return one


# ------------------------------------------------------------------------------------------------------ inviting
def test_only_the_chair_invites_and_not_everybody() -> None:
    case, elsewhere = stories.in_review(), stories.committee_setup()
    member = case.committee_setup.members[0]
    for by in (member, elsewhere.chair, case.applicant):
        with pytest.raises(Denied):
            invite(case, by=by)
    closed, known, aside = stories.person(), invite(case).person, stories.person()
    deactivate(closed, by=stories.operator())
    closed.refresh_from_db()
    committees_deputy(case, deputy := stories.person())
    commands.recuse(case.request, reason="We publish together.", by=invite(case, aside).person)
    for person in (case.applicant, member, closed, known, aside, deputy):
        with pytest.raises(Invalid) as refused:
            invite(case, person)
        assert set(refused.value.fields) == {"code"}
    today = clock.today()
    for wrong, field in (
        ({"last_day": today - timedelta(days=1)}, "last_day"), ({"last_day": today + timedelta(days=91)}, "last_day"),
        ({"reason": " "}, "reason"), ({"reason": "x" * 501}, "reason"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            invite(case, **wrong)
        assert set(refused.value.fields) == {field}
    with pytest.raises(WrongState):
        invite(stories.decided())


def committees_deputy(case: stories.Case, person: Person) -> None:
    membership = case.committee_setup.committee.members.filter(person=case.committee_setup.members[1]).get()
    days = {"first_day": clock.today(), "last_day": clock.today() + timedelta(days=3)}
    commands.name_deputy(membership, person=person, **days, by=case.committee_setup.members[1])


def test_there_are_ten_at_a_time() -> None:
    case = stories.in_review()
    reviewer = invite(case)
    facts = {"request": case.request, "committee": case.committee_setup.committee, "person": reviewer.person}
    until = {"ends_at": reviewer.ends_at, "invited_by": case.committee_setup.chair, "reason": "An expert."}
    OutsideReviewer.objects.bulk_create(OutsideReviewer(**facts, **until) for _ in range(OutsideReviewer.MOST - 1))
    with pytest.raises(WrongState):
        invite(case)


# ------------------------------------------------------------------------------------------------------- reading
def test_the_declaration_comes_first_and_only_this_request_opens() -> None:
    case, other = stories.in_review(), stories.in_review()
    reviewer = invite(case)
    person, pk = reviewer.person, case.request.pk
    client, page = stories.client_for(person), reverse("case", args=[pk])
    event = Event.objects.get(kind=Kind.OUTSIDE_REVIEWER_INVITED)
    note = notes_about(event)[0]
    assert (note.reader, note.path, "title" in note.facts) == (person, page, False)
    assert for_committees_of(person).filter(pk=pk).exists() and not can_read(person, case.request)
    question = client.get(page)
    assert question.templates[0].name == "committee/conflict.html"
    assert stories.PURPOSE not in question.content.decode()
    shown = client.get(reverse("outside_reviews")).context["reviews"]
    assert [one["title"] for one in shown] == [case.request.reference]
    seen = question.context["form"].initial["seen"]
    assert client.post(reverse("case_declare", args=[pk]), {"answer": "none", "seen": seen}).status_code == 302
    assert can_read(person, case.request)
    assert client.get(page).context["is_outside"] and stories.PURPOSE in client.get(page).content.decode()
    assert client.get(reverse("request_file", args=[pk, 1, "json"])).status_code == 200
    assert client.get(reverse("case", args=[other.request.pk])).status_code == 404  # the control: another request
    assert client.get(reverse("request_page", args=[other.request.pk])).status_code == 404
    assert client.get(reverse("review_queue")).status_code == 403
    assert client.get(reverse("case_reviewers", args=[pk])).status_code == 404
    assert [one["title"] for one in client.get(reverse("home")).context["outside_reviews"]] == [case.request.title]


def test_no_vote_no_precedents_no_conflicts_of_others_and_no_message_to_the_applicant() -> None:
    case = stories.in_review()
    reviewer, chair = declared(case), case.committee_setup.chair
    stories.vote(case, chair)
    commands.recuse(case.request, reason="We publish together.", by=case.committee_setup.members[0])
    client = stories.client_for(reviewer.person)
    found = client.get(reverse("case", args=[case.request.pk])).context
    entry = found["items"][0]
    assert (entry["choices_shown"], entry["form"], entry["earlier"], entry["is_outside"]) == (False, None, [], True)
    assert (list(found["recusals"]), list(found["precedents"])) == ([], [])
    assert (found["can_screen"], found["can_return"], found["task"]["kind"]) == (False, False, "outside")
    assert case.round is not None
    said = {"choice": "approve", "reason": "Good.", "new_condition": "", "seen": str(case.round.pk)}
    answers = {
        "vote": client.post(reverse("vote", args=[case.request.pk, case.item.pk]), said).status_code,
        "return": client.post(reverse("case_request_changes", args=[case.request.pk]), {"text": "Why?"}).status_code,
        "accept": client.post(reverse("case_accept", args=[case.request.pk])).status_code,
    }
    assert answers == {"vote": 403, "return": 403, "accept": 403}
    shared = {"text": "Hello.", "committee": case.committee_setup.committee, "internal": False}
    with pytest.raises(Denied):
        commands.write_message(case.request, **shared, by=reviewer.person)
    sent = client.post(reverse("case_message", args=[case.request.pk]), {"text": "Hello.", "audience": "shared"})
    assert sent.status_code == 302 and case.request.messages.get().internal


# --------------------------------------------------------------------------------------------------- what ends it
def _ends(case: stories.Case, reviewer: OutsideReviewer) -> None:
    commands.end_outside_reviewer(reviewer, by=case.committee_setup.chair)
    commands.end_outside_reviewer(reviewer, by=case.committee_setup.chair)
    assert Event.objects.filter(kind=Kind.OUTSIDE_REVIEWER_ENDED).count() == 1


def _recuses(case: stories.Case, reviewer: OutsideReviewer) -> None:
    commands.recuse(case.request, reason="We publish together.", by=reviewer.person)


def _is_closed(case: stories.Case, reviewer: OutsideReviewer) -> None:
    deactivate(reviewer.person, by=stories.operator())


def _joins_the_committee(case: stories.Case, reviewer: OutsideReviewer) -> None:
    committees.add_member(case.committee_setup.committee, person=reviewer.person, by=case.committee_setup.chair)


def _joins_the_project(case: stories.Case, reviewer: OutsideReviewer) -> None:
    Membership.objects.create(request=case.request, person=reviewer.person)


def _is_decided(case: stories.Case, reviewer: OutsideReviewer) -> None:
    stories.decided(case)


def _is_withdrawn(case: stories.Case, reviewer: OutsideReviewer) -> None:
    commands.withdraw(case.request, by=case.applicant)


@pytest.mark.parametrize(
    "what", [_ends, _recuses, _is_closed, _joins_the_committee, _joins_the_project, _is_decided, _is_withdrawn]
)
def test_access_ends_at_once(what: Callable[[stories.Case, OutsideReviewer], None]) -> None:
    case = stories.in_review()
    reviewer = declared(case)
    assert can_read(reviewer.person, case.request)  # the control
    what(case, reviewer)
    assert not outside_reviews_of(reviewer.person).exists()
    if what is _joins_the_committee:  # then they read as a member
        assert not reader_of(reviewer.person, case.request).outside
        return
    if what is not _joins_the_project:
        assert not can_read(reviewer.person, case.request)
    with pytest.raises(Denied):
        assert case.round is not None
        commands.recommend(reviewer, says="none", text="Late.", seen=case.round, by=reviewer.person)


def test_access_ends_with_the_last_day_by_the_clock_of_the_database(frozen: Any) -> None:
    case = stories.in_review()
    reviewer = declared(case)
    frozen(reviewer.ends_at - timedelta(seconds=1))
    assert can_read(reviewer.person, case.request)
    frozen(reviewer.ends_at)
    assert not can_read(reviewer.person, case.request)


# -------------------------------------------------------------------------------------------------- recommending
def test_a_recommendation_reaches_the_committee_and_nobody_else() -> None:
    case = stories.in_review()
    reviewer, chair = declared(case), case.committee_setup.chair
    client, page = stories.client_for(reviewer.person), reverse("case_recommend", args=[case.request.pk])
    assert case.round is not None
    said = {"says": "deny", "text": "The plan is too wide.", "seen": str(case.round.pk)}
    assert client.post(page, said | {"says": "", "text": ""}).status_code == 422
    assert client.post(page, said | {"seen": ""}).status_code == 409
    assert client.post(page, said).status_code == 302
    event = Event.objects.get(kind=Kind.RECOMMENDATION_GIVEN)
    assert [note.reader for note in notes_about(event)] == [chair]
    shown = stories.client_for(chair).get(reverse("case", args=[case.request.pk])).content.decode()
    theirs = stories.client_for(case.applicant).get(reverse("request_page", args=[case.request.pk])).content.decode()
    assert said["text"] in shown and reviewer.person.name in shown
    assert said["text"] not in theirs and reviewer.person.name not in theirs
    assert stories.client_for(chair).post(page, said).status_code == 403
    for wrong in ({"says": "maybe"}, {"text": "x" * (Recommendation.LONGEST + 1)}):
        with pytest.raises(Invalid):
            commands.recommend(
                reviewer, **({"says": "none", "text": "A."} | wrong), seen=case.round, by=reviewer.person
            )
    other = stories.in_review().round
    assert other is not None
    with pytest.raises(WrongState):
        commands.recommend(reviewer, says="none", text="A.", seen=other, by=reviewer.person)
    rows = [Recommendation(reviewer=reviewer, round=case.round, says="none", text="A.") for _ in range(20)]
    Recommendation.objects.bulk_create(rows)
    with pytest.raises(TooOften):
        commands.recommend(reviewer, says="none", text="A.", seen=case.round, by=reviewer.person)


def test_the_chair_invites_and_ends_on_the_page() -> None:
    case = stories.in_review()
    client, person = stories.client_for(case.committee_setup.chair), stories.person()
    slug = case.committee_setup.committee.slug
    page = reverse("case_outside", args=[case.request.pk, slug])
    said = {"act": "invite", "code": person.code, "reason": "An expert.", "last_day": str(clock.today())}
    for wrong in ({"code": ""}, {"last_day": "2099-01-01"}):
        assert client.post(page, said | wrong).status_code == 422
    assert client.post(page, said).status_code == 302
    reviewer = OutsideReviewer.objects.get()
    assert stories.client_for(case.committee_setup.members[0]).post(page, said).status_code == 403
    assert client.post(page, {"act": "end", "reviewer": str(reviewer.pk)}).status_code == 302
    assert client.post(page, {"act": "end", "reviewer": "none"}).status_code == 404
    assert client.post(page, {"act": "other"}).status_code == 422
    assert client.post(reverse("case_outside", args=[case.request.pk, "none"]), said).status_code == 404
    entry = client.get(reverse("case_reviewers", args=[case.request.pk])).context["entries"][0]
    assert [one["is_current"] for one in entry["outside"]["rows"]] == [False]
