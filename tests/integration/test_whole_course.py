"""The main job, from first draft to the refused link, through commands and the flow alone."""

import hashlib
from datetime import timedelta
from io import BytesIO

import pytest

from apps.access_requests import commands as requests
from apps.access_requests.models import Item
from apps.access_requests.queries_conflicts import people_to_judge
from apps.access_requests.rules_conflicts import seen_of
from apps.agreements import commands as agreements
from apps.agreements.models import Agreement
from apps.audit.models import Outbox
from apps.committees import commands as committees
from apps.core import clock
from apps.core.actors import ANONYMOUS, CONSOLE, SYSTEM
from apps.core.errors import Denied, Gone
from apps.datasets import commands as datasets
from apps.downloads import commands as downloads
from apps.grants import commands as grants
from apps.grants.models import AccessGrant
from apps.grants.queries import FOLLOWS, downloadable_by, why
from apps.people.commands.affiliations import extend_affiliation
from apps.people.commands.people import get_or_create_person
from apps.people.models import Institution, Person
from apps.people.sign_in import SignIn
from portal import consequences

pytestmark = pytest.mark.django_db
CONTENT = b"id,age,event\n1,54,0\n2,61,1\n"
CLAUSE = {
    "heading": "Purpose",
    "text": "$applicant of $institution uses $dataset for: $purpose. From $starts_on to $ends_on.",
    "plain": "Only for what you asked for.",
    "plain_da": "Kun til det, du bad om.",
}


def person(name: str, institution: Institution | None = None) -> Person:
    made = get_or_create_person(
        "https://idp.test", subject=name, name=name, email=f"{name.lower()}@x.example", email_verified=True, by=SYSTEM
    )
    Person.objects.filter(pk=made.pk).update(institution=institution)
    extend_affiliation(made, institution=institution, by=SYSTEM)
    made.refresh_from_db()
    return made


def test_from_first_draft_to_the_refused_link() -> None:
    """An owner publishes, an applicant asks, two members approve, both sides sign, the link opens, and is refused
    from the moment the owner revokes."""
    hospital = Institution.objects.create(name="Hospital", country="DK")
    owner, chair, member, applicant = (person(name, hospital) for name in ("Olga", "Carl", "Mette", "Anna"))
    dac = committees.create_committee(
        "DAC", slug="dac", institution=hospital, about="", quorum=2, undo_minutes=0, by=CONSOLE
    )
    committees.add_member(dac, person=chair, is_chair=True, by=CONSOLE)
    committees.add_member(dac, person=member, by=CONSOLE)
    agreements.publish_template("Data use agreement", clauses=[CLAUSE], committee=None, by=CONSOLE)

    dataset = datasets.draft("Breast cancer", by=owner)
    dataset = datasets.describe(dataset, by=owner, summary="s", description="d", committee=dac)
    version = dataset.versions.get()
    file = datasets.add_file(version, name="a.csv", content=BytesIO(CONTENT), size=len(CONTENT), by=owner)
    consequences.drain()
    file.refresh_from_db()
    assert file.sha256 == hashlib.sha256(CONTENT).hexdigest()
    datasets.publish(version, by=owner)

    with pytest.raises(Denied):
        downloads.make_link(file, by=applicant)
    asked = requests.draft([dataset], by=applicant)
    today = clock.today()
    requests.change(
        asked, by=applicant, title="Survival", purpose="To compare survival after hormone therapy in two groups.",
        public_summary="We compare survival.", starts_on=today, ends_on=today + timedelta(days=100),
    )  # fmt: skip
    seen = requests.submit(asked, by=applicant)
    with pytest.raises(Denied):
        requests.accept_for_review(asked, by=chair)
    for one in (chair, member):
        requests.declare_no_conflict(asked, seen=seen_of(people_to_judge(asked)), by=one)
    requests.accept_for_review(asked, by=chair)
    item = Item.objects.get(request=asked)
    fresh = SignIn(issuer="https://idp.test", acr="", auth_time=clock.now())
    said = {"choice": "conditional", "reason": "Fine.", "new_condition": "Report yearly."}
    requests.vote(item, seen=seen, signed_in=fresh, by=member, **said)
    item.refresh_from_db()
    assert item.state == "open"
    requests.vote(item, seen=seen, signed_in=fresh, by=chair, **said)
    item.refresh_from_db()
    assert item.state == "conditional"

    consequences.drain()
    agreement = Agreement.objects.get(item=item)
    for verb, who in ((agreements.sign, applicant), (agreements.countersign, owner)):
        verb(agreement, typed_name=who.name, seen_sha256=agreement.sha256, signed_in=fresh, by=who)
    consequences.drain()
    agreement.refresh_from_db()
    assert agreement.pdfs.get().sha256
    grant = AccessGrant.objects.get(holder=applicant)
    asked.refresh_from_db()
    assert asked.state == "active"

    _link, token = downloads.make_link(file, by=applicant)
    assert downloads.open_link(token, by=ANONYMOUS).sha256 == file.sha256
    assert applicant.has_perm("datasets.download_dataset", dataset)
    assert why(applicant, version).allowed
    with pytest.raises(Denied):
        downloads.open_link(token, by=chair)
    assert not downloadable_by(chair).exists()
    grants.revoke(grant, reason="The project ended.", by=owner)
    with pytest.raises(Gone):
        downloads.open_link(token, by=ANONYMOUS)
    verdict = why(applicant, version)
    assert not verdict.allowed
    missing = {fact.part: fact.cause for fact in verdict.grant_facts if not fact.holds}
    assert missing == {"not_revoked": "", "not_ended": FOLLOWS}
    consequences.drain()
    assert not Outbox.objects.exclude(last_error="").exists()
