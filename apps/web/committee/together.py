"""Several equal requests on one page: what differs, and a vote with a reason of its own on each."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from apps.access_requests import commands
from apps.access_requests.equal_cases import MOST
from apps.access_requests.models import Item, Round, Vote
from apps.access_requests.queries import before_committees_of
from apps.access_requests.states import ItemState
from apps.access_requests.together import EqualCase, Together, together
from apps.access_requests.voting_rules import rules_in
from apps.committees.queries import committees_of
from apps.core.errors import Denied, DomainError
from apps.core.identifiers import uuids
from apps.identity.oidc.views import signed_in as sign_in_facts
from apps.web.committee.forms import VoteForm
from apps.web.committee.together_presenters import LEFT_OUT, address, page_of
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import CleanTextField, refusal_of
from apps.web.common.idempotency import done_before, once_each, saved_with_errors
from apps.web.sign_in.step_up import freshly_signed_in

NEW = ("new_condition", "new_due", "new_due_on", "new_due_days")


class EqualVoteForm(VoteForm):
    """A vote on one of several requests. A condition is proposed on the page of the request; with a blind look also
    chosen there only, since a condition can say how somebody voted.
    """

    def __init__(self, *args: Any, item: Item, blind: bool, **kwargs: Any) -> None:
        proposed = item.conditions.none() if blind else item.conditions.all()
        super().__init__(*args, item=item, proposed=proposed, prefix=item.pk.hex[:12], **kwargs)
        for name in NEW:
            del self.fields[name]

    def chosen(self) -> dict[str, Any]:
        said = self.cleaned_data
        conditions = [UUID(pk) for pk in said.get("conditions", [])]
        return {"conditions": conditions, **{name: said[name] for name in ("choice", "reason", "denial_codes")}}


class CommonReasonForm(forms.Form):
    """A text that is copied to the reason of each request; it is not stored itself."""

    use_required_attribute = False

    common_reason = CleanTextField(
        label=gettext_lazy("Reason for several requests"),
        help_text=gettext_lazy(
            "Copy it to the requests below, then change it where a request needs a different reason."
        ),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@require_page_or_form
@signed_in
def decide_together(request: AuthenticatedRequest) -> HttpResponseBase:
    """The chosen requests side by side. Each vote is one call of the vote command, in its own transaction.

    A form that is sent again casts no vote twice: each vote keeps a key of its own (`once_each`).
    """
    if not committees_of(request.actor).exists():
        raise Denied(_("Only members of a data access committee can see this page."))
    if request.method == "POST" and request.POST.get("act") == "vote":
        return _vote(request)
    sent = request.POST if request.method == "POST" else request.GET
    found = _chosen(request, sent)
    if request.method != "POST":
        return _page(request, found, {one.item.pk: _new_form(one) for one in found.equal})
    return _copied(request, found)


def _chosen(request: AuthenticatedRequest, sent: Any) -> Together:
    dataset = next(iter(uuids([sent.get("dataset", "")])), None)
    return together(request.actor, uuids(sent.getlist("case"))[:MOST], dataset)


def _new_form(one: EqualCase) -> EqualVoteForm:
    return EqualVoteForm(**_about(one), initial={"seen": one.round.pk})


def _about(one: EqualCase) -> dict[str, Any]:
    return {"item": one.item, "blind": rules_in(one.round, one.item.committee).blind}


def _copied(request: AuthenticatedRequest, found: Together) -> HttpResponse:
    """The page again, with the common text in each reason that is empty; nothing is stored."""
    common = CommonReasonForm(request.POST)
    if not common.is_valid():
        return _page(request, found, _sent_forms(request, found.equal), common=common, status=422)
    typed: dict[UUID, EqualVoteForm] = {}
    for one in found.equal:
        sent = EqualVoteForm(request.POST, **_about(one))
        sent.full_clean()
        initial = {name: sent[name].value() for name in sent.fields}
        initial["reason"] = initial["reason"] or common.cleaned_data["common_reason"]
        typed[one.item.pk] = EqualVoteForm(**_about(one), initial=initial)
    return _page(request, found, typed, common=CommonReasonForm(initial=common.cleaned_data))


def _sent_forms(request: AuthenticatedRequest, equal: Sequence[EqualCase]) -> dict[UUID, EqualVoteForm]:
    return {one.item.pk: EqualVoteForm(request.POST, **_about(one)) for one in equal}


def _votes_shown(request: AuthenticatedRequest) -> list[tuple[str, str]]:
    """What the votes say, for the pages before and after a new sign-in."""
    found = Item.objects.filter(request__in=uuids(request.POST.getlist("case"))[:MOST])
    found = found.filter(
        request__in=before_committees_of(request.actor), dataset__in=uuids([request.POST.get("dataset", "")])
    )
    rows = []
    for item in found.select_related("request").order_by("request__submitted_at", "pk"):
        choice, reason = _typed(request, item, "choice"), _typed(request, item, "reason")
        if choice in Vote.Choice.values:
            rows.append((item.request.reference, f"{Vote.Choice(choice).label}\n{reason}"))
    return rows


def _typed(request: AuthenticatedRequest, item: Item, name: str) -> str:
    return str(request.POST.get(f"{item.pk.hex[:12]}-{name}", "")).strip()


@require_POST
@signed_in
@freshly_signed_in(shows=_votes_shown)
def _vote(request: AuthenticatedRequest) -> HttpResponse:
    """Cast the votes one by one; those that are refused are named with their reason, and the others count."""
    found = _chosen(request, request.POST)
    if not found.equal and not found.left_out:
        return _page(request, found, {}, status=422)
    before = _done_before(request, found)
    todo = [one for one in found.equal if one.item.pk not in before]
    forms_sent = _sent_forms(request, todo)
    wrong = [form for form in forms_sent.values() if not form.is_valid()]
    if wrong:
        return _page(request, found, forms_sent, done=len(before), status=422)
    refused: dict[UUID, str] = {}
    done = set(before)
    for one in todo:
        refusal = refusal_of(partial(_cast, request, one, forms_sent[one.item.pk]), DomainError)
        if refusal is None:
            done.add(one.item.pk)
        else:
            refused[one.request.pk] = refusal.sentence
    late = [row for row, _why in found.left_out if row.pk not in {item.request_id for item in before.values()}]
    if not refused and not late:
        return _after_votes(request, done)
    return _left(request, found, refused, done=len(done))


def _done_before(request: AuthenticatedRequest, found: Together) -> dict[UUID, Item]:
    """The items on which this form has voted already, also if an earlier answer did not reach the browser."""
    rows: list[Any] = [row for row, _why in found.left_out] + [one.request for one in found.equal]
    items = {item.pk: item for row in rows for item in row.for_committee}
    return {pk: items[pk] for pk in done_before(request, items)}


def _cast(request: AuthenticatedRequest, one: EqualCase, form: EqualVoteForm) -> None:
    """One vote on the round that the page showed, in its own transaction, at most once."""
    seen = one.round if one.round.pk == form.cleaned_data["seen"] else _other_round(one, form)
    said = form.chosen()
    do = partial(commands.vote, one.item, **said, seen=seen, signed_in=sign_in_facts(request), by=request.actor)
    once_each(request, one.item.pk, repr((str(seen.pk), said)), do)


def _other_round(one: EqualCase, form: EqualVoteForm) -> Round:
    """The earlier round that the page showed, or none of this request: the command refuses a vote on it."""
    return Round.objects.filter(request=one.request, pk=form.cleaned_data["seen"]).first() or Round()


def _after_votes(request: AuthenticatedRequest, done: set[UUID]) -> HttpResponse:
    """Back to the queue, with how many votes are recorded and how many requests they decided."""
    n = len(done)
    messages.success(request, ngettext("%(n)s vote is recorded.", "%(n)s votes are recorded.", n) % {"n": n})
    decided = Item.objects.filter(pk__in=done).exclude(state=ItemState.OPEN).count()
    if decided:
        said = ngettext("%(n)s request is decided.", "%(n)s requests are decided.", decided)
        messages.success(request, said % {"n": decided})
    return redirect("review_queue")


def _left(request: AuthenticatedRequest, found: Together, refused: dict[UUID, str], *, done: int) -> HttpResponse:
    """What was not recorded, each with its reason and what was typed; what is recorded stays."""
    rows: list[dict[str, Any]] = []
    before = {item.pk for item in _done_before(request, found).values()}
    known: list[tuple[Any, str]] = [(one.request, refused.get(one.request.pk, "")) for one in found.equal]
    known += [(row, str(LEFT_OUT[why])) for row, why in found.left_out]
    for row, sentence in known:
        if not sentence or any(item.pk in before for item in row.for_committee):
            continue
        typed = [_typed(request, item, "reason") for item in row.for_committee]
        rows.append(
            {
                "reference": row.reference,
                "url": address(row),
                "sentence": sentence,
                "typed": "\n\n".join(filter(None, typed)),
            }
        )
    return saved_with_errors(render(request, "committee/together.html", {"refused": rows, "done": done}, status=409))


def _page(
    request: AuthenticatedRequest, found: Together, typed: dict[UUID, EqualVoteForm], *,
    common: CommonReasonForm | None = None, done: int = 0, status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = page_of(found, typed) | {"common": common or CommonReasonForm(), "done": done, "here": request.path}
    return render(request, "committee/together.html", context, status=status)
