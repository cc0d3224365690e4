"""Who may ask, and who may decide."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.access_requests import (
    cohort_needs,
    denials,
    effect,
    fields,
    form_answers,
    obstacles,
    purposes,
    queries,
    queries_conflicts,
    queries_deputies,
    wording,
)
from apps.access_requests.fields import Kind, RequestField
from apps.access_requests.models import AccessRequest, Item, Recusal, Round, Vote
from apps.access_requests.states import EDITABLE, ItemState, RequestState
from apps.access_requests.voting_rules import asked_by
from apps.committees.decisions import Decision
from apps.committees.models import Committee, CommitteeMember
from apps.committees.queries import committees_of
from apps.core import clock
from apps.core.errors import Denied, DomainError, Invalid, WrongState
from apps.core.text import is_blank, seen_length
from apps.datasets.models import Dataset
from apps.people.models import Person
from apps.people.models.claims import confirmed
from apps.people.queries import accounts_of
from apps.people.rules import check_not_break_glass

LONGEST = timedelta(days=5 * 366)


def check_can_request(by: Person, dataset: Dataset) -> None:
    """A dataset can be asked for if it is controlled, listed, its committee accepts requests, and people other than
    this one could decide and countersign.
    """
    check_not_break_glass(by)
    if not by.is_active:
        raise Denied(_("Your account is not active."))
    if dataset.access != Dataset.Access.CONTROLLED:
        raise Invalid(_("This dataset does not need an access request."), field="datasets")
    if not Dataset.objects.listed().filter(pk=dataset.pk).exists() or dataset.committee is None:
        raise Invalid(_("You cannot request access to this dataset."), field="datasets")
    if not dataset.committee.accepting:
        raise Invalid(not_accepting(dataset.committee), field="datasets")
    obstacles.check_others_can_act(dataset, [by.pk])


def not_accepting(committee: Committee) -> str:
    """Why the committee takes no new requests."""
    why = {"committee": committee, "why": committee.closed_because}
    said = _("%(committee)s is not accepting requests: %(why)s") % why
    if committee.closed_until is None or committee.closed_until < clock.today():
        return said
    until = formats.date_format(committee.closed_until, "j M Y")
    return f"{said} {_('It expects to accept requests again after %(day)s.') % {'day': until}}"


def check_any_can_be_requested(by: Person, datasets: Iterable[Dataset]) -> list[Dataset]:
    """Those of the datasets that can be requested now; if there is none, the first one's refusal."""
    refusal: DomainError = Invalid(str(fields.DATASETS.missing), field=fields.DATASETS.name)
    found = []
    for dataset in datasets:
        try:
            check_can_request(by, dataset)
            found.append(dataset)
        except DomainError as refused:
            refusal = refused
    if not found:
        raise refusal
    return found


def check_is_applicant(by: Person, request: AccessRequest) -> None:
    if request.applicant_id != by.pk or not by.is_active:
        raise Denied(_("Only the applicant can do this."))


def check_can_withdraw(by: Person, request: AccessRequest) -> None:
    """While a dataset of it is undecided: what a committee has decided stays as it is, and an appeal ends by itself."""
    check_is_applicant(by, request)
    request.check_can("withdraw")
    if not request.items.filter(effect.unannounced()).exclude(appeal__outcome="").exists():
        raise WrongState(_("The committees have already decided. You cannot withdraw the request."))


def check_can_discard(by: Person, request: AccessRequest) -> None:
    """The applicant, as long as the request was never submitted."""
    check_is_applicant(by, request)
    if request.state != RequestState.DRAFT or request.rounds.exists():
        raise WrongState(_("This request was submitted, so it cannot be discarded. You can withdraw it."))


def check_can_edit(by: Person, request: AccessRequest) -> None:
    check_is_applicant(by, request)
    if request.state not in EDITABLE:
        raise WrongState(
            _(
                "You cannot change this request now. You can change a request only while "
                "it is a draft or after a committee requests changes."
            )
        )


def check_revision(request: AccessRequest, revision: int | None) -> None:
    """Two tabs, one request: the older text never overwrites the newer one."""
    if revision is not None and revision != request.revision:
        raise WrongState(_("This request was changed in another window. Copy your text and reload the page."))


def missing_for_submission(request: AccessRequest) -> dict[str, str]:
    """What still stands between a draft and the committee, field by field."""
    says: dict[str, str] = {}
    for field in fields.FIELDS:
        if is_missing(field, request):
            says[field.name] = field.missing % {"n": field.least}
    matches = purposes.matches_of(request)
    undecided = Dataset.objects.filter(items__request=request, items__state=ItemState.OPEN)
    says = purposes.beyond_last_day(request.ends_on, matches) | wrong_dates(request, undecided) | says
    if fields.DATASETS.name not in says and not request.items.filter(state=ItemState.OPEN).exists():
        says[fields.DATASETS.name] = _("All datasets in this request have already been decided.")
    if fields.DATASETS.name not in says and (misfits := purposes.misfits(matches)):
        says[fields.DATASETS.name] = misfits
    says = {field.name: says[field.name] for field in fields.FIELDS if field.name in says}
    return says | cohort_needs.missing(request) | form_answers.missing(request)


def is_missing(field: RequestField, request: AccessRequest) -> bool:
    """Whether the request needs more of this field before it can be submitted."""
    return field.required and _amount(field, request) < field.least


def _amount(field: RequestField, request: AccessRequest) -> int:
    """How much of a field there is: characters that can be seen, entries of a list, one day or none."""
    if field.kind == Kind.PEOPLE:
        return request.memberships.count()
    if field.kind == Kind.DATASETS:
        return request.items.count()
    value = getattr(request, field.name)
    return seen_length(value) if isinstance(value, str) else int(value is not None)


def wrong_dates(request: AccessRequest, undecided: QuerySet[Dataset]) -> dict[str, str]:
    """What is wrong with the days when both are there, for these datasets."""
    if request.starts_on is None or request.ends_on is None:
        return {}
    if request.ends_on <= max(request.starts_on, clock.today()):
        return {"ends_on": _("The end date must be in the future and after the start date.")}
    if request.starts_on > clock.today() + LONGEST:
        return {"starts_on": _("The start date must be less than five years from now.")}
    if request.ends_on - request.starts_on > LONGEST:
        return {"ends_on": _("Access can last at most five years. Enter an earlier end date.")}
    limit = shortest_limit(undecided.only("title", "longest_grant_days"))
    return wrong_period(request.starts_on, request.ends_on, limit)


def shortest_limit(datasets: Iterable[Dataset]) -> Dataset | None:
    """The dataset that allows the shortest access; None without datasets."""
    return min(datasets, key=lambda one: (one.longest_grant_days, one.title), default=None)


def last_possible_day(starts_on: date, limit: Dataset) -> date:
    """The last day of access to this dataset that starts on that day; both days count."""
    return starts_on + timedelta(days=limit.longest_grant_days - 1)


def wrong_order(starts_on: date, ends_on: date) -> dict[str, str]:
    """A period has at least two days."""
    return {"ends_on": _("The end date must be after the start date.")} if ends_on <= starts_on else {}


def wrong_period(starts_on: date, ends_on: date, limit: Dataset | None) -> dict[str, str]:
    """What is signed is what is given: a period that is longer than the dataset allows is refused before."""
    if limit is None or ends_on <= last_possible_day(starts_on, limit):
        return {}
    said = ngettext(
        "Access to %(dataset)s lasts at most %(n)s day. The last possible day is %(day)s.",
        "Access to %(dataset)s lasts at most %(n)s days. The last possible day is %(day)s.",
        limit.longest_grant_days,
    )
    last = formats.date_format(last_possible_day(starts_on, limit), "j M Y")
    return {"ends_on": said % {"dataset": limit.title, "n": limit.longest_grant_days, "day": last}}


def check_can_submit(by: Person, request: AccessRequest) -> None:
    """One refusal names everything that the applicant can correct, by field; `answer` is for each unanswered question.

    The datasets are checked once there are any.
    """
    check_is_applicant(by, request)
    request.check_can("submit")
    says = missing_for_submission(request)
    if fields.DATASETS.name not in says:
        says |= _refused_datasets(by, request)
    if request.state == RequestState.RETURNED and request.questions.filter(answer="").exists():
        says["answer"] = _("Answer the committee’s question first.")
    if says:
        raise Invalid(_("The request is not complete yet."), fields=says)
    obstacles.check_can_complete(by)
    if not request.rounds.exists():
        obstacles.check_an_operator_is_outside(_parties(request))


def _refused_datasets(by: Person, request: AccessRequest) -> dict[str, str]:
    try:
        _check_new_datasets(by, request)
    except Invalid as refusal:
        return {fields.DATASETS.name: refusal.sentence}
    return {}


def _check_new_datasets(by: Person, request: AccessRequest) -> None:
    """What is decided is asked of nobody any more, and what a committee returned it takes back: a committee that has
    stopped accepting requests still finishes those it has.
    """
    last = request.rounds.first()
    returned = last.snapshot["datasets"] if last is not None else []
    parties = _parties(request)
    for item in request.items.filter(state=ItemState.OPEN).select_related("dataset__committee"):
        if str(item.dataset_id) not in returned:
            check_can_request(by, item.dataset)
            obstacles.check_others_can_act(item.dataset, parties)


def _parties(request: AccessRequest) -> list[UUID]:
    return [person.pk for person in queries.people_of(request)]


def check_is_committee_member(by: Person, request: AccessRequest) -> None:
    """Someone of a committee that still has to decide, who is no part of the request and is not recused."""
    if not by.is_active or not committees_of(by).filter(items__request=request).exists():
        raise Denied(_("Only a member of the committee for this request can do this."))
    check_no_conflict(by, request)
    check_declared(by, request)
    if not committees_of(by).filter(items__request=request, items__state=ItemState.OPEN).exists():
        raise WrongState(_("Your committee has already decided. The remaining datasets belong to another committee."))


def check_no_conflict(by: Person, request: AccessRequest) -> None:
    """Several accounts of one person are one person."""
    check_no_part(by, request)
    if Recusal.objects.filter(request=request, person_id__in=accounts_of(by).values("pk")).exists():
        raise Denied(_("You declared a conflict of interest for this request."))


def check_no_part(by: Person, request: AccessRequest) -> None:
    """The person is neither applicant nor member of the request, with whichever account."""
    if queries.concerned_by(request).filter(pk__in=accounts_of(by).values("pk")).exists():
        raise Denied(_("You cannot decide on a request that you are part of."))


def check_declared(by: Person, request: AccessRequest) -> None:
    """Before anybody reads a case or acts in it for a committee, they declare that they have no conflict."""
    if not queries_conflicts.has_declared(by, request):
        raise Denied(_("First declare whether you have a conflict of interest. Open the request to do so."))


def check_can_change_members(by: Person, committee: Committee) -> None:
    """Nobody changes the members of a committee that is deciding about them, as applicant or as member, with
    whichever account.
    """
    if committee.pk in queries.deciding_about(by):
        raise Denied(
            _("This committee is deciding on a request that you are part of. Another person must change its members.")
        )


def check_can_remove_voters(by: Person, committee: Committee) -> None:
    """Nor does anybody remove voters of a case in which they declared a conflict: who is left decides it."""
    check_can_change_members(by, committee)
    if committee.pk in queries.recused_before(by):
        raise Denied(
            _(
                "You declared a conflict of interest for a request that this committee is deciding. Until the request"
                " is decided, another person must remove members or appoint the chair."
            )
        )


def check_can_change_rules(by: Person, committee: Committee) -> None:
    """Nobody changes how a committee decides while a request of theirs is undecided there, also one that was returned
    to them: its next round would follow the new rules.
    """
    check_can_remove_voters(by, committee)
    if committee.pk in asked_by(by):
        raise Denied(
            _(
                "You are part of a request that this committee has not decided, so you cannot change how it "
                "decides. Ask an operator."
            )
        )


def check_can_vote(
    by: Person, item: Item, voters: Sequence[CommitteeMember], current: Round | None, seen: Round
) -> None:
    """One of the eligible `voters` of the undecided item, no conflict, on the snapshot now open."""
    check_no_conflict(by, item.request)
    check_not_break_glass(by)
    check_declared(by, item.request)
    member = queries_deputies.membership_for(by, voters)
    theirs = [member.pk] if member is not None else []
    if not by.is_active or not CommitteeMember.objects.filter(confirmed(), pk__in=theirs).exists():
        raise Denied(_("Only an eligible voter of this committee can vote."))
    if item.request.state != RequestState.IN_REVIEW or item.state != ItemState.OPEN:
        raise WrongState(_("There is nothing for you to vote on in this request now."))
    if current is None or current.pk != seen.pk:
        raise WrongState(_("The request has changed since you opened it. Read the new version first."))


def check_votes_for(by: Person, item: Item, voters: Sequence[CommitteeMember]) -> CommitteeMember:
    """The eligible membership for which the person votes, after `check_can_vote`; nobody votes for two members."""
    member = queries_deputies.membership_for(by, voters)
    assert member is not None
    if queries_deputies.named_too_late(item.request_id, by, [member]):
        raise Denied(wording.named_too_late())
    if queries_deputies.voted_for_another(item, by, member.person_id):
        raise Denied(
            _("You have already voted on this dataset for another member in this round. A person votes only once.")
        )
    cast = queries.current_vote(item, member.person) if member.person_id != by.pk else None
    if cast is not None and cast.in_place_of_id is None:
        raise WrongState(_("%(name)s has already voted, so the deputy cannot vote.") % {"name": member.person})
    return member


def check_vote(
    choice: str,
    reason: str,
    conditions: Collection[UUID],
    new_condition: str,
    known: set[UUID],
    denial_codes: Collection[str] = (),
) -> None:
    """There is a choice and a reason; an approval with conditions adopts at least one of the `known` or a new one, and
    a denial has reasons from the list.
    """
    fields = denials.wrong_codes(choice, denial_codes)
    if choice not in Vote.Choice.values:
        fields["choice"] = _("Choose a vote.")
    if is_blank(reason):
        fields["reason"] = _(
            "Enter a reason. If the decision follows your vote, the applicant sees it without your name."
        )
    if choice == Vote.Choice.CONDITIONAL and not conditions and is_blank(new_condition):
        either = _("Select at least one condition, or enter a new one.")
        fields["new_condition"] = either if known else _("Enter a condition, or choose another vote.")
    if (
        choice != Vote.Choice.CONDITIONAL
        and choice in Vote.Choice.values
        and (conditions or not is_blank(new_condition))
    ):
        fields["choice"] = _("You selected or entered conditions. Choose “Approve with conditions” or remove them.")
    if not known.issuperset(conditions):
        fields["conditions"] = _("Select conditions from the list.")
    if fields:
        raise Invalid(_("Your vote was not recorded. Correct the errors and vote again."), fields=fields)


def check_can_confirm(by: Person, item: Item, decision: Decision) -> None:
    """Everybody who is left has voted and the votes decide; not by whoever let a voter leave since the last vote."""
    if not decision.must_be_confirmed or by.pk not in decision.votes:
        raise WrongState(_("You do not need to confirm your vote."))
    if queries.let_a_voter_leave(item, by.pk):
        raise Denied(
            _(
                "You ended another voter’s membership or account, or undid the decision, so you cannot confirm your "
                "vote. Another voter must confirm theirs."
            )
        )


def check_condition(text: str) -> None:
    """What is proposed says something."""
    if is_blank(text):
        raise Invalid(_("Enter the condition as it should appear in the agreement."), field="new_condition")


def check_question(text: str) -> None:
    if is_blank(text):
        raise Invalid(_("Enter a question, so that the applicant knows what to change."), field="text")


def check_says_conflict(reason: str) -> None:
    if is_blank(reason):
        raise Invalid(_("Describe the conflict of interest briefly."), field="reason")
