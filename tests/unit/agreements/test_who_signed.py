"""Who somebody was when they signed or voted is kept as it was; access rests on the institution of that moment."""

import hashlib

import pytest

from apps.accounts import commands as accounts
from apps.accounts.models import Person
from apps.accounts.visas import SignIn
from apps.agreements import commands
from apps.agreements.models import Signature
from apps.agreements.wording import pdf, standing_line
from apps.core import clock
from apps.core.errors import WrongState
from apps.grants import queries
from apps.grants.models import AccessGrant
from apps.grants.queries import downloadable_by
from tests import stories
from tests.unit.accounts.test_affiliations import WHY, end, home_of

pytestmark = pytest.mark.django_db
STRONG = {"acr": "https://refeds.org/profile/mfa", "amr": ("pwd", "otp"), "assurance": ("IAP/high",)}


def sign(deal: stories.Deal, by: Person) -> Signature:
    facts = SignIn(issuer="https://idp.nordvik.example", auth_time=clock.now(), **STRONG)
    return commands.sign(
        deal.agreement, typed_name=by.name, seen_sha256=deal.agreement.sha256, signed_in=facts, by=by
    )  # fmt: skip


def test_a_signature_keeps_who_the_signer_was_and_nothing_changes_it() -> None:
    deal = stories.offered()
    by, home = deal.applicant, home_of(deal.applicant)
    Person.objects.filter(pk=by.pk).update(orcid="0000-0002-1825-0097")
    by.refresh_from_db()
    was = (by.name, by.email)
    kept = sign(deal, by).standing
    Person.objects.filter(pk=by.pk).update(name="Renamed", email="new@x.example", orcid="", institution=None)
    kept.refresh_from_db()
    assert (kept.name, kept.email, kept.orcid) == (*was, "0000-0002-1825-0097")
    assert (kept.institution, kept.institution_name) == (home, home.name)
    assert (kept.acr, tuple(kept.amr), tuple(kept.assurance)) == tuple(STRONG.values())
    assert kept.issuer == "https://idp.nordvik.example" and kept.auth_time <= kept.taken_at
    line = standing_line(kept)
    assert was[1] in line and home.name in line and "IAP/high" in line


def test_an_address_that_was_not_verified_is_not_kept() -> None:
    deal = stories.offered()
    Person.objects.filter(pk=deal.applicant.pk).update(email_verified=False)
    deal.applicant.refresh_from_db()
    assert sign(deal, deal.applicant).standing.email == ""


def test_who_has_no_institution_behind_them_signs_on_neither_side() -> None:
    deal = stories.offered()
    official = end(deal.applicant)
    with pytest.raises(WrongState, match="Sign in again through your institution"):
        sign(deal, deal.applicant)
    page = stories.client_for(deal.applicant).get(f"/agreements/{deal.agreement.pk}/").content.decode()
    assert "You cannot sign yet" in page and "agreement_sign" not in page and "/sign/" not in page
    accounts.affirm_affiliation(deal.applicant, institution=home_of(deal.applicant), reason=WHY, by=official)
    sign(deal, deal.applicant)
    end(deal.owner)
    with pytest.raises(WrongState, match="without one nobody signs"):
        stories.countersign(deal.agreement, deal.owner)


def test_who_has_moved_since_it_was_offered_does_not_sign_for_the_institution_it_names() -> None:
    """The text names the first institution; its word would be given for it by somebody of another."""
    deal = stories.offered()
    first, second = home_of(deal.applicant), stories.institution("Saarela Institute")
    assert deal.agreement.institution == first and first.name in deal.agreement.text
    Person.objects.filter(pk=deal.applicant.pk).update(institution=second)
    deal.applicant.refresh_from_db()
    accounts.confirm_affiliation(deal.applicant, institution=second, by=None)
    with pytest.raises(WrongState, match=f"names {first.name}, and {second.name} stands behind you"):
        sign(deal, deal.applicant)
    Person.objects.filter(pk=deal.applicant.pk).update(institution=first)
    deal.applicant.refresh_from_db()
    assert sign(deal, deal.applicant).standing.institution == first


def test_access_rests_on_the_institution_of_the_signature_and_on_no_other() -> None:
    """The agreement was signed for one hospital; who leaves it for another has nothing until it affirms them again."""
    access = stories.granted()
    first, second = home_of(access.holder), stories.institution()
    assert access.grant.institution == first
    official = end(access.holder)
    Person.objects.filter(pk=access.holder.pk).update(institution=second)
    accounts.confirm_affiliation(access.holder, institution=second, by=None)
    assert not downloadable_by(access.holder).exists()
    assert not queries.is_in_force(access.grant.pk)
    failing = [fact for fact in queries.facts_of(access.grant) if not fact.holds]
    assert [(fact.part, fact.who) for fact in failing] == [("vouched", first.name)]
    assert failing[0].moment is not None and failing[0].moment <= clock.now()
    accounts.affirm_affiliation(access.holder, institution=first, reason=WHY, by=official)
    assert downloadable_by(access.holder).exists()


def test_a_new_agreement_rests_on_the_new_institution() -> None:
    access = stories.granted()
    second = stories.institution()
    end(access.holder)
    Person.objects.filter(pk=access.holder.pk).update(institution=second)
    access.holder.refresh_from_db()
    accounts.confirm_affiliation(access.holder, institution=second, by=None)
    again = stories.granted(shelf=access.shelf, applicant=access.holder)
    assert again.grant.institution == second
    assert downloadable_by(access.holder).exists()


def test_a_grant_of_which_nobody_knows_the_institution_stays_shut() -> None:
    """Unknown never means yes."""
    access = stories.granted()
    AccessGrant.objects.filter(pk=access.grant.pk).update(institution=None)
    assert not downloadable_by(access.holder).exists()
    page = stories.client_for(access.holder).get(f"/grants/{access.grant.pk}/").content.decode()
    assert "it is not known which institution" in page


def test_the_pages_say_why_a_grant_is_stopped_and_how_it_comes_back() -> None:
    access = stories.granted()
    official, name = end(access.holder), home_of(access.holder).name
    mine = stories.client_for(access.holder)
    page = mine.get(f"/grants/{access.grant.pk}/").content.decode()
    assert f"{name} no longer stands behind this access" in page and official.name in page
    assert "stopped: no affiliation" in mine.get("/grants/").content.decode()
    why = mine.get(f"/datasets/{access.shelf.dataset.slug}/why/").content.decode()
    assert f"{name} does not." in why
    uses = stories.client_for(access.owner).get(f"/steward/{access.shelf.dataset.slug}/uses/").content.decode()
    assert "stopped: no affiliation" in uses


def test_a_vote_keeps_who_the_voter_was_and_the_case_shows_it() -> None:
    case = stories.decided()
    voter = case.bench.chair
    Person.objects.filter(pk=voter.pk).update(name="Renamed Since")
    cast = case.item.votes.get(voter=voter)
    assert cast.standing is not None
    assert cast.standing.name == voter.name and cast.standing.institution == voter.institution
    page = stories.client_for(case.bench.members[0]).get(f"/desk/{case.request.pk}/").content.decode()
    assert "as the portal knew them at that moment" in page and str(voter.email) in page


def test_the_agreement_page_shows_the_signers_as_they_were() -> None:
    access = stories.granted()
    Person.objects.filter(pk=access.holder.pk).update(email="moved@x.example")
    page = stories.client_for(access.owner).get(f"/agreements/{access.deal.agreement.pk}/").content.decode()
    assert access.holder.email in page and "moved@x.example" not in page
    assert page.count("as the portal knew them at that moment") == 2


def test_the_pdf_says_who_the_signers_were() -> None:
    """The kept PDF is, byte for byte, that of the text with each signer's line as it was at that moment."""
    access = stories.granted()
    agreement = access.deal.agreement
    Person.objects.filter(pk=access.holder.pk).update(name="Renamed Since", email="moved@x.example")
    rows = Signature.objects.filter(agreement=agreement).select_related("standing").order_by("signed_at")
    said = [
        {
            "name": row.typed_name, "capacity": str(row.capacity), "signed_at": f"{row.signed_at:%Y-%m-%d %H:%M:%S}",
            "issuer": row.issuer, "auth_time": f"{row.auth_time:%Y-%m-%d %H:%M:%S}", "sha256": row.text_sha256,
            "standing": standing_line(row.standing),
        }
        for row in rows
    ]  # fmt: skip
    assert access.holder.email in said[0]["standing"] and home_of(access.holder).name in said[0]["standing"]
    made = {"reference": agreement.reference, "text": agreement.text, "sha256": agreement.sha256}
    assert hashlib.sha256(pdf(**made, signatures=said)).hexdigest() == agreement.pdf_sha256
    said[0]["standing"] = ""
    assert hashlib.sha256(pdf(**made, signatures=said)).hexdigest() != agreement.pdf_sha256  # control
