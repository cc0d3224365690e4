"""Sets of people, roles, affiliations, terms, visas and providers: who is in them, from when, until when, in which order."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import Subquery

from apps.audit.models import Event
from apps.audit.record import Kind
from apps.core import clock, roles
from apps.identity.commands.identities import deactivate, reactivate
from apps.people import queries
from apps.people.commands.people import accept_terms
from apps.people.models import (
    Affiliation,
    Identity,
    Institution,
    Person,
    PlatformRole,
    PlatformRoleClaim,
    Provider,
    SiteText,
)
from tests import stories

pytestmark = pytest.mark.django_db
TICK, DAY = timedelta(microseconds=1), timedelta(days=1)


def a_provider(slug: str = "home", **facts: Any) -> Provider:
    said = {"name": slug.title(), "issuer": f"https://{slug}.test", "client_id": "g", "secret_name": "home", **facts}
    return Provider.objects.create(slug=slug, **said)


def affiliate(someone: Person, institution: Institution, **facts: Any) -> Affiliation:
    """Affiliated since yesterday for a month."""
    moment = clock.now() - DAY
    said = {"starts_at": moment, "confirmed_at": moment, "valid_until": moment + 30 * DAY, **facts}
    if "ended_at" in facts:
        said["ended_by"] = stories.person()
    return Affiliation.objects.create(person=someone, institution=institution, **said)


# ------------------------------------------------------------------------------------------------- people and accounts
def test_a_person_is_active_as_the_log_says_of_that_moment() -> None:
    operator, someone, other = stories.operator(), stories.person(), stories.person()
    before = clock.now()
    deactivate(someone, by=operator)
    closed = clock.now()
    reactivate(someone, by=operator)
    opened = clock.now()
    deactivate(other, by=operator)

    def active(at: datetime | None) -> set[Person]:
        return set(Person.objects.filter(queries.active_at(at), pk__in=[someone.pk, other.pk]))

    assert active(before) == {someone, other}
    assert active(closed) == {other}
    assert active(opened) == {someone, other}
    assert active(None) == active(clock.now()) == {someone}
    untouched, closed_without_event = Person.objects.create(name="X"), Person.objects.create(name="Y", is_active=False)
    at_any_time = Person.objects.filter(queries.active_at(before), pk__in=[untouched.pk, closed_without_event.pk])
    assert at_any_time.get() == untouched
    events = Event.objects.filter(subject_id=someone.pk, kind__startswith="person.")
    moments = {one.kind: one.at for one in events}
    assert active(moments[Kind.PERSON_DEACTIVATED]) == {other}
    assert active(moments[Kind.PERSON_REACTIVATED]) == {someone, other}


def test_several_accounts_of_one_person_are_one_person() -> None:
    someone, old, other = stories.person(), stories.person(), stories.person()
    Person.objects.filter(pk=old.pk).update(merged_into=someone)
    assert set(queries.accounts_of(someone)) == {someone, old}
    assert set(queries.accounts_of(other)) == {other}
    assert set(queries.accounts_of(AnonymousUser())) == set()
    assert list(queries.row_of(someone)) == [someone]
    assert set(queries.people_by_id([someone.pk, old.pk])) == {someone, old}


def test_colleagues_are_found_by_what_names_them_exactly() -> None:
    home = stories.institution()
    asking = stories.person(at=home)
    found = stories.person("Åse Berg", at=home, email="Aase@Nordvik.example")
    Person.objects.filter(pk=found.pk).update(orcid="0000-0002-1825-0097")
    found.refresh_from_db()
    elsewhere = stories.person("Åse Berg")

    def named(words: str) -> list[Person]:
        return list(queries.colleagues_named(words, by=asking))

    for words in (found.code.lower(), "https://orcid.org/0000-0002-1825-0097", "aase@nordvik.example", " åse  berg "):
        assert named(words) == [found], words
    for words in ("Åse", "", "aase@nordvik", found.code[:-1]):
        assert named(words) == [], words
    asking.institution = None
    assert named("Åse Berg") == []
    assert set(queries.colleagues_by_code([found.code, elsewhere.code])) == {found, elsewhere}
    Person.objects.filter(pk=found.pk).update(email_verified=False)
    assert named("aase@nordvik.example") == []
    for change in ({"is_active": False}, {"is_active": True, "is_break_glass": True}):
        Person.objects.filter(pk=found.pk).update(**change)
        assert named(found.code) == []
        assert set(queries.colleagues_by_code([found.code, elsewhere.code])) == {elsewhere}


def test_people_are_searched_by_every_word_of_name_address_orcid_or_code() -> None:
    found = stories.person("Åse Berg", email="aase@nordvik.example")
    Person.objects.filter(pk=found.pk).update(orcid="0000-0002-1825-0097")
    found.refresh_from_db()
    stories.person("Bo Lind", email="bo@fjord.example")

    def named(words: str) -> list[Person]:
        return list(queries.named(Person.objects.all(), words))

    code = found.code.replace("-", "")
    for words in (
        "berg", "Åse berg", "AASE@", "1825-0097", "https://orcid.org/0000-0002", found.code, found.code.lower(), code,
        code[1:], "berg " + "å " * 9 + "nothing",
    ):  # fmt: skip
        assert named(words) == [found], words
    assert named(f"{found.code}X") == [found], "what is typed beyond the eight characters is left out"
    for words in ("berg lind", "182", found.code[:-1]):
        assert named(words) == [], words


def test_what_no_provider_sent_is_missing() -> None:
    someone = stories.person()
    assert queries.missing_details(someone) == []
    for change, missing in (
        ({"name": ""}, ["name"]),
        ({"name_entered": True}, ["name"]),
        ({"email": ""}, ["email"]),
        ({"email_verified": False}, ["email"]),
    ):
        person = Person.objects.get(pk=someone.pk)
        for name, value in change.items():
            setattr(person, name, value)
        assert queries.missing_details(person) == missing
    Affiliation.objects.filter(person=someone).update(valid_until=clock.now())
    assert queries.missing_details(someone) == ["affiliation"]


# ---------------------------------------------------------------------------------------------------- platform roles
def test_a_platform_role_counts_from_its_start_until_its_end(frozen: Callable[[datetime], datetime]) -> None:
    operator, auditor = stories.operator(), stories.auditor()
    role = PlatformRole.objects.get(person=operator)

    def has(kind: str = "operator") -> tuple[bool, bool]:
        return queries.has_platform_role(operator, kind), operator in queries.people_with_platform_role(kind)

    assert has() == (True, True)
    assert has("auditor") == (False, False)
    assert queries.people_with_platform_role("auditor").get() == auditor
    assert queries.platform_roles_of(operator).get() == role
    assert set(queries.manual_platform_roles()) == set(PlatformRole.objects.all())
    for moment, counts in (
        (role.starts_at - TICK, False),
        (role.starts_at, True),
        (role.ends_at - TICK, True),
        (role.ends_at, False),
    ):
        frozen(moment)
        assert has() == (counts, counts), moment
    assert role not in queries.manual_platform_roles()
    frozen(role.ends_at - TICK)
    assert role in queries.manual_platform_roles()
    Person.objects.filter(pk=operator.pk).update(is_active=False)
    assert has() == (False, False)
    assert role not in queries.manual_platform_roles()


def test_a_role_from_a_claim_counts_while_it_is_confirmed(frozen: Callable[[datetime], datetime]) -> None:
    first, second, other = stories.person(), stories.person(), stories.person()
    now = clock.now()
    claim = PlatformRoleClaim.objects.create(provider=a_provider(), claim="groups", value="ops", role="operator")
    ended = PlatformRoleClaim.objects.create(
        provider=claim.provider, claim="groups", value="old", role="operator", ended_at=now
    )
    facts = {"kind": "operator", "claim": claim, "ends_at": now + DAY}
    lapsed = PlatformRole.objects.create(person=first, confirmed_until=now - DAY, **facts)
    valid = PlatformRole.objects.create(
        person=second, confirmed_until=now + DAY, starts_at=now - DAY, **facts
    )
    over = PlatformRole.objects.create(
        person=other, kind="operator", claim=claim, starts_at=now - 2 * DAY, ends_at=now - DAY, confirmed_until=now
    )
    manual = PlatformRole.objects.create(person=other, kind="auditor", ends_at=now + DAY)
    assert not queries.platform_roles_of(first).exists()
    assert list(queries.platform_roles_of(second)) == [valid]
    assert list(queries.claimed_platform_roles_of(first)) == [lapsed], "also while it is not confirmed"
    assert list(queries.claimed_platform_roles_of(other)) == []
    assert list(queries.manual_platform_roles()) == [manual]
    mapping = queries.platform_role_claims().get()
    assert mapping != ended
    assert [(one, one.counts) for one in mapping.assigned] == [(valid, True), (lapsed, False)]
    assert over not in mapping.assigned
    for moment, found in ((now + DAY - TICK, [lapsed]), (now + DAY, [])):
        frozen(moment)
        assert list(queries.claimed_platform_roles_of(first)) == found
        assert (lapsed in queries.platform_role_claims().get().assigned) is bool(found)


def test_manual_roles_are_listed_soonest_end_first() -> None:
    now = clock.now()
    for days in (3, 1, 2):
        PlatformRole.objects.create(person=stories.person(), kind="auditor", ends_at=now + days * DAY)
    ends = [one.ends_at for one in queries.manual_platform_roles()]
    assert ends == sorted(ends)


# ------------------------------------------------------------------------------------------ institutions and officials
def test_an_official_signs_for_an_institution_while_affiliated_with_it() -> None:
    here, there = stories.institution("Beta"), stories.institution("Alpha")
    official, operator = stories.signing_official(here), stories.operator()
    roles.assign(official, Institution.SIGNING_OFFICIAL, there)
    assert list(queries.institutions_signed_for(official)) == [here], "not affiliated with the other one"
    affiliate(official, there)
    assert list(queries.institutions_signed_for(official)) == [there, here]
    assert list(queries.institutions_answered_for(official)) == [there, here]
    assert queries.officials_of([here.pk, there.pk]) == {here.pk: [official], there.pk: [official]}
    assert queries.officials_of([here.pk]) == {here.pk: [official]}
    answered = set(queries.institutions_answered_for(operator))
    assert here not in answered and there not in answered
    assert operator.institution in answered
    Person.objects.filter(pk=official.pk).update(is_active=False)
    assert {here, there} <= set(queries.institutions_answered_for(operator))
    assert queries.officials_of([here.pk]) == {}
    names = [one.name for one in queries.institutions_answered_for(operator)]
    assert names == sorted(names)


def test_only_officials_who_are_affiliated_with_the_institution_answer_for_it() -> None:
    place, guest, curator = stories.institution(), stories.person(), stories.person()
    roles.assign(guest, Institution.SIGNING_OFFICIAL, place)
    stories.person(at=place)
    assert queries.officials_of([place.pk]) == {}, "another person is affiliated with it, they with another one"
    assert not queries.institutions_signed_for(guest).exists()
    affiliate(curator, place)
    assert queries.officials_of([place.pk]) == {}
    affiliate(guest, place)
    assert queries.officials_of([place.pk]) == {place.pk: [guest]}


def test_the_longest_of_several_affiliations_says_until_when_and_the_newest_what_was_last() -> None:
    place, elsewhere = stories.institution(), stories.person()
    someone = stories.person(at=place)
    longer = affiliate(someone, place, valid_until=clock.now() + 900 * DAY, starts_at=clock.now() - 9 * DAY)
    row = queries.people_affiliated_with(place).get()
    assert row.pk == someone.pk != elsewhere.pk
    assert row.until == longer.valid_until
    assert row.was_until != longer.valid_until


def test_the_people_of_an_institution_are_at_home_there_or_were_affiliated() -> None:
    home = stories.institution()
    at_home, guest, merged, other = (
        stories.person("Bo", at=home), stories.person("Ada"), stories.person("Cy", at=home), stories.person()
    )  # fmt: skip
    affiliate(guest, home, valid_until=clock.now() - timedelta(hours=1))
    Person.objects.filter(pk=merged.pk).update(merged_into=at_home)
    people = Institution.objects.filter(pk=home.pk)
    assert list(queries.people_of(people)) == [guest, at_home]
    never_affiliated = Person.objects.create(name="Dan", institution=home)
    assert list(queries.people_of(people)) == [guest, at_home, never_affiliated]
    Person.objects.filter(pk=never_affiliated.pk).update(institution=None)
    rows = {one.pk: one for one in queries.people_affiliated_with(home)}
    assert set(rows) == {guest.pk, at_home.pk}
    assert rows[guest.pk].until is None
    assert rows[guest.pk].was_until == Affiliation.objects.get(person=guest, institution=home).valid_until
    assert rows[at_home.pk].until == Affiliation.objects.get(person=at_home).valid_until
    later = clock.now() + DAY
    Identity.objects.create(person=at_home, issuer="https://x.test", subject="s", last_seen_at=later)
    newest = affiliate(at_home, home, starts_at=clock.now(), valid_until=later, ended_at=clock.now())
    row = queries.people_affiliated_with(home).get(pk=at_home.pk)
    assert (row.last_here, row.was_until, row.was_ended_at) == (later, newest.valid_until, newest.ended_at)
    assert other.pk not in rows


def test_an_institution_is_named_whatever_the_case() -> None:
    home = stories.institution()
    assert queries.institution_named(f" {home.name.upper()} ") == home
    assert queries.institution_named(home.name[:-1]) is None


# ------------------------------------------------------------------------------------------------------- affiliations
def test_the_home_institution_speaks_first_then_the_latest() -> None:
    someone = stories.person()
    home = Affiliation.objects.get(person=someone)
    earlier, later = affiliate(someone, stories.institution()), affiliate(someone, stories.institution())
    Affiliation.objects.filter(pk=earlier.pk).update(confirmed_at=clock.now() - 9 * DAY)
    Affiliation.objects.filter(pk=home.pk).update(confirmed_at=clock.now() - 20 * DAY)
    assert queries.current_affiliation_of(someone) == home
    assert set(queries.affiliations_of(someone)) == {home, earlier, later}
    Affiliation.objects.filter(pk=home.pk).update(ended_at=clock.now(), ended_by=stories.person())
    assert queries.current_affiliation_of(someone) == later
    Affiliation.objects.filter(pk=later.pk).update(confirmed_at=clock.now() - 10 * DAY)
    assert queries.current_affiliation_of(someone) == earlier
    assert queries.current_affiliation_of(stories.person()) not in (home, earlier, later)


def test_the_newest_statement_of_each_institution_is_listed() -> None:
    someone, other = stories.person(), stories.person()
    home = Affiliation.objects.get(person=someone)
    newer = affiliate(someone, home.institution, starts_at=clock.now() + DAY)
    affiliate(other, home.institution)
    guest = affiliate(someone, stories.institution())
    found = {one: one.counts for one in queries.latest_affiliations_of(someone)}
    assert found == {newer: False, guest: True}


def test_the_newest_statement_about_any_account_is_a_part_of_a_larger_question() -> None:
    someone, old, other = stories.person(), stories.person(), stories.person()
    home = someone.institution
    assert home is not None
    Person.objects.filter(pk=old.pk).update(merged_into=someone)
    affiliate(other, home, starts_at=clock.now() + 3 * DAY)
    newest = Subquery(queries.newest_affiliations("pk", "institution").values("pk")[:1])

    def found(person: Person) -> object:
        return Person.objects.annotate(newest=newest).get(pk=person.pk).newest

    assert found(someone) == Affiliation.objects.get(person=someone).pk
    of_old_account = affiliate(old, home, starts_at=clock.now() + DAY)
    assert found(someone) == of_old_account.pk
    own = affiliate(someone, home, starts_at=clock.now() + 2 * DAY)
    assert found(someone) == own.pk
    affiliate(someone, stories.institution(), starts_at=clock.now() + 4 * DAY)
    assert found(someone) == own.pk


def test_a_sign_in_restores_what_no_official_ended() -> None:
    someone, old, other = stories.person(), stories.person(), stories.person()
    Person.objects.filter(pk=old.pk).update(merged_into=someone)
    home, there = someone.institution, stories.institution()
    assert home is not None and other.institution is not None
    pair = (someone.pk, home.pk)
    assert queries.sign_in_restores([someone.pk])[pair] is True
    assert queries.ended_for_good([someone.pk]) == {}
    Affiliation.objects.filter(person=someone).update(ended_at=clock.now(), ended_by=stories.person())
    assert queries.sign_in_restores([someone.pk])[pair] is False
    assert queries.ended_for_good([someone.pk]) == {}, "the affiliation of the other account can be restored"
    Affiliation.objects.filter(person=old).update(ended_at=clock.now(), ended_by=stories.person())
    affiliate(someone, there, ended_at=clock.now())
    assert queries.ended_for_good([someone.pk, other.pk]) == {someone.pk: home.pk}
    Person.objects.filter(pk=someone.pk).update(institution=None)
    ended = queries.ended_for_good([someone.pk])
    assert set(ended) == {someone.pk} and ended[someone.pk] in {home.pk, there.pk, old.institution_id}
    affiliate(someone, home, starts_at=clock.now() + DAY)
    assert queries.sign_in_restores([someone.pk])[pair] is True, "the newest counts"
    assert queries.ended_for_good([someone.pk]) == {}
    assert set(queries.sign_in_restores([other.pk])) == {(other.pk, other.institution.pk)}


# ------------------------------------------------------------------------------------------ terms, texts and providers
def test_the_newest_terms_count() -> None:
    assert queries.current_terms() is None
    assert queries.terms_at("https://x.test/terms/1") is None
    first, second = stories.terms("One."), stories.terms("Two.")
    assert queries.current_terms() == second
    assert queries.terms_of_version(first.version) == first
    assert queries.terms_at(queries.address_of_terms(second)) == second
    assert queries.terms_at(queries.address_of_terms(first)) is None


def test_accepted_terms_are_the_persons_own_and_the_newest() -> None:
    someone, other = stories.person(), stories.person()
    first = stories.terms("One.")
    accept_terms(first, by=someone)
    assert queries.has_accepted_terms(someone)
    assert not queries.has_accepted_terms(other)
    stories.terms("Two.")
    assert not queries.has_accepted_terms(someone)


def test_the_newest_text_of_each_kind_and_language_counts() -> None:
    for kind, language, version in (("privacy", "en", 2), ("privacy", "en", 1), ("privacy", "da", 1)):
        SiteText.objects.create(kind=kind, language=language, version=version, text=f"{language} {version}")
    newest = queries.newest_site_text("privacy", "en")
    assert newest is not None and newest.version == 2
    assert queries.newest_site_text("accessibility", "en") is None
    found = {pair: one.version for pair, one in queries.site_texts().items()}
    assert found == {("privacy", "en"): 2, ("privacy", "da"): 1}


def test_a_provider_is_found_by_every_word_or_by_a_whole_domain() -> None:
    place = stories.institution("Fjordby University")
    fjordby = a_provider("fjordby", name="Campus login", institution=place, domains=["fjordby.no"])
    other, closed = a_provider("other"), a_provider("closed", is_active=False)

    def matching(words: str) -> list[Provider]:
        return list(queries.providers_matching(words))

    for words in ("campus", "fjordby LOGIN", "ada@Fjordby.no ", "fjordby.no", "campus " + "log " * 10 + "nothing"):
        assert matching(words) == [fjordby], words
    for words in ("campus other", "ada@sub.fjordby.no", "a@b", "closed"):
        assert matching(words) == [], words
    assert matching("campus l.ogin") == [], "with a space it is no domain"
    assert set(queries.providers()) == {fjordby, other}
    assert queries.provider_by_issuer(other.issuer) == other
    assert queries.provider_by_issuer(closed.issuer) is None


def test_identities_are_listed_oldest_first() -> None:
    someone, other = stories.person(), stories.person()
    first = queries.identities_of(someone).get()
    second = Identity.objects.create(
        person=someone, issuer="https://x.test", subject="s", linked_at=first.linked_at - DAY
    )
    assert list(queries.identities_of(someone)) == [second, first]
    assert first not in queries.identities_of(other)
