"""Requests by different people, each at another step of the way."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings

from apps.access_requests import commands as requests
from apps.access_requests import fields
from apps.access_requests.fields import Kind
from apps.access_requests.models import AccessRequest, Round
from apps.access_requests.queries_conflicts import people_to_judge
from apps.access_requests.rules_conflicts import seen_of
from apps.agreements import commands as agreements
from apps.agreements.models import Agreement
from apps.committees.models import CommitteeMember
from apps.core import clock
from apps.core.actors import ANONYMOUS, SYSTEM
from apps.downloads import commands as downloads
from apps.grants import commands as grants
from apps.grants.models import AccessGrant
from apps.people.commands.affiliations import confirm_affiliation, end_affiliation, warn_of_expiring_affiliations
from apps.people.models import Person
from apps.people.sign_in import SignIn
from apps.tokens.commands.devices import answer_device, find_device, redeem_device_code, request_device_code
from apps.tokens.commands.tokens import make_service_account, make_service_token, make_token
from deploy.demo.seed.world import TEXTS, World
from portal import consequences


@dataclass(frozen=True)
class Project:
    """What an applicant writes, field by field, and for how many days."""

    texts: dict[str, Any]
    days: int
    research_purpose: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, said: dict[str, Any]) -> "Project":
        """From the file of texts, which has every text that a request needs and no other."""
        texts = {name: text for name, text in said.items() if name not in ("days", "research_purpose")}
        known = fields.of_kind(Kind.LINE, Kind.TEXT)
        absent = {field.name for field in known if field.required} - set(texts)
        unknown = set(texts) - {field.name for field in known}
        if absent or unknown:
            raise LookupError(f"projects.json lacks {sorted(absent)} and knows {sorted(unknown)} too many")
        return cls(texts, said["days"], said.get("research_purpose", {}))


PROJECTS = {
    key: Project.read(said) for key, said in json.loads((TEXTS / "projects.json").read_text(encoding="utf-8")).items()
}


def play(world: World) -> None:
    """From a first draft to access given back, every step of the way is somewhere."""
    _half_written(world)
    _submitted_request(world)
    _one_vote(world)
    _question_asked(world)
    _withdrawn(world)
    _denied(world)
    _offered(world)
    _waits_for_owner(world)
    _running(world)
    _given_back(world)
    _left(world)
    _scripts(world.people["applicant"])


def _scripts(by: Person) -> None:
    """A token, a pipeline with its own, and a program authorised by its code."""
    make_token("Analysis server", scopes=["read", "download"], days=90, by=by)
    purpose = "Refits the survival model on the analysis server every night."
    account = make_service_account("Survival pipeline", purpose=purpose, days=180, by=by)
    make_service_token(account, name="Nightly job", scopes=["read", "download"], days=90, by=by)
    scopes, program = ["read", "download"], next(iter(settings.SCRIPT_PROGRAMS))
    asked = request_device_code(program, scopes=scopes, asked_from="192.0.2.44", browser="curl, Linux", by=ANONYMOUS)
    found = find_device(asked.user_code, by=by)
    assert found is not None
    answer_device(found, approve=True, by=by)
    redeem_device_code(asked.device_code, client_id=program, by=ANONYMOUS)


def written(
    world: World, who: str, datasets: list[str], project: Project, members: tuple[str, ...] = ()
) -> AccessRequest:
    by = world.people[who]
    request = requests.draft([world.datasets[key] for key in datasets], by=by)
    today = clock.today()
    request = requests.change(
        request,
        by=by,
        **project.texts,
        research_purpose=project.research_purpose,
        starts_on=today,
        ends_on=today + timedelta(days=project.days - 1),  # both days count
    )
    requests.name_members(request, codes=[world.people[key].code for key in members], by=by)
    return request


def submitted(world: World, who: str, datasets: list[str], project: Project, members: tuple[str, ...] = ()) -> Round:
    seen = requests.submit(written(world, who, datasets, project, members), by=world.people[who])
    declare(seen.request)
    return seen


def declare(request: AccessRequest) -> None:
    """The committee members who are no part of the request declare that they have no conflict of interest."""
    people = people_to_judge(request)
    members = CommitteeMember.objects.active().filter(committee__items__request=request).select_related("person")
    for person in {one.person for one in members}.difference(people):
        requests.declare_no_conflict(request, seen=seen_of(people), by=person)


def _half_written(world: World) -> None:
    by = world.people["applicant"]
    request = requests.draft([world.datasets["gbsg2"], world.datasets["lung"]], by=by)
    requests.change(
        request,
        by=by,
        title="Sex and age differences in cancer survival curves",
        purpose="We want to compare how the shape of the survival curve differs",
        research_purpose={"version": 1, "kind": "health", "commercial": False, "sensitive": ["children"]},
    )


def _submitted_request(world: World) -> None:
    """No member has answered yet whether they have a conflict of interest."""
    requests.submit(written(world, "applicant2", ["gbsg2"], PROJECTS["nodes"]), by=world.people["applicant2"])


def _one_vote(world: World) -> None:
    seen = submitted(world, "applicant", ["gbsg2"], PROJECTS["endocrine"], members=("colleague",))
    requests.accept_for_review(seen.request, by=world.people["chair"])
    reason = "The trial was made to answer this kind of question, and no linkage is asked for."
    vote(world, seen, "member1", "approve", reason)


def _question_asked(world: World) -> None:
    seen = submitted(world, "applicant2", ["lung"], PROJECTS["nutrition"])
    requests.request_changes(
        seen.request,
        text="Calories are missing for 47 of the 228 patients. How will you handle this, and do you have an ethics "
        "approval for the feeding study, or only for the analysis?",
        by=world.people["chair2"],
    )


def _withdrawn(world: World) -> None:
    seen = submitted(world, "chair2", ["gbsg2"], PROJECTS["replication"])
    requests.withdraw(seen.request, by=world.people["chair2"])


def _denied(world: World) -> None:
    seen = submitted(world, "member2", ["lung"], PROJECTS["product"])
    requests.accept_for_review(seen.request, by=world.people["member3"])
    reason = "The data may be used for non-commercial research only; an estimate of sales is neither."
    vote(world, seen, "member3", "deny", reason)
    vote(world, seen, "chair2", "deny", reason)
    consequences.drain()


def _offered(world: World) -> None:
    """The agreement waits for the applicant's signature."""
    _approved(world, "member3", ["gbsg2"], PROJECTS["teaching"], committee=("chair", "member2"))


def _waits_for_owner(world: World) -> None:
    """The applicant has signed; the owner has not."""
    agreement = _approved(world, "applicant2", ["gbsg2"], PROJECTS["replication"], committee=("member1", "member2"))
    _sign(world, agreement, "applicant2")
    consequences.drain()


def _running(world: World) -> None:
    """Both have signed, access is active, a link was made and used."""
    terms = "Send us the manuscript two weeks before you hand it in."
    agreement = _approved(
        world, "applicant", ["lung"], PROJECTS["performance"], committee=("chair2", "member3"), terms=terms
    )
    grant = executed(world, agreement, "applicant")
    file = grant.dataset.versions.get().distributions.get()
    _link, token = downloads.make_link(file, by=world.people["applicant"])
    downloads.open_link(token, by=world.people["applicant"])
    downloads.make_link(file, by=world.people["applicant"])


def _given_back(world: World) -> None:
    agreement = _approved(world, "member1", ["lung"], PROJECTS["teaching"], committee=("member3", "chair2"))
    grant = executed(world, agreement, "member1")
    reason = "The course was moved to next year; we will ask again then."
    grants.revoke(grant, reason=reason, by=world.people["member1"])
    consequences.drain()


def _left(world: World) -> None:
    """The institution has ended the affiliation under which the applicant signed: the grant exists and gives no
    access.
    """
    agreement = _approved(world, "leaver", ["lung"], PROJECTS["nutrition"], committee=("chair2", "member3"))
    executed(world, agreement, "leaver")
    home, official = world.institutions["nordvik"], world.people["official"]
    reason = "He works with a company now, and the study goes on without him."
    end_affiliation(world.people["leaver"], institution=home, reason=reason, by=official)
    reason = "Works in the department of oncology, by the staff list of this month."
    confirm_affiliation(world.people["member3"], institution=home, reason=reason, by=official)
    warn_of_expiring_affiliations(by=SYSTEM)


def _approved(
    world: World, who: str, datasets: list[str], project: Project, *, committee: tuple[str, str], terms: str = ""
) -> Agreement:
    """Screened and voted for by two of the committee; the agreement is offered."""
    seen = submitted(world, who, datasets, project)
    first, second = committee
    requests.accept_for_review(seen.request, by=world.people[first])
    choice = "conditional" if terms else "approve"
    vote(world, seen, first, choice, "The question is clear and the data can answer it.", terms)
    vote(world, seen, second, choice, "Sound methods; the people described are well protected.", terms)
    consequences.drain()
    return Agreement.objects.get(item__request=seen.request)


def vote(world: World, seen: Round, who: str, choice: str, reason: str, terms: str = "") -> None:
    item = seen.request.items.get()
    codes = ["purpose"] if choice == "deny" else []
    said: dict[str, Any] = {"choice": choice, "reason": reason, "new_condition": terms, "denial_codes": codes}
    requests.vote(item, seen=seen, signed_in=signed_in(), by=world.people[who], **said)


def executed(world: World, agreement: Agreement, who: str) -> AccessGrant:
    _sign(world, agreement, who)
    owner = world.people["owner"]
    agreements.countersign(
        agreement, typed_name=owner.name, seen_sha256=agreement.sha256, signed_in=signed_in(), by=owner
    )
    consequences.drain()
    return AccessGrant.objects.get(agreement=agreement, holder=world.people[who])


def _sign(world: World, agreement: Agreement, who: str) -> None:
    by = world.people[who]
    agreements.sign(agreement, typed_name=by.name, seen_sha256=agreement.sha256, signed_in=signed_in(), by=by)


def signed_in() -> SignIn:
    return SignIn(issuer=settings.OIDC_ISSUER, acr="", auth_time=clock.now())
