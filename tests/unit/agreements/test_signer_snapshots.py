"""Who somebody was when they signed or voted is stored as it was; access depends on the institution of that moment."""

import hashlib
import re
from datetime import timedelta

import pytest

from apps.agreements import commands
from apps.agreements.models import Signature
from apps.agreements.wording import pdf, snapshot_line
from apps.core import clock
from apps.core.actors import SYSTEM
from apps.core.errors import WrongState
from apps.grants import queries
from apps.grants.models import AccessGrant
from apps.grants.queries import downloadable_by
from apps.people.commands.affiliations import confirm_affiliation, extend_affiliation
from apps.people.models import Person
from apps.people.sign_in import SignIn
from tests import stories
from tests.unit.people.test_affiliations import WHY, end, home_of

pytestmark = pytest.mark.django_db
STRONG = {"acr": "https://refeds.org/profile/mfa", "amr": ("pwd", "otp"), "assurance": ("IAP/high",)}


def sign(agreement_setup: stories.AgreementSetup, by: Person) -> Signature:
    facts = SignIn(issuer="https://idp.nordvik.example", auth_time=clock.now(), **STRONG)
    return commands.sign(
        agreement_setup.agreement,
        typed_name=by.name,
        seen_sha256=agreement_setup.agreement.sha256,
        signed_in=facts,
        by=by,
    )


def test_a_signature_keeps_who_the_signer_was_and_nothing_changes_it() -> None:
    agreement_setup = stories.offered()
    by, home = agreement_setup.applicant, home_of(agreement_setup.applicant)
    Person.objects.filter(pk=by.pk).update(orcid="0000-0002-1825-0097")
    by.refresh_from_db()
    was = (by.name, by.email)
    kept = sign(agreement_setup, by).actor_snapshot
    Person.objects.filter(pk=by.pk).update(name="Renamed", email="new@x.example", orcid="", institution=None)
    kept.refresh_from_db()
    assert (kept.name, kept.email, kept.orcid) == (*was, "0000-0002-1825-0097")
    assert (kept.institution, kept.institution_name) == (home, home.name)
    assert (kept.acr, tuple(kept.amr), tuple(kept.assurance)) == tuple(STRONG.values())
    assert kept.issuer == "https://idp.nordvik.example" and kept.auth_time <= kept.taken_at
    line = snapshot_line(kept)
    assert was[1] in line and home.name in line and "IAP/high" in line


def test_an_address_that_was_not_verified_is_not_kept() -> None:
    agreement_setup = stories.offered()
    Person.objects.filter(pk=agreement_setup.applicant.pk).update(email_verified=False)
    agreement_setup.applicant.refresh_from_db()
    assert sign(agreement_setup, agreement_setup.applicant).actor_snapshot.email == ""


def test_without_an_affiliation_nobody_signs_on_either_side() -> None:
    agreement_setup = stories.offered()
    official = end(agreement_setup.applicant)
    with pytest.raises(WrongState, match="Sign in again through your institution"):
        sign(agreement_setup, agreement_setup.applicant)
    page = (
        stories.client_for(agreement_setup.applicant)
        .get(f"/agreements/{agreement_setup.agreement.pk}/")
        .content.decode()
    )
    assert "You cannot sign yet" in page and "agreement_sign" not in page and "/sign/" not in page
    confirm_affiliation(
        agreement_setup.applicant, institution=home_of(agreement_setup.applicant), reason=WHY, by=official
    )
    sign(agreement_setup, agreement_setup.applicant)
    end(agreement_setup.owner)
    with pytest.raises(WrongState, match="need a current affiliation"):
        stories.countersign(agreement_setup.agreement, agreement_setup.owner)


def test_who_has_moved_since_it_was_offered_does_not_sign_for_the_institution_it_names() -> None:
    """The text names the first institution, and the signer is affiliated with another."""
    agreement_setup = stories.offered()
    first, second = home_of(agreement_setup.applicant), stories.institution("Saarela Institute")
    assert agreement_setup.agreement.institution == first and first.name in agreement_setup.agreement.text
    Person.objects.filter(pk=agreement_setup.applicant.pk).update(institution=second)
    agreement_setup.applicant.refresh_from_db()
    extend_affiliation(agreement_setup.applicant, institution=second, by=SYSTEM)
    with pytest.raises(WrongState, match=f"with {first.name}, but you are now affiliated with {second.name}"):
        sign(agreement_setup, agreement_setup.applicant)
    Person.objects.filter(pk=agreement_setup.applicant.pk).update(institution=first)
    agreement_setup.applicant.refresh_from_db()
    assert sign(agreement_setup, agreement_setup.applicant).actor_snapshot.institution == first


def test_access_depends_on_the_institution_of_the_signature_and_on_no_other() -> None:
    """The agreement was signed for one hospital; who leaves it for another has no access until it confirms their
    affiliation again.
    """
    access = stories.granted()
    first, second = home_of(access.holder), stories.institution()
    assert access.grant.institution == first
    official = end(access.holder)
    Person.objects.filter(pk=access.holder.pk).update(institution=second)
    extend_affiliation(access.holder, institution=second, by=SYSTEM)
    assert not downloadable_by(access.holder).exists()
    assert not queries.grant_is_active(access.grant.pk)
    failing = [fact for fact in queries.facts_of(access.grant) if not fact.holds]
    assert [(fact.part, fact.who) for fact in failing] == [("affiliation_active", first.name)]
    assert failing[0].moment is not None and failing[0].moment <= clock.now()
    confirm_affiliation(access.holder, institution=first, reason=WHY, by=official)
    assert downloadable_by(access.holder).exists()


def test_a_new_agreement_depends_on_the_new_institution() -> None:
    access = stories.granted()
    second = stories.institution()
    end(access.holder)
    Person.objects.filter(pk=access.holder.pk).update(institution=second)
    access.holder.refresh_from_db()
    extend_affiliation(access.holder, institution=second, by=SYSTEM)
    again = stories.granted(published_dataset=access.published_dataset, applicant=access.holder)
    assert again.grant.institution == second
    assert downloadable_by(access.holder).exists()


def test_a_grant_of_which_nobody_knows_the_institution_stays_shut() -> None:
    """Unknown never means yes."""
    signed = stories.executed()
    holder, dataset = signed.applicant, signed.published_dataset.dataset
    now = clock.now()
    grant = AccessGrant.objects.create(
        agreement=signed.agreement, holder=holder, dataset=dataset, starts_at=now, ends_at=now + timedelta(days=9)
    )
    assert not downloadable_by(holder).exists()
    page = stories.client_for(holder).get(f"/access/{grant.pk}/").content.decode()
    assert 'data-access-state="suspended"' in page
    assert "The agreement does not record an institution." in page


def test_the_pages_say_why_a_grant_is_stopped_and_how_it_comes_back() -> None:
    access = stories.granted()
    official, name = end(access.holder), home_of(access.holder).name
    mine = stories.client_for(access.holder)
    page = mine.get(f"/access/{access.grant.pk}/").content.decode()
    assert f"{name} ended the affiliation" in page
    assert official.name in page
    assert 'data-access-state="suspended"' in mine.get("/access/").content.decode()
    why = mine.get(f"/datasets/{access.published_dataset.dataset.slug}/access/").content.decode()
    assert f"{name} ended the affiliation" in why
    assert 'href="/account/#affiliations"' in why
    uses = (
        stories.client_for(access.owner)
        .get(f"/my-datasets/{access.published_dataset.dataset.slug}/users/?show=suspended")
        .content.decode()
    )
    assert access.holder.name in uses
    assert "Suspended: affiliation ended" in uses


def test_a_vote_keeps_who_the_voter_was_and_the_case_shows_it() -> None:
    case = stories.decided()
    voter = case.committee_setup.chair
    Person.objects.filter(pk=voter.pk).update(name="Renamed Since", email="moved@x.example", institution=None)
    cast = case.item.votes.get(voter=voter)
    assert cast.actor_snapshot is not None
    assert cast.actor_snapshot.name == voter.name and cast.actor_snapshot.institution == voter.institution
    page = stories.client_for(case.committee_setup.members[0]).get(f"/review/{case.request.pk}/").content.decode()
    [details] = [one for one in re.findall(r"<details.*?</details>", page, re.DOTALL) if str(voter.email) in one]
    assert voter.name in details and home_of(voter).name in details
    assert "moved@x.example" not in details


def test_the_agreement_page_shows_the_signers_as_they_were() -> None:
    access = stories.granted()
    Person.objects.filter(pk=access.holder.pk).update(email="moved@x.example")
    page = stories.client_for(access.owner).get(f"/agreements/{access.agreement_setup.agreement.pk}/").content.decode()
    assert access.holder.email in page and "moved@x.example" not in page
    assert page.count("at the time of signing") == 2


def test_the_pdf_says_who_the_signers_were() -> None:
    """The kept PDF is, byte for byte, that of the text with each signer's line as it was at that moment."""
    access = stories.granted()
    agreement = access.agreement_setup.agreement
    Person.objects.filter(pk=access.holder.pk).update(name="Renamed Since", email="moved@x.example")
    rows = Signature.objects.filter(agreement=agreement).select_related("actor_snapshot").order_by("signed_at")
    said = [
        {
            "name": row.typed_name, "capacity": str(row.capacity), "signed_at": f"{row.signed_at:%Y-%m-%d %H:%M:%S}",
            "issuer": row.issuer, "auth_time": f"{row.auth_time:%Y-%m-%d %H:%M:%S}", "sha256": row.text_sha256,
            "actor_snapshot": snapshot_line(row.actor_snapshot),
        }
        for row in rows
    ]  # fmt: skip
    assert access.holder.email in said[0]["actor_snapshot"] and home_of(access.holder).name in said[0]["actor_snapshot"]
    made = {"reference": agreement.reference, "text": agreement.text, "sha256": agreement.sha256}
    assert hashlib.sha256(pdf(**made, signatures=said)).hexdigest() == agreement.pdfs.get().sha256
    said[0]["actor_snapshot"] = ""
    assert hashlib.sha256(pdf(**made, signatures=said)).hexdigest() != agreement.pdfs.get().sha256  # control
