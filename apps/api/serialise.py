"""Objects as dictionaries for responses. Pure functions: related objects must be prefetched, nothing is queried."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.access_requests import fields
from apps.access_requests.effect import announced, announced_state, decided_on
from apps.access_requests.models import AccessRequest, Appeal, Item
from apps.access_requests.purposes import Matched
from apps.access_requests.queries_clocks import due_of
from apps.access_requests.rules_after import can_appeal_until
from apps.access_requests.states import EDITABLE, UNDER_REVIEW
from apps.agreements.models import Agreement
from apps.api.conditions import conditions_to_meet
from apps.api.matches import matches_out
from apps.core.addresses import absolute
from apps.datasets.conditions import explained, listed
from apps.datasets.models import Dataset, Distribution, Version
from apps.datasets.states import VersionState
from apps.grants.access_state import AccessState
from apps.grants.access_state.places import href_of
from apps.grants.access_state.words import said
from apps.grants.explanations import explain
from apps.grants.models import AccessGrant
from apps.grants.queries import Fact, Verdict
from apps.people.models import Person
from apps.tokens.models import PersonalToken

JsonObject = dict[str, Any]
UNDECIDED = (*EDITABLE, *UNDER_REVIEW)


def dataset_line(dataset: Dataset) -> JsonObject:
    committee = dataset.committee
    return {
        "slug": dataset.slug,
        "title": dataset.title,
        "summary": dataset.summary,
        "keywords": dataset.keywords,
        "access": dataset.access,
        "requires_second_factor": dataset.requires_second_factor,
        "institution": dataset.institution.name if dataset.institution else None,
        "committee": {"slug": committee.slug, "name": committee.name} if committee else None,
        "listed_from": dataset.listed_from,
    }


def access_state(state: AccessState) -> JsonObject:
    """An access state in the words of pages and e-mails, with its one next action."""
    words, action = said(state), state.action
    address = absolute(href_of(action)) if action is not None else ""
    return {
        "state": state.state,
        "cause": state.cause,
        "turn": state.turn,
        "waiting_for": list(state.waiting_for),
        "since": state.since,
        "last_day": state.last_day,
        "sentence": " ".join([words.badge + ".", *words.sentences]),
        "next_action": {"code": action.code, "label": words.button, "address": address} if action is not None else None,
    }


def dataset(dataset: Any, versions: list[Version], downloadable: Collection[UUID], state: AccessState) -> JsonObject:
    """A dataset (with `condition_rows`) and its versions; `downloadable`: ids of files the caller may download."""
    return dataset_line(dataset) | {
        "description": dataset.description,
        "licence": dataset.licence,
        "attribution": dataset.attribution,
        "conditions": explained(listed(dataset.condition_rows)),
        "versions": [version(each, downloadable) for each in versions],
        "access_state": access_state(state),
    }


def version(version: Version, downloadable: Collection[UUID]) -> JsonObject:
    """A version with its files; a withdrawn version has none."""
    has_files = version.state != VersionState.WITHDRAWN
    return {
        "number": version.number,
        "state": version.state,
        "notes": version.notes,
        "published_at": version.published_at,
        "embargo_until": version.embargo_until,
        "withdrawn_at": version.withdrawn_at,
        "withdrawn_because": version.withdrawn_because,
        "files": [file(each, each.pk in downloadable) for each in version.distributions.all()] if has_files else [],
    }


def file(file: Distribution, downloadable: bool) -> JsonObject:
    return {
        "id": file.pk,
        "name": file.name,
        "size": file.size,
        "media_type": file.media_type,
        "sha256": file.sha256,
        "downloadable": downloadable,
    }


def why(dataset: Dataset, version: Version, verdict: Verdict, state: AccessState | None) -> JsonObject:
    return {
        "dataset": dataset.slug,
        "version": version.number,
        "allowed": verdict.allowed,
        "facts": [fact(each, verdict) for each in verdict.facts],
        "grant": verdict.grant.pk if verdict.grant else None,
        "grant_facts": [fact(each) for each in verdict.grant_facts],
        "access_state": access_state(state) if state is not None else None,
    }


def fact(fact: Fact, verdict: Verdict | None = None) -> JsonObject:
    sentence = explain(fact, verdict).sentence
    return {"part": fact.part, "holds": fact.holds, "moment": fact.moment, "sentence": sentence}


def request_line(request: AccessRequest, state: AccessState) -> JsonObject:
    items = [announced(each, state.at) for each in request.items.all()]
    known = announced_state(request, items)
    return {
        "id": request.pk,
        "reference": request.reference,
        "title": request.title,
        "state": known,
        "revision": request.revision,
        "created_at": request.created_at,
        "submitted_at": request.submitted_at,
        "decided_at": decided_on(request, items) if known not in UNDECIDED else None,
        "revises": request.revises_id,
        "items": [item(each, state.at) for each in items],
        "access_state": access_state(state),
    }


def request(
    request: AccessRequest, missing: dict[str, str], state: AccessState, matches: Iterable[Matched] = ()
) -> JsonObject:
    """A request as its applicant and members see it; `missing` maps fields to what they still need, as sentences."""
    return request_line(request, state) | {
        **{name: getattr(request, name) for name in fields.stored()},
        "applicant": colleague(request.applicant),
        "members": [colleague(each.person) for each in request.memberships.all()],
        "questions": [
            {
                "id": each.pk,
                "field": each.field,
                "text": each.text,
                "answer": each.answer,
                "asked_at": each.asked_at,
                "answered_at": each.answered_at,
            }
            for each in request.questions.all()
        ],
        "missing": [{"field": name, "detail": sentence} for name, sentence in missing.items()],
        "matches": matches_out(matches),
    }


def item(item: Item, now: datetime) -> JsonObject:
    """A dataset of a request, as announced; with the last day of an appeal if one can be made."""
    appeal = getattr(item, "appeal", None)
    return {
        "dataset": item.dataset.slug,
        "committee": item.committee.slug,
        "due_on": due_of(item),
        "state": item.state,
        "reason": item.reason,
        "terms": item.terms,
        "decided_at": item.decided_at,
        "denial_codes": item.denial_codes or [],
        "appeal_until": can_appeal_until(item, appeal, now),
        "appeal": appeal_line(appeal) if appeal is not None else None,
        "conditions": conditions_to_meet(item, now.date()),
    }


def appeal_line(appeal: Appeal) -> JsonObject:
    return {
        "text": appeal.text,
        "appealed_at": appeal.appealed_at,
        "denied_at": appeal.denied_at,
        "outcome": appeal.outcome or "open",
        "ended_at": appeal.ended_at,
    }


def colleague(person: Person) -> JsonObject:
    return {"code": person.code, "name": person.name}


def agreement_line(agreement: Agreement) -> JsonObject:
    return {
        "id": agreement.pk,
        "reference": agreement.reference,
        "state": agreement.shown_state,
        "dataset": agreement.item.dataset.slug,
        "request": agreement.item.request_id,
        "sha256": agreement.sha256,
        "starts_on": agreement.starts_on,
        "ends_on": agreement.ends_on,
        "offered_at": agreement.offered_at,
        "executed_at": agreement.executed_at,
        "ended_at": agreement.ended_at,
    }


def grant(grant: AccessGrant, active: bool) -> JsonObject:
    return {
        "id": grant.pk,
        "dataset": grant.dataset.slug,
        "agreement": grant.agreement_id,
        "starts_at": grant.starts_at,
        "ends_at": grant.ends_at,
        "active": active,
        "revoked_at": grant.revoked_at,
        "revoked_because": grant.revoked_because,
    }


def me(person: Person, token: PersonalToken) -> JsonObject:
    return {
        "id": person.pk,
        "code": person.code,
        "name": person.name,
        "institution": person.institution.name if person.institution else None,
        "token": {"name": token.name, "hint": token.hint, "scopes": token.scopes, "expires_at": token.expires_at},
    }
