"""Worlds for tests, told through the portal's own commands: who is there, and how far the main job has come.

Each step starts where the one before it ends, and brings about whatever it was not given:

    committee -> dataset -> draft -> submitted -> in_review -> returned | decided -> offered -> signed -> executed
          -> granted -> linked

    access = stories.granted()                       # everything up to an active grant
    access.case.applicant, access.shelf.file         # everything it is made of
    case = stories.submitted(shelf=stories.shelf())  # or step by step, sharing a world
    stories.client_for(case.committee_setup.chair).get("/review/")

A call without arguments (and some others, tests/seed_worlds.py lists them) costs about ten statements: its world was
built once a run by these same functions and is fetched from the template database (tests/seeded_worlds.py). What a
test gives (`shelf=`, `applicant=`) is built on by commands.

Consequences are carried with `drain()`, as a worker would. Time is the database's; to look at another moment, freeze
the clock (fixture `frozen`) after the world is there: rows made by the database carry its real time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import BytesIO
from itertools import count
from typing import Any

from django.conf import settings
from django.test import Client

from apps.access_requests import commands as requests
from apps.access_requests.models import AccessRequest, Attachment, Item, NoConflictDeclaration, Question, Round, Vote
from apps.access_requests.queries_conflicts import valid_declarations
from apps.agreements import commands as agreements
from apps.agreements import queries as agreement_queries
from apps.agreements.models import Agreement, Signature
from apps.committees import commands as committees
from apps.committees.models import Committee, CommitteeMember
from apps.core import clock
from apps.core.actors import CONSOLE, SYSTEM
from apps.datasets import commands as datasets
from apps.datasets.conditions import Use
from apps.datasets.models import Dataset, Distribution, Version
from apps.datasets.queries import open_proposal
from apps.downloads import commands as downloads
from apps.downloads.models import DownloadLink
from apps.grants.models import AccessGrant
from apps.identity.commands.identities import deactivate
from apps.identity.commands.sessions import begin_session
from apps.identity.oidc.authorize import SESSION
from apps.identity.oidc.views import sign_in_of
from apps.people.commands.affiliations import extend_affiliation
from apps.people.commands.people import (
    appoint_signing_official,
    get_or_create_person,
    give_platform_role,
    publish_terms,
)
from apps.people.models import Institution, Person, Terms
from apps.people.sign_in import SignIn
from apps.tokens.commands.tokens import make_token
from portal import consequences
from tests.seeded_worlds import fetched

NAMES = (
    "Ingrid Holm", "Mateusz Zielinski", "Astrid Bergström", "Jonas Kjær", "Leila Haddad", "Søren Dahl",
    "Elisabeth Moe", "Pekka Virtanen", "Tove Lund", "Hanna Nieminen", "Olav Strand", "Freja Winther",
)  # fmt: skip
TITLES = ("Breast cancer recurrence", "Lung cancer survival", "Chest imaging", "Maternal health cohort")
CSV = b"age,time,status\n70,1814,1\n56,2018,1\n58,712,1\n"
PURPOSE = "We compare the time to recurrence between hormone therapies in women after surgery."
SUMMARY = "We study which treatment keeps breast cancer away for longest."
CLAUSES = [
    {
        "heading": "What this is about",
        "text": "$applicant of $institution, with $members, may use $dataset of $dataset_owner from $starts_on to "
        "$ends_on for: $purpose. Reference $reference, decided by $committee. Conditions: $conditions. "
        "Use conditions: $use_conditions.",
        "plain": "You may use this data for what you asked, and for nothing else.",
        "plain_da": "Du må bruge data til det, du har søgt om, og ikke til andet.",
    },
    {
        "heading": "No attempt to know a person again",
        "text": "The data shall not be linked with anything that could make a person known.",
        "plain": "Do not try to find out who somebody is.",
        "plain_da": "Prøv ikke at finde ud af, hvem nogen er.",
    },
]
_numbers = count(1)


def number_from(first: int) -> None:
    """People and things are numbered from here on; the kept worlds have numbers that no test reaches."""
    global _numbers
    _numbers = count(first)


# --------------------------------------------------------------------------------------------------------- people
def institution(name: str = "Nordvik University Hospital", *, country: str = "NO") -> Institution:
    """A place where people work."""
    return Institution.objects.create(name=f"{name} {next(_numbers)}", country=country)


@fetched
def person(name: str = "", *, at: Institution | None = None, email: str = "") -> Person:
    """Somebody who has signed in once; `at` is their institution."""
    number = next(_numbers)
    name = name or f"{NAMES[number % len(NAMES)]} {number}"
    someone = get_or_create_person(
        settings.OIDC_ISSUER,
        subject=f"subject-{number}",
        name=name,
        email=email or f"person-{number}@nordvik.example",
        email_verified=True,
        by=SYSTEM,
    )
    home = at or institution()
    Person.objects.filter(pk=someone.pk).update(institution=home)
    extend_affiliation(someone, institution=home, by=SYSTEM)
    someone.refresh_from_db()
    return someone


def people(how_many: int) -> list[Person]:
    return [person() for _ in range(how_many)]


@fetched
def operator() -> Person:
    someone = person()
    give_platform_role(someone, kind="operator", days=30, by=CONSOLE)
    return someone


@fetched
def auditor() -> Person:
    someone = person()
    give_platform_role(someone, kind="auditor", days=30, by=CONSOLE)
    return someone


def signing_official(of: Institution) -> Person:
    """Somebody who answers for the institution."""
    someone = person(at=of)
    appoint_signing_official(someone, institution=of, by=CONSOLE)
    return someone


@fetched
def deactivated() -> Person:
    """Somebody whose account an operator has closed."""
    someone = person()
    deactivate(someone, by=operator())
    someone.refresh_from_db()
    return someone


def terms(text: str = "Use the data with care, and only for research.") -> Terms:
    """A new version of the terms for registered data."""
    return publish_terms(text, text_da="Brug data med omtanke, og kun til forskning.", by=CONSOLE)


def token(someone: Person, *scopes: str) -> str:
    """The secret of a personal token with these scopes."""
    chosen, days = list(scopes or ["read"]), 1 if "vote" in scopes else 7
    _row, secret = make_token("my script", scopes=chosen, days=days, signed_in=fresh_sign_in(), by=someone)
    return secret


def fresh_sign_in() -> SignIn:
    """The facts of a sign-in a moment ago."""
    return SignIn(issuer=settings.OIDC_ISSUER, acr="urn:example:mfa", auth_time=clock.now())


def client_for(someone: Person | None, *, fresh: bool = True, second_factor: bool = False, **options: Any) -> Client:
    """A browser in which this person is signed in (nobody, if None); `fresh` is what signing an agreement asks for."""
    client = Client(**options)
    if someone is None:
        return client
    client.force_login(someone, backend="apps.identity.oidc.backend.InstitutionalSignIn")
    session = client.session
    moment = clock.now() - (timedelta() if fresh else timedelta(hours=1))
    session[SESSION] = {
        "issuer": settings.OIDC_ISSUER,
        "acr": "urn:example:mfa",
        "auth_time": int(moment.timestamp()),
        "second_factor": second_factor,
    }
    session.save()
    begin_session(someone, key=str(session.session_key), sign_in=sign_in_of(session[SESSION]), by=someone)
    return client


def drain() -> int:
    """Run every pending consequence, as a worker would."""
    return consequences.drain()


# ------------------------------------------------------------------------------------------------- the memberships
@dataclass
class CommitteeSetup:
    """A committee and who sits in it."""

    committee: Committee
    chair: Person
    members: list[Person]

    @property
    def everyone(self) -> list[Person]:
        return [self.chair, *self.members]

    def lose_chair(self) -> None:
        """The chair's membership ends, as when an institution no longer confirms it."""
        CommitteeMember.objects.filter(committee=self.committee, is_chair=True).update(ends_at=clock.now())

    def membership_of(self, someone: Person) -> CommitteeMember:
        return CommitteeMember.objects.get(committee=self.committee, person=someone, ends_at__isnull=True)


@fetched
def committee_setup(
    *, members: int = 2, quorum: int = 2, name: str = "Cancer data committee", undo_minutes: int = 0
) -> CommitteeSetup:
    """A committee with a chair and so many further members; its decisions take effect at once."""
    number = next(_numbers)
    committee = committees.create_committee(
        name, slug=f"committee-{number}", institution=institution(), about="Decides on cancer data.",
        quorum=quorum, undo_minutes=undo_minutes, by=CONSOLE,
    )  # fmt: skip
    chair, *others = people(members + 1)
    committees.add_member(committee, person=chair, is_chair=True, by=CONSOLE)
    for member in others:
        committees.add_member(committee, person=member, by=CONSOLE)
    return CommitteeSetup(committee, chair, others)


# ------------------------------------------------------------------------------------------------------- the shelf
@dataclass
class PublishedDataset:
    """A dataset, its owner, its newest version and the bytes of its files."""

    dataset: Dataset
    version: Version
    owner: Person
    committee_setup: CommitteeSetup
    contents: dict[str, bytes]

    @property
    def file(self) -> Distribution:
        return self.version.distributions.order_by("name")[0]

    @property
    def files(self) -> list[Distribution]:
        return list(self.version.distributions.order_by("name"))


@fetched
def drafted_dataset(
    *,
    access: str = "controlled",
    owner: Person | None = None,
    committee_setup: CommitteeSetup | None = None,
    files: Mapping[str, bytes] | None = None,
    title: str = "",
    second_factor: bool = False,
) -> PublishedDataset:
    """A described dataset with checked files, not yet published."""
    number = next(_numbers)
    owner = owner or person()
    grants_of = committee_setup or _new_committee_setup()
    dataset = datasets.draft(title or f"{TITLES[number % len(TITLES)]} {number}", by=owner)
    dataset = datasets.describe(
        dataset, by=owner, summary="Follow-up of patients after treatment.", description="One row a patient.",
        access=access, committee=grants_of.committee, keywords="cancer, survival", conditions=[Use("DUO:0000042")],
        requires_second_factor=second_factor,
    )  # fmt: skip
    dataset = accepted(dataset)
    contents = dict(files or {f"table-{number}.csv": CSV})
    version = dataset.versions.get()
    add_files(version, contents, by=owner)
    return PublishedDataset(dataset, version, owner, grants_of, contents)


def accepted(dataset: Dataset) -> Dataset:
    """The committee that the dataset is proposed to accepts it: by its chair, or an operator if there is none."""
    proposal = open_proposal(dataset)
    if proposal is None:
        return dataset
    chair = CommitteeMember.objects.active().filter(committee=proposal.committee, is_chair=True).first()
    return datasets.accept_dataset(proposal, by=chair.person if chair is not None else operator())


def _new_committee_setup() -> CommitteeSetup:
    return committee_setup()


def add_files(version: Version, contents: Mapping[str, bytes], *, by: Person) -> None:
    """Upload the files into a draft, and let them be checked."""
    for name, content in contents.items():
        datasets.add_file(version, name=name, content=BytesIO(content), size=len(content), by=by)
    drain()


@fetched
def published_dataset(**how: Any) -> PublishedDataset:
    """A published dataset with one file; `how` is as for `drafted_dataset`."""
    return published(drafted_dataset(**how))


def published(world: PublishedDataset) -> PublishedDataset:
    """The draft of the shelf is published."""
    world.version = datasets.publish(world.version, by=world.owner)
    world.dataset.refresh_from_db()
    drain()
    return world


def _new_published_dataset() -> PublishedDataset:
    return published_dataset()


# -------------------------------------------------------------------------------------------------------- the case
@dataclass
class Case:
    """A request, who asks, and what for; `published_dataset`, `item` and `committee_setup` are of the first dataset."""

    request: AccessRequest
    applicant: Person
    shelves: list[PublishedDataset]
    members: list[Person] = field(default_factory=list)
    round: Round | None = None
    question: Question | None = None

    @property
    def published_dataset(self) -> PublishedDataset:
        return self.shelves[0]

    @property
    def committee_setup(self) -> CommitteeSetup:
        return self.published_dataset.committee_setup

    @property
    def item(self) -> Item:
        return self.item_of(self.published_dataset)

    def item_of(self, published_dataset: PublishedDataset) -> Item:
        return Item.objects.select_related("request", "committee", "dataset").get(
            request=self.request, dataset=published_dataset.dataset
        )

    def reload(self) -> "Case":
        self.request.refresh_from_db()
        return self


@fetched
def draft(
    *, published_dataset: PublishedDataset | None = None, shelves: Iterable[PublishedDataset] = (),
    applicant: Person | None = None, members: Iterable[Person] = (), complete: bool = True, days: int = 180,
) -> Case:  # fmt: skip
    """A draft; `complete` ones may be submitted as they are."""
    chosen = list(shelves) or [published_dataset or _new_published_dataset()]
    applicant = applicant or person()
    request = requests.draft([one.dataset for one in chosen], by=applicant)
    members = list(members)
    if members:
        requests.name_members(request, codes=[one.code for one in members], by=applicant)
    if complete:
        request = requests.change(request, by=applicant, **answers(days=days))
    request.refresh_from_db()
    return Case(request, applicant, chosen, members)


def answers(*, days: int = 180) -> dict[str, Any]:
    """What a complete request says."""
    today: date = clock.today()
    return {
        "title": "Recurrence after hormone therapy",
        "purpose": PURPOSE,
        "public_summary": SUMMARY,
        "starts_on": today,
        "ends_on": today + timedelta(days=days),
    }


def document(request: AccessRequest, *, content: bytes = b"%PDF-1.7\nEthics", by: Person, **how: Any) -> Attachment:
    """A PDF that is attached to the request; `how` is as for `attach`. A worker checks it (`drain`)."""
    name = how.pop("name", "ethics.pdf")
    return requests.attach(request, name=name, content=BytesIO(content), size=len(content), by=by, **how)


def declare(request: AccessRequest, *people: Person) -> None:
    """These people (none: all committee members of its datasets) declared that they have no conflict of interest; not
    again who did before.
    """
    named = sorted([request.applicant_id, *request.memberships.values_list("person_id", flat=True)])
    members = CommitteeMember.objects.filter(committee__items__request=request).values_list("person_id", flat=True)
    before = valid_declarations().filter(request=request).values_list("person_id", flat=True)
    who = ({one.pk for one in people} or set(members)) - set(before)
    NoConflictDeclaration.objects.bulk_create(
        NoConflictDeclaration(request=request, person_id=pk, people=named) for pk in sorted(who)
    )


@fetched
def submitted(case: Case | None = None, *, declared: bool = True, **how: Any) -> Case:
    """Handed to the committee, whose members declared that they have no conflict of interest."""
    case = case or draft(**how)
    case.round = requests.submit(case.request, by=case.applicant)
    if declared:
        declare(case.request)
    drain()
    return case.reload()


@fetched
def in_review(case: Case | None = None, **how: Any) -> Case:
    """Found complete by the chair: votes may be cast."""
    case = case or submitted(**how)
    requests.accept_for_review(case.request, by=case.committee_setup.chair)
    drain()
    return case.reload()


@fetched
def returned(case: Case | None = None, *, question: str = "Which variables do you need?", **how: Any) -> Case:
    """Back with the applicant, with a question."""
    case = case or in_review(**how)
    case.question = requests.request_changes(case.request, text=question, by=case.committee_setup.chair)
    drain()
    return case.reload()


def vote(case: Case, by: Person, choice: str = "approve", *, published_dataset: PublishedDataset | None = None) -> Vote:
    """One vote on the open round, by somebody who declares first that they have no conflict of interest."""
    declare(case.request, by)
    seen = Round.objects.get(request=case.request, closed_at__isnull=True)
    named = "Report once a year." if choice == "conditional" else ""
    item = case.item_of(published_dataset or case.published_dataset)
    said: dict[str, Any] = {"choice": choice, "reason": f"My reason to {choice}.", "new_condition": named}
    said["denial_codes"] = ["purpose"] if choice == "deny" else []
    return requests.vote(item, seen=seen, signed_in=fresh_sign_in(), by=by, **said)


@fetched
def decided(case: Case | None = None, *, choice: str = "approve", **how: Any) -> Case:
    """Decided by the votes of the chair and the first member of each committee; consequences not yet carried."""
    case = case or in_review(**how)
    for one in case.shelves:
        for voter in one.committee_setup.everyone[:2]:
            vote(case, voter, choice, published_dataset=one)
    return case.reload()


# -------------------------------------------------------------------------------------- the agreement and the access
@dataclass
class AgreementSetup:
    """An agreement and the case it came from."""

    case: Case
    agreement: Agreement

    @property
    def published_dataset(self) -> PublishedDataset:
        return self.case.published_dataset

    @property
    def applicant(self) -> Person:
        return self.case.applicant

    @property
    def owner(self) -> Person:
        return self.case.published_dataset.owner

    def reload(self) -> "AgreementSetup":
        self.agreement.refresh_from_db()
        return self


@fetched
def template() -> None:
    """The general agreement template, unless there is one."""
    if not agreement_queries.Template.objects.filter(committee__isnull=True).exists():
        agreements.publish_template("Data use agreement", clauses=CLAUSES, committee=None, by=CONSOLE)


@fetched
def offered(case: Case | None = None, **how: Any) -> AgreementSetup:
    """Approved, and the agreement lies ready to be signed."""
    template()
    case = case or decided(**how)
    drain()
    return AgreementSetup(case.reload(), Agreement.objects.get(item=case.item))


def sign(agreement: Agreement, by: Person) -> Signature:
    return agreements.sign(
        agreement, typed_name=by.name, seen_sha256=agreement.sha256, signed_in=fresh_sign_in(), by=by
    )


def countersign(agreement: Agreement, by: Person) -> Signature:
    return agreements.countersign(
        agreement, typed_name=by.name, seen_sha256=agreement.sha256, signed_in=fresh_sign_in(), by=by
    )


@fetched
def signed(agreement_setup: AgreementSetup | None = None, **how: Any) -> AgreementSetup:
    """Signed by the members first, then by the applicant."""
    agreement_setup = agreement_setup or offered(**how)
    for someone in [*agreement_setup.case.members, agreement_setup.applicant]:
        sign(agreement_setup.agreement, someone)
    drain()
    return agreement_setup.reload()


@fetched
def executed(agreement_setup: AgreementSetup | None = None, **how: Any) -> AgreementSetup:
    """Countersigned by the owner; consequences not yet carried."""
    agreement_setup = agreement_setup or signed(**how)
    countersign(agreement_setup.agreement, agreement_setup.owner)
    return agreement_setup.reload()


@dataclass
class Access:
    """An active grant, and everything it depends on."""

    agreement_setup: AgreementSetup
    grant: AccessGrant
    link: DownloadLink | None = None
    token: str = ""

    @property
    def case(self) -> Case:
        return self.agreement_setup.case

    @property
    def published_dataset(self) -> PublishedDataset:
        return self.agreement_setup.published_dataset

    @property
    def file(self) -> Distribution:
        return self.agreement_setup.published_dataset.file

    @property
    def holder(self) -> Person:
        return self.agreement_setup.applicant

    @property
    def owner(self) -> Person:
        return self.agreement_setup.owner


@fetched
def granted(agreement_setup: AgreementSetup | None = None, **how: Any) -> Access:
    """The applicant has an active grant."""
    agreement_setup = agreement_setup or executed(**how)
    drain()
    agreement_setup.case.reload()
    return Access(
        agreement_setup.reload(),
        AccessGrant.objects.get(agreement=agreement_setup.agreement, holder=agreement_setup.applicant),
    )


def linked(access: Access | None = None, **how: Any) -> Access:
    """The holder has a download link; `token` is its secret part."""
    access = access or granted(**how)
    access.link, access.token = downloads.make_link(access.file, by=access.holder)
    return access
