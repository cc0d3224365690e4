"""Rows made directly, at any moment of time: for tests that need worlds the commands would never make.

The commands are the truth about how a world comes to be (tests/stories.py). These rows are the truth about nothing;
they let the access rule be asked about thousands of worlds, also impossible ones.
"""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from apps.access_requests.models import AccessRequest, Item, Round
from apps.agreements.models import Agreement, Signature, Template
from apps.committees.models import Committee
from apps.datasets.models import Dataset, Distribution, Version
from apps.grants.models import AccessGrant, DownloadStop, Suspension
from apps.people.models import (
    ActorSnapshot,
    Affiliation,
    Identity,
    Institution,
    Person,
    Terms,
    TermsAcceptance,
    Visa,
    VisaIssuer,
)

_numbers = count(1)


def person(*, active: bool = True, is_break_glass: bool = False) -> Person:
    """Somebody, without an identity to sign in with."""
    return Person.objects.create_person(name="Row Person", is_active=active, is_break_glass=is_break_glass)


def visa(
    of: Person, *, starts_at: datetime, expires_at: datetime, gone_at: datetime | None, untrusted_at: datetime | None,
    accepted: bool, terms: Terms | None,
) -> Visa:  # fmt: skip
    """A visa of somebody's, by an issuer believed until then: of a researcher's status, or of accepted terms."""
    number = next(_numbers)
    issuer = VisaIssuer.objects.create(
        slug=f"rows-{number}", title="Rows", issuer=f"https://rows-{number}.example", jku="https://rows.example/jwk",
        sources=["https://rows.example"], ended_at=untrusted_at,
    )  # fmt: skip
    identity = Identity.objects.create(issuer="https://rows.example", subject=f"rows-{number}", person=of)
    return Visa.objects.create(
        identity=identity, trusted=issuer, type="AcceptedTermsAndPolicies" if terms else "ResearcherStatus",
        terms=terms, accepted=accepted, why="" if accepted else "source", starts_at=starts_at, expires_at=expires_at,
        gone_at=gone_at,
    )  # fmt: skip


def institution() -> Institution:
    return Institution.objects.create(name=f"Rows {next(_numbers)}", country="NO")


def affiliation(of: Person, *, starts_at: datetime, ended_at: datetime | None, at: Institution) -> Affiliation:
    """Somebody is affiliated with an institution from then on; until then if said, else for as long as tests look."""
    valid_until = ended_at or starts_at + timedelta(days=36_500)
    return Affiliation.objects.create(
        person=of, institution=at, starts_at=starts_at, confirmed_at=starts_at, valid_until=valid_until
    )


def committee() -> Committee:
    return Committee.objects.create(name="Rows", slug=f"rows-{next(_numbers)}")


def dataset(access: str, grants_of: Committee, *, listed_from: datetime | None = None) -> Dataset:
    return Dataset.objects.create(
        slug=f"rows-{next(_numbers)}", title="Rows", access=access, committee=grants_of, listed_from=listed_from
    )


def version(of: Dataset, by: Person, **facts: Any) -> Version:
    """A version with one file; `published_at`, `withdrawn_at` and `embargo_until` as given, the state to match."""
    made = Version.objects.create(dataset=of, number=next(_numbers), notes="")
    Distribution.objects.create(version=made, name="rows.csv", size=1, uploaded_by=by)
    state = "withdrawn" if facts.get("withdrawn_at") else "superseded" if facts.get("published_at") else "draft"
    because = "Planted." if facts.get("withdrawn_at") else ""
    Version.objects.filter(pk=made.pk).update(state=state, withdrawn_because=because, **facts)
    made.refresh_from_db()
    return made


def template() -> Template:
    return Template.objects.create(version=next(_numbers), title="Rows", clauses=[], sha256="0" * 64)


def agreement(
    of: Dataset, grants_of: Committee, applicant: Person, wording: Template, *,
    executed_at: datetime | None, ended_at: datetime | None, decided_at: datetime,
) -> Agreement:  # fmt: skip
    """An agreement on an approved item, executed and ended when said."""
    request = AccessRequest.objects.create(
        applicant=applicant, state="decided", submitted_at=decided_at, decided_at=decided_at
    )
    opened = Round.objects.create(request=request, number=1, snapshot={"members": []}, sha256="", closed_at=decided_at)
    item = Item.objects.create(
        request=request, dataset=of, committee=grants_of, state="approved", reason="Rows.", decided_at=decided_at,
        decided_in=opened,
    )  # fmt: skip
    state = "terminated" if ended_at else "executed" if executed_at else "signed"
    return Agreement.objects.create(
        item=item, template=wording, state=state, text="Rows.", sha256="0" * 64, starts_on=date(2020, 1, 1),
        ends_on=date(2030, 1, 1), executed_at=executed_at, ended_at=ended_at,
        ended_because="Planted." if ended_at else "",
    )  # fmt: skip


def signature(on: Agreement, by: Person, at: datetime) -> Signature:
    actor_snapshot = ActorSnapshot.objects.create(person=by, name="Rows", issuer="rows", auth_time=at, taken_at=at)
    return Signature.objects.create(
        agreement=on, signer=by, capacity="applicant", typed_name="Rows", text_sha256=on.sha256, signed_at=at,
        issuer="rows", auth_time=at, actor_snapshot=actor_snapshot,
    )  # fmt: skip


def grant(
    on: Agreement, holder: Person, *, starts_at: datetime, ends_at: datetime, revoked_at: datetime | None, by: Person,
    through: Institution | None,
) -> AccessGrant:  # fmt: skip
    revoked = {"revoked_at": revoked_at, "revoked_by": by, "revoked_because": "Planted."} if revoked_at else {}
    return AccessGrant.objects.create(
        agreement=on, holder=holder, dataset=on.item.dataset, institution=through, starts_at=starts_at,
        ends_at=ends_at, **revoked,
    )  # fmt: skip


def suspension(of: AccessGrant, by: Person, *, starts_at: datetime, ends_at: datetime | None) -> Suspension:
    return Suspension.objects.create(grant=of, by=by, reason="Planted.", starts_at=starts_at, ends_at=ends_at)


def freeze(by: Person, second: Person, *, starts_at: datetime, ends_at: datetime | None) -> DownloadStop:
    ended = {"ends_at": ends_at, "ended_by": by, "resume_proposed_by": second} if ends_at else {}
    return DownloadStop.objects.create(started_by=by, reason="Planted.", starts_at=starts_at, **ended)


def terms(published_at: datetime) -> Terms:
    return Terms.objects.create(version=next(_numbers), text="Rows.", sha256="0" * 64, published_at=published_at)


def acceptance(of: Terms, by: Person, at: datetime) -> TermsAcceptance:
    return TermsAcceptance.objects.create(person=by, terms=of, accepted_at=at)
