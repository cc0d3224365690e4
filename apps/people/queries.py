"""Sets of people, their institutions, affiliations and platform roles."""

import re
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    F,
    IntegerField,
    Max,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.lookups import Exact
from django.urls import reverse

from apps.audit.models import Event
from apps.audit.record import Kind
from apps.core import clock, roles
from apps.core.actors import Viewer
from apps.core.addresses import absolute
from apps.core.identifiers import in_reference_form
from apps.people.models import (
    Affiliation,
    Identity,
    Institution,
    InstitutionRole,
    Person,
    PlatformRole,
    PlatformRoleClaim,
    Provider,
    SiteText,
    Terms,
    TermsAcceptance,
    Visa,
    VisaIssuer,
)
from apps.people.models.claims import CURRENT, confirmed
from apps.people.models.visas import ACCEPTED_TERMS

PART_OF_ORCID = re.compile(r"[0-9X-]{4,19}")


def row_of(person: Viewer) -> QuerySet[Person]:
    """The person's own row, to hang questions on."""
    return Person.objects.filter(pk=roles.person_id(person))


def institution_named(name: str) -> Institution | None:
    return Institution.objects.filter(name__iexact=name.strip()).first()


def active_at(at: datetime | None) -> Q:
    """The condition on people that their account is active, or was at a past moment, as the event log says."""
    if at is None:
        return Q(is_active=True)
    changes = Event.objects.filter(
        subject_id=OuterRef("pk"), kind__in=[Kind.PERSON_DEACTIVATED, Kind.PERSON_REACTIVATED]
    )
    before = changes.filter(at__lte=at).order_by("-at", "-id").values("kind")[:1]
    closed_since = Exists(changes.filter(at__gt=at, kind=Kind.PERSON_DEACTIVATED))
    unchanged = ~Q(Exists(changes.filter(at__lte=at))) & (Q(is_active=True) | Q(closed_since))
    return Q(Exact(Subquery(before), Value(str(Kind.PERSON_REACTIVATED)))) | unchanged


def platform_roles_of(person: Viewer) -> QuerySet[PlatformRole]:
    """The platform roles this person has now."""
    found = PlatformRole.objects.filter(confirmed(), person_id=roles.person_id(person), person__is_active=True)
    return found.filter(starts_at__lte=clock.sql_now(), ends_at__gt=clock.sql_now())


def platform_role_claims() -> QuerySet[PlatformRoleClaim]:
    """The active mappings, each with the roles it gives (`assigned`), lapsed ones included."""
    now = clock.sql_now()
    found = (
        PlatformRole.objects.filter(ends_at__gt=now)
        .select_related("person__institution")
        .annotate(counts=flag(confirmed()))
    )
    fetched = PlatformRoleClaim.objects.filter(CURRENT).select_related("provider")
    return fetched.prefetch_related(
        Prefetch("platform_roles", queryset=found.order_by("starts_at"), to_attr="assigned")
    )


def manual_platform_roles() -> QuerySet[PlatformRole]:
    """The platform roles that operators assigned, which all have an end, soonest first."""
    found = PlatformRole.objects.filter(claim__isnull=True, ends_at__gt=clock.sql_now(), person__is_active=True)
    return found.select_related("person__institution").order_by("ends_at")


def flag(condition: Q) -> Case:
    """A condition as a yes or no beside each row."""
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def claimed_platform_roles_of(person: Viewer) -> QuerySet[PlatformRole]:
    """The platform roles this person has from claims, including those waiting to be confirmed again."""
    return PlatformRole.objects.filter(
        person_id=roles.person_id(person), claim__isnull=False, ends_at__gt=clock.sql_now()
    )


def has_platform_role(person: Viewer, kind: str) -> bool:
    return platform_roles_of(person).filter(kind=kind).exists()


def people_with_platform_role(kind: str) -> QuerySet[Person]:
    """Everyone who has a platform role of this kind now."""
    found = PlatformRole.objects.filter(kind=kind, starts_at__lte=clock.sql_now(), ends_at__gt=clock.sql_now())
    return Person.objects.filter(pk__in=found.values("person_id"), is_active=True).order_by("pk")


def institutions_signed_for(person: Viewer) -> QuerySet[Institution]:
    """The institutions whose signing official this person is, as long as they are affiliated with them."""
    found = Affiliation.objects.active().filter(person_id=roles.person_id(person), institution=OuterRef("pk"))
    return (
        roles.with_roles(person, [Institution.SIGNING_OFFICIAL], Institution)
        .filter(Exists(found))
        .order_by("name", "pk")
    )


def institutions_answered_for(person: Viewer) -> QuerySet[Institution]:
    """The institutions whose people this person may confirm: as signing official, or as an operator those that no
    signing official answers for.
    """
    mine = Q(pk__in=institutions_signed_for(person).order_by().values("pk"))
    if has_platform_role(person, PlatformRole.Kind.OPERATOR):
        mine |= ~Q(Exists(official_roles().filter(content_object=OuterRef("pk"))))
    return Institution.objects.filter(mine).order_by("name", "pk")


def official_roles() -> QuerySet[InstitutionRole]:
    """The roles of signing officials who are active and affiliated with the institution they sign for."""
    affiliated = Affiliation.objects.active().filter(person=OuterRef("user"), institution=OuterRef("content_object"))
    return InstitutionRole.objects.filter(
        Exists(affiliated), user__is_active=True, permission__codename=Institution.SIGNING_OFFICIAL
    )


def people_of(institutions: QuerySet[Institution]) -> QuerySet[Person]:
    """Everyone whose home is there, or for whom the institution has ever stood; accounts merged away are left out."""
    known = Affiliation.objects.filter(person=OuterRef("pk"), institution__in=institutions.order_by().values("pk"))
    at_home = Q(institution__in=institutions.order_by().values("pk"))
    return Person.objects.filter(at_home | Q(Exists(known)), merged_into__isnull=True).order_by("name", "pk")


def people_affiliated_with(institution: Institution) -> QuerySet[Person]:
    """The same for one institution, each with until when they are affiliated with it, whether it ended that, and when
    they were last here; one statement however many there are.
    """
    theirs = Affiliation.objects.filter(person=OuterRef("pk"), institution=institution)
    now = Affiliation.objects.active().filter(person=OuterRef("pk"), institution=institution)
    seen = Identity.objects.filter(person=OuterRef("pk")).order_by().values("person")
    return people_of(Institution.objects.filter(pk=institution.pk)).annotate(
        until=Subquery(now.order_by("-valid_until").values("valid_until")[:1]),
        was_until=Subquery(theirs.order_by("-starts_at", "-pk").values("valid_until")[:1]),
        was_ended_at=Subquery(theirs.order_by("-starts_at", "-pk").values("ended_at")[:1]),
        last_here=Subquery(seen.annotate(last=Max("last_seen_at")).values("last")),
    )


def named(people: QuerySet[Person], words: str) -> QuerySet[Person]:
    """Those of them whose name, e-mail address, ORCID iD or colleague code holds every word."""
    for word in words.split()[:10]:
        people = people.filter(named_with(word))
    return people


def named_with(word: str) -> Q:
    """The condition on people that their name, e-mail address, ORCID iD or colleague code holds this word."""
    plain = word.upper().replace("-", "")
    code = in_reference_form("P", plain.removeprefix("P")[:8])
    found = Q(name__icontains=word) | Q(email__icontains=word) | Q(code__iexact=word) | Q(code=code)
    orcid = word.lower().rpartition("orcid.org/")[2].upper()
    if PART_OF_ORCID.fullmatch(orcid):
        found |= Q(orcid__icontains=orcid)
    return found


def colleagues_by_code(codes: list[str]) -> QuerySet[Person]:
    """Active people by the colleague codes they gave away themselves; a break-glass account is nobody's colleague."""
    return Person.objects.filter(code__in=codes, is_active=True, is_break_glass=False)


def colleagues_named(words: str, by: Person) -> QuerySet[Person]:
    """The active people that `words` name exactly: a colleague code, an ORCID iD, a verified e-mail address, or the
    whole name of somebody at the same institution. Nothing is found by a part of these.
    """
    words = " ".join(words.split())
    named = Q(code=words.upper()) | Q(orcid=words.removeprefix("https://orcid.org/"), orcid__gt="")
    if "@" in words:
        named = Q(email__iexact=words, email_verified=True)
    elif by.institution_id is not None:
        named |= Q(name__iexact=words, institution_id=by.institution_id)
    return Person.objects.filter(named, is_active=True, is_break_glass=False).order_by("pk")


def people_by_id(ids: Iterable[UUID]) -> QuerySet[Person]:
    """The people behind ids, for pages that name who did something."""
    return Person.objects.filter(pk__in=set(ids))


def affiliations_of(person: Viewer) -> QuerySet[Affiliation]:
    """The affiliations of this person that hold now."""
    return Affiliation.objects.active().filter(person_id=roles.person_id(person))


def current_affiliation_of(person: Viewer) -> Affiliation | None:
    """The affiliation under which the person acts now: that of their home institution if it is active, else the
    latest other one.
    """
    home_first = Case(When(institution_id=F("person__institution_id"), then=0), default=1, output_field=IntegerField())
    found = affiliations_of(person).select_related("institution")
    return found.order_by(home_first, "-confirmed_at", "pk").first()


def missing_details(person: Person) -> list[str]:
    """What no provider sent of `name`, `email` and `affiliation`; one that officials ended no provider can send."""
    missing = [] if person.name and not person.name_entered else ["name"]
    missing += [] if person.email and person.email_verified else ["email"]
    return missing + ([] if current_affiliation_of(person) or ended_for_good([person.pk]) else ["affiliation"])


def latest_affiliations_of(person: Viewer) -> QuerySet[Affiliation]:
    """The newest word of each institution about this person, with whether it still counts."""
    counts = Affiliation.objects.active().filter(pk=OuterRef("pk"))
    rows = Affiliation.objects.filter(person_id=roles.person_id(person)).annotate(counts=Exists(counts))
    fetched = rows.select_related("institution", "provider", "confirmed_by")
    return fetched.order_by("institution", "-starts_at", "-pk").distinct("institution")


def _accounts(who: str) -> QuerySet[Person]:  # of one person, in a subquery of a subquery
    return Person.objects.filter(Q(pk=OuterRef(OuterRef(who))) | Q(merged_into_id=OuterRef(OuterRef(who)))).only("pk")


def newest_affiliations(person: str, institution: str) -> QuerySet[Affiliation]:
    """What an institution said of a person in any of their accounts, newest first: a subquery about outer fields."""
    theirs = Affiliation.objects.filter(person__in=_accounts(person), institution=OuterRef(institution))
    return theirs.order_by("-starts_at", "-pk")


def seen_through(person: str, institution: str) -> QuerySet[Identity]:
    """The sign-ins of a person through a provider of the institution, newest first; arguments as before."""
    speaks = Q(provider__institution=OuterRef(institution)) | Q(provider__allowed_institutions=OuterRef(institution))
    seen = Identity.objects.filter(speaks, person__in=_accounts(person), last_seen_at__isnull=False)
    return seen.order_by("-last_seen_at", "-pk")


def not_renewed(people: Iterable[UUID]) -> set[tuple[UUID, UUID]]:
    """Person and institution where the affiliation lapsed and a sign-in through the institution did not renew it."""
    rows = Affiliation.objects.filter(person__in=set(people)).annotate(
        newest=Subquery(newest_affiliations("person", "institution").values("pk")[:1]),
        seen_at=Subquery(seen_through("person", "institution").values("last_seen_at")[:1]),
    )
    lapsed = rows.filter(pk=F("newest"), ended_at__isnull=True, valid_until__lte=clock.sql_now())
    return set(lapsed.filter(seen_at__gt=F("valid_until")).order_by().values_list("person", "institution"))


def sign_in_restores(people: Iterable[UUID], at: datetime | None = None) -> dict[tuple[UUID, UUID], bool]:
    """By person and institution, whether a sign-in (now, or `at`) through it extends the affiliation, whichever account
    had it: not if an official ended it. A missing pair has no affiliation yet, which a sign-in begins."""
    wanted = set(people)
    rows = Affiliation.objects.filter(Q(person__in=wanted) | Q(person__merged_into__in=wanted))
    rows = rows.filter(starts_at__lte=at) if at is not None else rows
    found: dict[tuple[UUID, UUID], bool] = {}
    oldest_first = rows.order_by("starts_at", "pk").values_list(
        "person", "person__merged_into", "institution", "ended_at"
    )
    for person, merged_into, institution, ended_at in oldest_first:
        for account in wanted & {person, merged_into}:
            found[account, institution] = ended_at is None or (at is not None and ended_at > at)
    return found


def ended_for_good(people: Iterable[UUID], at: datetime | None = None) -> dict[UUID, UUID]:
    """By person, an institution whose signing official must confirm them before any sign-in helps: only for people
    whose every affiliation was ended by a signing official, now or at that moment. The home institution comes first.
    """
    restores = sign_in_restores(people, at)
    helped = {person for (person, _), restored in restores.items() if restored}
    ended = {person: place for (person, place), restored in restores.items() if not restored and person not in helped}
    homes = Person.objects.filter(pk__in=ended).values_list("pk", "institution") if ended else ()
    return {person: home if (person, home) in restores else ended[person] for person, home in homes}


def officials_of(institutions: Iterable[UUID]) -> dict[UUID, list[Person]]:
    """Who signs for these institutions today, by institution; one statement."""
    rows = official_roles().filter(content_object__in=set(institutions))
    found: dict[UUID, list[Person]] = {}
    for row in rows.select_related("user").order_by("user__name", "pk"):
        found.setdefault(row.content_object_id, []).append(row.user)
    return found


def accounts_of(person: Viewer) -> QuerySet[Person]:
    """The person's account and those that were merged into it: several accounts of one person are one person."""
    me = roles.person_id(person)
    return Person.objects.filter(Q(pk=me) | Q(merged_into_id=me))


def current_terms() -> Terms | None:
    """The version of the terms that counts today: the newest."""
    return Terms.objects.order_by("-version").first()


def terms_of_version(version: int) -> Terms | None:
    return Terms.objects.filter(version=version).first()


def address_of_terms(terms: Terms) -> str:
    """The permanent address of this version; a visa that names the address speaks of this version."""
    return absolute(reverse("terms_version", args=[terms.version]))


def terms_at(address: str) -> Terms | None:
    """The terms that count today if that is their address, exactly (GA4GH Passport 1.2, URL claims)."""
    terms = current_terms()
    return terms if terms is not None and address_of_terms(terms) == address else None


def accepted_terms(person: Viewer, at: datetime | None = None) -> Q:
    """The condition on terms that the person has accepted them: here, or at home as a visa says that counts."""
    moment, me = clock.sql_now(at), roles.person_id(person)
    here = TermsAcceptance.objects.filter(person_id=me, terms_id=OuterRef("pk"), accepted_at__lte=moment)
    at_home = accepted_visas_of(person, ACCEPTED_TERMS, at).filter(terms_id=OuterRef("pk"))
    return Q(Exists(here)) | Q(Exists(at_home))


def has_accepted_terms(person: Viewer) -> bool:
    """Whether the terms that count today are among those the person has accepted; one statement."""
    current = Terms.objects.order_by("-version").values("pk")[:1]
    return Terms.objects.filter(accepted_terms(person), pk=current).exists()


def visa_issuers() -> QuerySet[VisaIssuer]:
    """Those whose signature on visas is trusted today."""
    return VisaIssuer.objects.filter(ended_at__isnull=True)


def visas_of(person: Viewer) -> QuerySet[Visa]:
    """What the person's passports contained at their last sign-ins, accepted or not; `asked_at` is this moment."""
    theirs = Visa.objects.filter(identity__person_id=roles.person_id(person), gone_at__isnull=True)
    return theirs.select_related("trusted").annotate(asked_at=clock.sql_now())


def accepted_visas_of(person: Viewer, kind: str, at: datetime | None = None) -> QuerySet[Visa]:
    """The visas of one type that count for the person at the moment."""
    return Visa.objects.counted_now(at).filter(type=kind, identity__person_id=roles.person_id(person))


def newest_site_text(kind: str, language: str) -> SiteText | None:
    """The text of this kind that counts today in this language."""
    return SiteText.objects.filter(kind=kind, language=language).order_by("-version").first()


def site_texts() -> dict[tuple[str, str], SiteText]:
    """The texts that count today, by kind and language; one statement."""
    newest = SiteText.objects.order_by("kind", "language", "-version").distinct("kind", "language")
    return {(one.kind, one.language): one for one in newest}


def providers() -> QuerySet[Provider]:
    """The providers that people may sign in with today."""
    return Provider.objects.active().select_related("institution")


def provider_by_issuer(issuer: str) -> Provider | None:
    return providers().filter(issuer=issuer).first()


def providers_matching(words: str) -> QuerySet[Provider]:
    """Those whose name or institution holds every word, or that serve the domain of an e-mail address, exactly.

    People are never looked up: the answer is the same whoever has an account here.
    """
    found = providers()
    domain = words.rpartition("@")[2].strip().lower()
    if "@" in words or ("." in domain and " " not in domain):
        return found.filter(domains__contains=[domain])
    for word in words.split()[:10]:
        found = found.filter(Q(name__icontains=word) | Q(institution__name__icontains=word))
    return found


def identities_of(person: Viewer) -> QuerySet[Identity]:
    """The identities this person signs in with, oldest first."""
    of_theirs = Identity.objects.filter(person_id=roles.person_id(person))
    return of_theirs.select_related("provider").order_by("linked_at", "pk")
