"""Approval rules of a committee: list, write, try on past cases, agree, pause, end; and check what they approved.

The same commands and checks as the pages. Only members of the committee see them.
"""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from apps.access_requests import commands, queries_approval, rules_approval
from apps.access_requests.approval_terms import Terms
from apps.access_requests.models import ApprovalRule, RuleDecision, ShadowRun
from apps.access_requests.queries import before_committees_of
from apps.api import approvals, schemas
from apps.api.auth import REVIEW, VOTE, caller
from apps.api.errors import InvalidFields
from apps.api.fresh import acts_now
from apps.api.idempotency import idempotent_call
from apps.api.v1.votes import voter
from apps.committees.models import Committee
from apps.committees.queries import public
from apps.core.errors import NotFound
from apps.datasets.models import Dataset
from apps.people.models import Institution, Person

router = Router(tags=["approval rules"])
MOST = 100  # rules and decisions in one answer


@router.get("/committees/{slug}/approval-rules", response=schemas.ApprovalRuleList, auth=REVIEW)
def list_approval_rules(request: HttpRequest, slug: str) -> dict[str, Any]:
    """The rules of your committee, the newest 100; those that ended come last. Scope: review."""
    found = list(queries_approval.rules_of(_committee(caller(request), slug))[:MOST])
    return {"items": approvals.rules(found)}


@router.post("/committees/{slug}/approval-rules", response={201: schemas.ApprovalRuleOut}, auth=VOTE)
def write_approval_rule(
    request: HttpRequest, slug: str, body: schemas.NewApprovalRule, response: HttpResponse
) -> dict[str, Any]:
    """Write a rule, which you own; it is off until the chair and another member agree to a shadow run. Scope: vote."""
    by = voter(request)[0]
    committee = _committee(by, slug)

    def do() -> tuple[UUID, UUID]:
        replaces = _rule(by, slug, body.replaces) if body.replaces is not None else None
        said: dict[str, Any] = {
            "title": body.title,
            "terms": _terms(committee, body),
            "sample_every": body.sample_every,
        }
        made = commands.write_approval_rule(committee, **said, replaces=replaces, by=by)
        return made.pk, made.pk

    made = idempotent_call(request, do=do, replay=lambda pk: pk)
    response["Location"] = f"{request.path}/{made}"
    return _shown(by, slug, made)


@router.get("/committees/{slug}/approval-rules/{uuid:pk}", response=schemas.ApprovalRuleOut, auth=REVIEW)
def read_approval_rule(request: HttpRequest, slug: str, pk: UUID) -> dict[str, Any]:
    """One rule with its newest shadow run; of its cases those that you may read. Scope: review."""
    return _shown(caller(request), slug, pk)


@router.post("/committees/{slug}/approval-rules/{uuid:pk}/run", response=schemas.ApprovalRuleOut, auth=VOTE)
def run_approval_rule(request: HttpRequest, slug: str, pk: UUID) -> dict[str, Any]:
    """Start a shadow run: what the rule would have approved of past cases. It approves nothing. Scope: vote.

    The token must be from a sign-in of the last ten minutes, as on the page.
    """
    by = acts_now(request)

    def do() -> tuple[UUID, UUID]:
        commands.run_on_past_cases(_rule(by, slug, pk), by=by)
        return pk, pk

    return _shown(by, slug, idempotent_call(request, do=do, replay=lambda pk: pk))


@router.post("/committees/{slug}/approval-rules/{uuid:pk}/agree", response=schemas.ApprovalRuleOut, auth=VOTE)
def agree_to_approval_rule(request: HttpRequest, slug: str, pk: UUID, body: schemas.NewRuleAgreement) -> dict[str, Any]:
    """Agree to a shadow run that you looked at; with the chair and another member the rule is on. Scope: vote.

    The token must be from a sign-in of the last ten minutes, as on the page.
    """
    by = acts_now(request)

    def do() -> tuple[UUID, UUID]:
        rule = _rule(by, slug, pk)
        run = ShadowRun.objects.filter(rule=rule, pk=body.run).select_related("rule").first()
        if run is None:
            raise NotFound(_("This shadow run does not exist."))
        commands.agree_to_rule(run, looked=body.looked, by=by)
        return pk, pk

    return _shown(by, slug, idempotent_call(request, do=do, replay=lambda pk: pk))


@router.post("/committees/{slug}/approval-rules/{uuid:pk}/pause", response=schemas.ApprovalRuleOut, auth=VOTE)
def pause_approval_rule(request: HttpRequest, slug: str, pk: UUID) -> dict[str, Any]:
    """Pause a rule at once; it needs a new shadow run and new agreements to be on again. Scope: vote.

    The token must be from a sign-in of the last ten minutes, as on the page.
    """
    by = acts_now(request)
    commands.pause_approval_rule(_rule(by, slug, pk), by=by)
    return _shown(by, slug, pk)


@router.post("/committees/{slug}/approval-rules/{uuid:pk}/end", response=schemas.ApprovalRuleOut, auth=VOTE)
def end_approval_rule(request: HttpRequest, slug: str, pk: UUID) -> dict[str, Any]:
    """End a rule for good, as its owner or the chair; what it approved stays approved. Scope: vote.

    The token must be from a sign-in of the last ten minutes, as on the page.
    """
    by = acts_now(request)

    def do() -> tuple[UUID, UUID]:
        commands.end_approval_rule(_rule(by, slug, pk), by=by)
        return pk, pk

    return _shown(by, slug, idempotent_call(request, do=do, replay=lambda pk: pk))


@router.get("/committees/{slug}/approvals", response=schemas.ApprovalsToCheck, auth=REVIEW)
def list_approvals(request: HttpRequest, slug: str) -> dict[str, Any]:
    """Sampled approvals by rules that nobody has checked, oldest first, in cases that you may read. Scope: review."""
    by = caller(request)
    found = _readable(by, _committee(by, slug))
    return {"items": [approvals.decision(one) for one in found[:MOST]]}


@router.post("/committees/{slug}/approvals/{uuid:pk}", response={204: None}, auth=VOTE)
def check_approval(request: HttpRequest, slug: str, pk: UUID, body: schemas.NewApprovalCheck) -> HttpResponse:
    """Say whether you would have approved it too; if not, the rule is paused. Scope: vote."""
    by = voter(request)[0]
    committee = _committee(by, slug)

    def do() -> tuple[UUID, UUID]:
        made = RuleDecision.objects.filter(
            rule__committee=committee, pk=pk, item__request__in=before_committees_of(by)
        ).select_related("item__request", "rule__owner__person", "rule__committee")
        decision = made.first()
        if decision is None:
            raise NotFound(_("This approval does not exist."))
        commands.check_rule_decision(decision, verdict=body.verdict, comment=body.comment, by=by)
        return pk, pk

    idempotent_call(request, do=do, replay=lambda pk: pk)
    return HttpResponse(status=204)


def _readable(by: Person, committee: Committee) -> Any:
    """The decisions to check in cases that the member declared on and has no conflict of interest in."""
    return queries_approval.decisions_to_check(committee).filter(item__request__in=before_committees_of(by))


def _committee(by: Person, slug: str) -> Committee:
    """A committee of which the caller is a member now."""
    committee = public().filter(slug=slug).first()
    if committee is None:
        raise NotFound(_("This committee does not exist."))
    rules_approval.check_member(by, committee)
    return committee


def _rule(by: Person, slug: str, pk: UUID) -> ApprovalRule:
    rule = queries_approval.rules_of(_committee(by, slug)).filter(pk=pk).first()
    if rule is None:
        raise NotFound(_("This rule does not exist."))
    return rule


def _shown(by: Person, slug: str, pk: UUID) -> dict[str, Any]:
    rule = _rule(by, slug, pk)
    run = queries_approval.newest_run(rule)
    return approvals.rules([rule])[0] | {"run": approvals.run_out(run, by) if run is not None else None}


def _terms(committee: Committee, body: schemas.NewApprovalRule) -> Terms:
    """The terms with the ids of what the body names; raises InvalidFields for a name that is unknown or not unique."""
    theirs = Dataset.objects.filter(committee=committee, access=Dataset.Access.CONTROLLED)
    datasets = dict(theirs.filter(slug__in=body.datasets).values_list("slug", "pk"))
    wrong = {}
    if missing := [slug for slug in body.datasets if slug not in datasets]:
        wrong["datasets"] = _("The dataset “%(slug)s” does not exist, or you are not allowed to see it.") % {
            "slug": missing[0]
        }
    institutions = []
    for line in dict.fromkeys(one.strip() for one in body.institutions):
        named = list(Institution.objects.filter(Q(name__iexact=line) | Q(ror=line))[:2]) if line else []
        institutions += [str(one.pk) for one in named]
        if len(named) != 1:
            said = _("“%(line)s” is not the name or ROR id of one institution.") % {"line": line}
            wrong.setdefault("institutions", said)
    if wrong:
        raise InvalidFields(wrong)
    return Terms(frozenset(str(pk) for pk in datasets.values()), frozenset(body.kinds), frozenset(institutions))
