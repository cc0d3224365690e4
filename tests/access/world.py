"""One world that holds everybody the matrix asks as, and every thing in every state it asks about."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.test import Client

from apps.access_requests import commands as requests
from apps.access_requests.models import AccessRequest, Message
from apps.audit.queries import newest
from apps.committees.models import Committee
from apps.core import clock
from apps.core.actors import ANONYMOUS
from apps.datasets import commands as datasets
from apps.datasets.models import Dataset
from apps.datasets.queries import open_proposal
from apps.downloads import commands as downloads
from apps.grants import commands as grants
from apps.identity.commands.identities import deactivate
from apps.notifications.models import Notification
from apps.people.commands.people import accept_terms
from apps.people.models import Person
from apps.tokens.commands.devices import find_device, request_device_code
from apps.tokens.commands.tokens import make_service_account, make_token
from apps.tokens.models import PersonalToken
from apps.tokens.queries import digest
from tests import stories
from tests.access.api_world import API_FORMS, api_things
from tests.access.approval_world import APPROVAL_FORMS, approval_things
from tests.access.cohort_world import CLASS_FORMS, add_classes
from tests.access.conditions_world import CONDITION_FORMS, add_conditions
from tests.access.forms_world import FORM_FORMS, form_things
from tests.access.invitations_world import INVITATION_FORMS, add_invitations
from tests.access.set_up_world import SET_UP_FORMS, set_up_things

ACTORS = (
    "anonymous", "stranger", "applicant", "named", "member", "chair", "elsewhere", "owner", "steward", "official",
    "auditor", "operator", "deactivated", "scopeless",
)  # fmt: skip
NOBODY = UUID("00000000-0000-4000-8000-000000000000")
Kwargs = dict[str, Any]


@dataclass
class Things:
    """The world: people by actor, and the address's arguments by (kind of thing, state)."""

    people: dict[str, Person]
    kwargs: dict[tuple[str, str], Kwargs] = field(default_factory=dict)
    data: dict[tuple[str, str], Kwargs] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    signed_in_at: datetime = field(default_factory=clock.now)


def build() -> Things:
    """Everything, by the real commands."""
    committee_setup, published_dataset = _course()
    people = _people(committee_setup, published_dataset)
    things = Things(people)
    _datasets(things, committee_setup, published_dataset)
    _requests(things, published_dataset)
    _agreements(things, published_dataset)
    _grants(things, committee_setup, published_dataset)
    _rest(things, committee_setup)
    set_up_things(things.people, things.kwargs, things.data)
    form_things(committee_setup, things.kwargs)
    _who_asks(things)
    return things


def _course() -> tuple[stories.CommitteeSetup, stories.PublishedDataset]:
    committee_setup = stories.committee_setup(members=2)
    checklist = {"criteria": ["The purpose is allowed."], "required": False}
    Committee.objects.filter(pk=committee_setup.committee.pk).update(extension_amount=28, checklist=checklist)
    committee_setup.committee.refresh_from_db()
    return committee_setup, stories.published_dataset(committee_setup=committee_setup)


def _people(committee_setup: stories.CommitteeSetup, published_dataset: stories.PublishedDataset) -> dict[str, Person]:
    home = stories.institution()
    people = {
        "stranger": stories.person(), "applicant": stories.person(at=home), "named": stories.person(at=home),
        "member": committee_setup.members[0], "chair": committee_setup.chair,
        "elsewhere": stories.committee_setup().chair, "owner": published_dataset.owner,
        "steward": stories.person(), "official": stories.signing_official(home), "auditor": stories.auditor(),
        "operator": stories.operator(), "deactivated": stories.person(),
    }  # fmt: skip
    people["scopeless"] = people["applicant"]
    return people


def _share(things: Things, published_dataset: stories.PublishedDataset) -> None:
    """The steward helps with every dataset of the owner."""
    datasets.give_role(
        published_dataset.dataset, person=things.people["steward"], role=Dataset.STEWARD, by=things.people["owner"]
    )


def _datasets(
    things: Things, committee_setup: stories.CommitteeSetup, published_dataset: stories.PublishedDataset
) -> None:
    owner = things.people["owner"]
    draft = stories.drafted_dataset(committee_setup=committee_setup, owner=owner)
    embargoed = stories.drafted_dataset(committee_setup=committee_setup, owner=owner)
    datasets.publish(embargoed.version, by=owner, embargo_until=clock.now() + timedelta(days=30))
    withdrawn = stories.published_dataset(committee_setup=committee_setup, owner=owner)
    datasets.withdraw(withdrawn.version, by=owner, reason="Consent was withdrawn.")
    free = stories.published_dataset(committee_setup=committee_setup, owner=owner, access="open")
    listed = stories.published_dataset(committee_setup=committee_setup, owner=owner, access="registered")
    strict = stories.published_dataset(
        committee_setup=committee_setup, owner=owner, access="registered", second_factor=True
    )
    every = {
        "draft": draft, "embargoed": embargoed, "withdrawn": withdrawn, "open": free, "registered": listed,
        "controlled": published_dataset, "strict": strict,
    }  # fmt: skip
    for state, one in every.items():
        _share(things, one)
        slug = one.dataset.slug
        things.kwargs["dataset", state] = {"slug": slug}
        things.kwargs["version", state] = {"slug": slug, "number": 1}
        things.kwargs["file", state] = {"pk": one.file.pk}
        things.kwargs["file in", state] = {"slug": slug, "pk": one.file.pk}
        things.data["request_new", state] = {"dataset": slug}
        things.data["api:draft_request", state] = {}
    things.kwargs["dataset", "unknown"] = {"slug": "no-such-dataset"}
    things.kwargs["role on", "draft"] = {
        "slug": draft.dataset.slug, "person": things.people["steward"].pk, "role": Dataset.STEWARD
    }  # fmt: skip
    _proposals(things, committee_setup, owner)
    things.kwargs["version", "unknown"] = {"slug": "no-such-dataset", "number": 1}
    things.kwargs["version", "none"] = {"slug": free.dataset.slug, "number": 99}
    datasets.start_version(free.dataset, by=owner)
    things.kwargs["version", "next draft"] = {"slug": free.dataset.slug, "number": 2}
    things.kwargs["file", "unknown"] = {"pk": NOBODY}
    things.kwargs["committee", "member"] = {"slug": committee_setup.committee.slug}
    things.kwargs["committee", "unknown"] = {"slug": "no-such-committee"}
    slug, unknown = committee_setup.committee.slug, {"slug": committee_setup.committee.slug, "pk": NOBODY}
    for role, person in (("member", committee_setup.members[1]), ("chair", committee_setup.chair)):
        things.kwargs["membership", role] = {"slug": slug, "pk": committee_setup.membership_of(person).pk}
    things.kwargs["membership", "unknown"] = unknown
    things.data["committee_chair", "member"] = {"code": committee_setup.members[1].code, "reason": "The chair retires."}


def _proposals(things: Things, committee_setup: stories.CommitteeSetup, owner: Person) -> None:
    """A dataset that awaits the answer of the committee, which belongs to another institution."""
    dataset = datasets.draft("Proposed", by=owner)
    datasets.describe(dataset, by=owner, committee=committee_setup.committee)
    proposal = open_proposal(dataset)
    assert proposal is not None
    things.kwargs["proposal", "open"] = {"pk": proposal.pk}
    things.kwargs["proposal", "unknown"] = {"pk": NOBODY}
    things.kwargs["proposal of", "open"] = {"pk": proposal.pk, "slug": dataset.slug}


def slug_of(case: stories.Case) -> str:
    return case.committee_setup.committee.slug


def _requests(things: Things, published_dataset: stories.PublishedDataset) -> None:
    who = {
        "applicant": things.people["applicant"],
        "members": [things.people["named"]],
        "published_dataset": published_dataset,
    }
    cases = {
        "draft": stories.draft(**who), "submitted": stories.submitted(**who),
        "in review": stories.in_review(stories.submitted(_with_document(stories.draft(**who)))),
        "returned": stories.returned(**who), "denied": stories.decided(**who, choice="deny"),
        "appealed": stories.decided(**who, choice="deny"), "pending": stories.in_review(**who),
        "undeclared": stories.submitted(**who, declared=False),
    }  # fmt: skip
    requests.appeal(cases["appealed"].item, text="It fits.", by=things.people["applicant"])
    _undoable(published_dataset.committee_setup.committee, cases["pending"])
    for state, case in cases.items():
        things.kwargs["request", state] = {"pk": case.request.pk}
        slug = case.committee_setup.committee.slug
        things.kwargs["case due", state] = {"pk": case.request.pk, "slug": slug}
        things.kwargs["item", state] = {"pk": case.request.pk, "item": case.item.pk}
        here = {"pk": case.request.pk, "slug": published_dataset.dataset.slug}
        things.kwargs["dataset in", state] = here
        seen = case.round.pk if case.round else NOBODY
        things.data["vote_confirm", state] = {"seen": str(seen)}
        slug = published_dataset.dataset.slug
        things.data["api:appeal_decision", state] = {"dataset": slug, "text": "It fits."}
        things.data["api:withdraw_appeal", state] = {"dataset": slug}
        things.data["request_appeal", state] = {"text": "It fits."}
        things.data["decision_undo", state] = {"why": "A wrong button."}
        things.kwargs["verdict", state] = {"pk": case.request.pk, "slug": slug_of(case), "number": 1}
        things.data["case_verdict", state] = {"says": "met", "reason": "Clear.", "seen": str(seen)}
        things.data["vote", state] = {"choice": "approve", "reason": "Good.", "new_condition": "", "seen": str(seen)}
    here = {"pk": cases["submitted"].request.pk, "number": 1}
    things.kwargs["request round", "submitted"] = here
    things.kwargs["request file", "submitted"] = here | {"kind": "json"}
    things.kwargs["request file", "unknown"] = here | {"number": 9, "kind": "json"}
    question = cases["returned"].question
    assert question is not None
    things.kwargs["question", "returned"] = {"pk": cases["returned"].request.pk, "question": question.pk}
    things.kwargs["verdict", "unknown"] = {"pk": NOBODY, "slug": "no-such-committee", "number": 1}
    things.kwargs["request", "unknown"] = {"pk": NOBODY}
    things.kwargs["case due", "unknown"] = {"pk": NOBODY, "slug": "no-such-committee"}
    things.kwargs["item", "unknown"] = {"pk": cases["in review"].request.pk, "item": NOBODY}
    things.kwargs["question", "unknown"] = {"pk": cases["returned"].request.pk, "question": NOBODY}
    things.data["request_answers", "returned"] = {f"answer_{question.pk.hex}": "All of them."}
    _messages(things, cases["in review"])
    api_things(things, published_dataset.committee_setup, cases["undeclared"])
    add_conditions(things, stories.in_review(**who))
    add_invitations(things, stories.draft(**who))
    add_classes(things, published_dataset)
    typed = {**stories.answers(), "members": "", "revision": ""}
    for name in ("request_edit", "request_submit", "request_autosave"):
        for state in cases:
            things.data[name, state] = {**typed, "datasets": published_dataset.dataset.slug}
    AccessRequest.objects.filter(pk=cases["denied"].request.pk).update(
        research_purpose={"version": 1, "kind": "health"}
    )
    for state in cases:
        things.data["request_reuse_purpose", state] = {"from": str(cases["denied"].request.pk)}
        things.data["request_add", state] = {"dataset": published_dataset.dataset.slug}


def _undoable(committee: Committee, case: stories.Case) -> None:
    """The case is decided, and the decision can still be undone."""
    Committee.objects.filter(pk=committee.pk).update(undo_minutes=60)
    stories.decided(case, choice="deny")
    Committee.objects.filter(pk=committee.pk).update(undo_minutes=0)


def _with_document(case: stories.Case) -> stories.Case:
    stories.document(case.request, by=case.applicant)
    return case


def _messages(things: Things, case: stories.Case) -> None:
    """One message of the applicant, and one that the chair wrote for the committee only."""
    committee, chair = case.committee_setup.committee, things.people["chair"]
    shared = requests.write_message(case.request, text="Who checks exports?", by=things.people["applicant"])
    internal = requests.write_message(case.request, text="A note.", committee=committee, internal=True, by=chair)
    _documents(things, case, internal)
    things.kwargs |= approval_things(case, NOBODY)
    for state, pk in (("shared", shared.pk), ("internal", internal.pk), ("unknown", NOBODY)):
        things.kwargs["message", state] = {"pk": case.request.pk, "message": pk}


def _documents(things: Things, case: stories.Case, internal: Message) -> None:
    """A document of the draft, one that was submitted, and one of an internal message; all checked."""
    draft = AccessRequest.objects.get(pk=things.kwargs["request", "draft"]["pk"])
    of_draft = stories.document(draft, by=things.people["applicant"])
    of_message = stories.document(case.request, message=internal, by=things.people["chair"])
    stories.drain()
    submitted = case.request.attachments.get(message=None)
    for state, one in {"draft": of_draft, "submitted": submitted, "internal": of_message}.items():
        things.kwargs["document", state] = {"pk": one.request_id, "document": one.pk}
    things.kwargs["document", "unknown"] = {"pk": case.request.pk, "document": NOBODY}


def _agreements(things: Things, published_dataset: stories.PublishedDataset) -> None:
    who = {
        "applicant": things.people["applicant"],
        "members": [things.people["named"]],
        "published_dataset": published_dataset,
    }
    agreement_setups = {"offered": stories.offered(**who), "signed": stories.signed(**who)}
    agreement_setups["executed"] = agreement_setup = stories.executed(**who)
    stories.drain()
    access = stories.granted(agreement_setup)
    things.kwargs["grant", "active"] = {"pk": access.grant.pk}
    link, token = downloads.make_link(access.file, by=access.holder)
    things.kwargs["link", "alive"] = {"token": token, "name": access.file.name}
    things.kwargs["own link", "alive"] = {"pk": link.pk}
    for state, one in agreement_setups.items():
        things.kwargs["agreement", state] = {"pk": one.agreement.pk}
        for name in ("agreement_sign", "agreement_countersign"):
            things.data[name, state] = {"seen": one.agreement.sha256, "agree": "on", "typed_name": ""}
    things.kwargs["agreement", "unknown"] = {"pk": NOBODY}
    things.kwargs["grant", "unknown"] = {"pk": NOBODY}
    things.kwargs["link", "unknown"] = {"token": f"k1.{'a' * 43}.{'0' * 32}", "name": "x.csv"}
    things.kwargs["own link", "unknown"] = {"pk": NOBODY}


def _grants(
    things: Things, committee_setup: stories.CommitteeSetup, published_dataset: stories.PublishedDataset
) -> None:
    """The same applicant on two more datasets: one grant revoked, one suspended, each with a link from before."""
    deeds: dict[str, Callable[..., Any]] = {"revoked": grants.revoke, "suspended": grants.suspend}
    for state, deed in deeds.items():
        other = stories.published_dataset(committee_setup=committee_setup, owner=published_dataset.owner)
        _share(things, other)
        access = stories.linked(published_dataset=other, applicant=things.people["applicant"])
        deed(access.grant, reason="Planted.", by=published_dataset.owner)
        things.kwargs["grant", state] = {"pk": access.grant.pk}
        things.kwargs["link", state] = {"token": access.token, "name": access.file.name}
        things.kwargs["file", state] = {"pk": access.file.pk}


def _rest(things: Things, committee_setup: stories.CommitteeSetup) -> None:
    make_token("laptop", scopes=["read"], days=7, by=things.people["applicant"])
    token = PersonalToken.objects.get(person=things.people["applicant"])
    things.kwargs["token", "alive"] = {"pk": token.pk}
    things.kwargs["token", "unknown"] = {"pk": NOBODY}
    _programs(things, things.people["applicant"])
    stories.drain()
    notification = Notification.objects.filter(reader=things.people["applicant"]).first()
    assert notification is not None
    things.kwargs["notification", "waiting"] = {"pk": notification.pk}
    things.kwargs["notification", "unknown"] = {"pk": NOBODY}
    _people_of_institutions(things)
    terms = stories.terms()
    accept_terms(terms, by=things.people["stranger"])  # nobody else has, so registered data are theirs alone
    things.kwargs["terms", "current"] = {"version": terms.version}
    things.kwargs["terms", "unknown"] = {"version": 999_999}
    things.kwargs["guide", "applicants"], things.kwargs["guide", "unknown"] = {"slug": "applicants"}, {"slug": "x"}
    things.kwargs["text", "privacy"] = {"kind": "privacy", "language": "en"}
    things.kwargs["text", "unknown"] = {"kind": "news", "language": "en"}
    things.kwargs["event", "first"] = {"number": newest().earliest("pk").pk}
    things.kwargs["event", "unknown"] = {"number": 10**18}
    things.data["terms", ""] = {"version": terms.version, "accept": "on"}


def _programs(things: Things, owner: Person) -> None:
    """The applicant has a pipeline, and typed the code of a program that waits."""
    account = make_service_account("pipeline", purpose="Runs every night.", days=30, by=owner)
    things.kwargs["service", "alive"] = {"pk": account.pk}
    asked = request_device_code("gatehouse-cli", scopes=["read"], asked_from="", browser="", by=ANONYMOUS)
    found = find_device(asked.user_code, by=owner)
    assert found is not None
    things.kwargs["device", "typed"] = {"pk": found.pk}
    things.data["device", ""] = {"user_code": asked.user_code}
    for kind in ("service", "device"):
        things.kwargs[kind, "unknown"] = {"pk": NOBODY}


def _people_of_institutions(things: Things) -> None:
    """Somebody of the official's institution, the official, somebody of another one, and nobody."""
    home, other = things.people["official"].institution_id, things.people["stranger"].institution_id
    at = {"at home": (home, "applicant"), "official": (home, "official"), "elsewhere": (other, "stranger")}
    for state, (place, who) in at.items():
        things.kwargs["person", state] = {"institution": place, "pk": things.people[who].pk}
    things.kwargs["person", "of another"] = {"institution": home, "pk": things.people["stranger"].pk}
    things.kwargs["person", "unknown"] = {"institution": home, "pk": NOBODY}
    code = things.people["applicant"].code
    things.kwargs["record", "of applicant"] = {"code": code}
    things.kwargs["record", "of stranger"] = {"code": things.people["stranger"].code}
    things.kwargs["record", "unknown"] = {"code": "P-0000-0000"}
    for reach in ("datasets", "institution", "portal"):
        things.kwargs["record", reach] = {"code": code, "reach": reach}


def _who_asks(things: Things) -> None:
    """A browser and a token for each; the scopeless one holds the applicant's token without any scope that fits."""
    every = [scope.value for scope in PersonalToken.Scope]
    for actor, person in things.people.items():
        things.tokens[actor] = stories.token(person, *every)
        if actor == "scopeless":
            PersonalToken.objects.filter(digest=digest(things.tokens[actor])).update(scopes=[])
        things.clients[actor] = stories.client_for(
            None if actor == "scopeless" else person, raise_request_exception=False
        )
    things.clients["anonymous"] = stories.client_for(None, raise_request_exception=False)
    things.tokens["anonymous"] = ""
    deactivate(things.people["deactivated"], by=things.people["operator"])


# What a correct form holds; where it names a person or a text it depends on who asks and about what.
FORMS: dict[str, Kwargs] = {
    "case_request_changes": {"text": "Which variables do you need?"},
    "request_message": {"text": "Who checks exports?"},
    "case_message": {"text": "A note.", "audience": "internal"},
    "api:send_message": {"text": "Who checks exports?"},
    "case_declare": {"answer": "conflict", "reason": "We publish together."},
    "api:send_review_message": {"text": "Who checks exports?"},
    "api:return_review": {"questions": [{"text": "Which variables do you need?"}]},
    "api:cast_vote": {"round": 1, "choice": "approve", "reason": "Good."},
    "api:confirm_vote": {"round": 1},
    "api:recuse": {"reason": "We publish together."},
    "case_recuse": {"reason": "We publish together."},
    "agreement_terminate": {"reason": "A breach."},
    "grant_end_early": {"reason": "I have finished."},
    "grant_revoke": {"reason": "A breach.", "scope": "access"},
    "grant_suspend": {"reason": "A question."},
    "affiliation_confirm": {"reason": "They work in ward four."},
    "affiliation_end": {"reason": "They left last month."},
    "set_time_zone": {"time_zone": "Europe/Copenhagen"},
    "site_text_edit": {"text": "What we store."},
    "person_end_access": {"reason": "They left the project."},
    "person_close": {"reason": "They left the hospital."},
    "dataset_new": {"title": "A new dataset"},
    "version_publish": {"embargo_until": ""},
    "version_withdraw": {"reason": "Consent was withdrawn."},
    "dataset_role_remove": {"reason": "They have left."},
    "dataset_proposal": {"answer": "accept", "reason": ""},
    "dataset_people": {"code": "P-NOPE-NOPE", "role": "steward_dataset"},
    "dataset_owner": {"person": "P-NOPE-NOPE"},
    "account_name": {"name": "Ann Holm"},
    "tokens": {"name": "script", "scopes": ["read"], "days": 30},
    "downloads_stop": {"reason": "An incident."},
    "service_accounts": {"name": "pipeline", "purpose": "Runs every night.", "days": 30},
    "service_account": {"name": "script", "scopes": ["read"], "days": 7},
    "device_answer": {"answer": "approve"},
    "set_language": {"language": "da"},
    "member_remove": {"last_day": "2099-12-31", "reason": "Left the hospital."},
    "mail_choice": {"rhythm": "daily"},
    "calendar_feed": {"act": "make"},
    "member_deputies": {"code": "P-NOPE-NOPE", "first_day": "2099-01-01", "last_day": "2099-02-01"},
    "decide_together": {"act": "vote"},
    "committee_checklist": {"criteria": "The purpose is allowed.", "required": "on"},
    "committee_rules": {"rule": "k_of_n", "votes_needed": "2", "quorum": "2"},
    "saved_views": {"act": "save", "name": "Overdue", "query": "tab=to-vote&due=overdue"},
    "case_outside": {"act": "invite", "code": "P-NOPE-NOPE", "reason": "An expert.", "last_day": "2099-01-01"},
    "case_recommend": {"says": "none", "text": "Unclear."},
    "case_reviewers": {"act": "self", "committee": "no-such-committee"},
    "case_due_date": {"change": "extended", "reason": "The expert is ill."},
    "committee_deadlines": {
        "clock_amount": 20,
        "clock_unit": "working_days",
        "calendar": "DK",
        "closing_days": "2026-12-24",
        "time_zone": "Europe/Copenhagen",
        "extension_amount": 20,
        "fast_amount": 0,
        "fast_extension_amount": 0,
        "answer_amount": 4,
        "answer_unit": "weeks",
        "remind_days": 3,
        "shows_members": "on",
    },
    "committee_manage": {"action": "accepting", "accepting": "yes", "closed_because": ""},
    "api:draft_request": {"title": "A title"},
    "api:change_request": {"title": "A title", "revision": 1},
    "api:answer_question": {"text": "All of them."},
    "api:describe_dataset": {"summary": "In other words."},
    **CONDITION_FORMS,
    **INVITATION_FORMS,
    **CLASS_FORMS,
    **SET_UP_FORMS,
    **FORM_FORMS,
    **APPROVAL_FORMS,
    **API_FORMS,
}
