"""People, identities, terms, tokens and platform roles."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction

from apps.audit.models import Event
from apps.core import clock
from apps.core.actors import ANONYMOUS, CONSOLE, SYSTEM
from apps.core.errors import Denied, Invalid, WrongState
from apps.identity.commands.identities import deactivate, merge_people, reactivate, split_identity
from apps.identity.commands.sign_ins import record_sign_in, record_sign_in_refused, record_sign_out
from apps.people.commands import people as people_commands
from apps.people.commands.people import accept_terms, appoint_signing_official, choose_language, give_platform_role
from apps.people.models import Identity, Institution, Person, PlatformRole, TermsAcceptance
from apps.people.queries import (
    colleagues_by_code,
    current_terms,
    has_accepted_terms,
    has_platform_role,
    institutions_signed_for,
    people_of,
)
from apps.people.rules import check_active, check_auditor
from apps.tokens.commands.tokens import make_token, record_token_use, revoke_token
from apps.tokens.models import PersonalToken
from apps.tokens.queries import token_for
from tests import stories

pytestmark = pytest.mark.django_db
ISSUER = "https://idp.test"


def get_or_create_person(subject: str = "s", issuer: str = ISSUER, **claims: Any) -> Person:
    facts = {"name": "Ingrid Holm", "email": "ingrid@nordvik.example", "email_verified": True, **claims}
    return people_commands.get_or_create_person(issuer, subject=subject, by=SYSTEM, **facts)


# ------------------------------------------------------------------------------------------------------ identities
def test_a_person_is_known_again_by_issuer_and_subject() -> None:
    first = get_or_create_person(name="Ingrid Holm")
    again = get_or_create_person(name="Ingrid Holm-Dahl", email="other@nordvik.example", email_verified=False)
    assert again.pk == first.pk
    assert (again.name, again.email, again.email_verified) == ("Ingrid Holm-Dahl", "other@nordvik.example", False)
    assert Event.objects.filter(kind="person.created").count() == 1
    assert Identity.objects.get().last_seen_at is not None


@pytest.mark.parametrize(
    ("issuer", "subject"),
    [(ISSUER, "other"), (ISSUER, "S"), ("https://other.test", "s"), (ISSUER, "s "), (ISSUER + "/", "s")],
)
def test_the_same_e_mail_never_makes_the_same_person(issuer: str, subject: str) -> None:
    """L5, L12, L50, T18, T32, T33: other subject, other case, other issuer: another person."""
    assert get_or_create_person(issuer=issuer, subject=subject).pk != get_or_create_person().pk


@pytest.mark.django_db(transaction=True)
def test_two_first_sign_ins_at_once_make_one_person() -> None:
    found, start = [], threading.Barrier(4)

    def arrive() -> None:
        try:
            start.wait()
            found.append(get_or_create_person().pk)
        finally:
            connection.close()

    arrivals = [threading.Thread(target=arrive) for _ in range(4)]
    for one in arrivals:
        one.start()
    for one in arrivals:
        one.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert Person.objects.count() == 1
    assert Event.objects.filter(kind="person.created").count() == 1


def test_there_is_no_superuser_and_no_password() -> None:
    """L48, T10."""
    someone = get_or_create_person()
    assert Person.is_superuser is False
    assert not someone.has_usable_password()
    assert "is_superuser" not in {field.name for field in Person._meta.get_fields()}


def test_an_erased_person_is_still_called_something() -> None:
    someone = get_or_create_person(name="")
    assert str(someone) == "a person whose name was erased"
    assert str(get_or_create_person(subject="t")) == "Ingrid Holm"


# ------------------------------------------------------------------------------------------------------- sign-ins
def test_sign_ins_refusals_and_sign_outs_are_written_down_without_free_text() -> None:
    someone = get_or_create_person()
    record_sign_in(someone, issuer=ISSUER, acr="a b\nc@æ", by=someone)
    record_sign_in_refused(ISSUER, why="state", by=ANONYMOUS)
    record_sign_out(someone, by=someone)
    kinds = {e.kind: e for e in Event.objects.all()}
    assert kinds["person.signed_in"].facts == {"acr": "a_b_c__", "issuer": ISSUER}
    assert kinds["person.sign_in_refused"].facts == {"why": "state", "issuer": ISSUER}
    assert kinds["person.signed_out"].subject_id == someone.pk


# ----------------------------------------------------------------------------------------------------- platform roles
def test_a_platform_role_counts_from_its_start_until_its_end() -> None:
    someone = stories.operator()
    assert has_platform_role(someone, "operator")
    assert not has_platform_role(someone, "auditor")
    with clock.freeze(PlatformRole.objects.get(person=someone).ends_at):
        assert not has_platform_role(someone, "operator")
    with clock.freeze(clock.now() - timedelta(days=1)):
        assert not has_platform_role(someone, "operator")
    assert str(PlatformRole.objects.get(person=someone)) == f"{someone.pk} operator"


def test_a_deactivated_person_has_no_platform_role() -> None:
    """T16."""
    someone = stories.operator()
    deactivate(someone, by=stories.operator())
    assert not has_platform_role(someone, "operator")


def test_whose_account_is_closed_is_given_no_platform_role_until_it_is_open_again() -> None:
    """A role given meanwhile would count on the day the account is opened."""
    someone = stories.deactivated()
    with pytest.raises(Invalid, check=lambda refused: refused.field == "code"):
        give_platform_role(someone, kind="auditor", days=10, by=CONSOLE)
    assert not PlatformRole.objects.filter(person=someone).exists()
    reactivate(someone, by=stories.operator())
    someone.refresh_from_db()
    give_platform_role(someone, kind="auditor", days=10, by=CONSOLE)
    assert has_platform_role(someone, "auditor")


def test_only_operators_assign_roles_close_accounts_and_appoint() -> None:
    anyone, other = stories.person(), stories.person()
    for refused in (
        lambda: give_platform_role(other, kind="operator", days=1, by=anyone),
        lambda: deactivate(other, by=anyone),
        lambda: reactivate(other, by=anyone),
        lambda: appoint_signing_official(other, institution=stories.institution(), by=anyone),
    ):
        with pytest.raises(Denied, match="Only an operator"):
            refused()
    with pytest.raises(Denied, match="Only an auditor"):
        check_auditor(anyone)
    check_auditor(stories.auditor())


def test_an_operator_assigns_a_role_appoints_and_closes_and_opens_an_account() -> None:
    boss, other, institution = stories.operator(), stories.person(), stories.institution()
    give_platform_role(other, kind="auditor", days=10, by=boss)
    appoint_signing_official(other, institution=institution, by=boss)
    assert has_platform_role(other, "auditor")
    assert institutions_signed_for(other).get() == institution
    deactivate(other, by=boss)
    assert not Person.objects.get(pk=other.pk).is_active
    reactivate(other, by=boss)
    assert Person.objects.get(pk=other.pk).is_active


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_platform_role_has_a_reasonable_end(days: int) -> None:
    with pytest.raises(Invalid, check=lambda refused: refused.field == "days"):
        give_platform_role(stories.person(), kind="auditor", days=days, by=CONSOLE)


def test_an_official_sees_the_people_of_their_institution() -> None:
    institution = stories.institution()
    official, colleague, stranger = (
        stories.signing_official(institution),
        stories.person(at=institution),
        stories.person(),
    )
    seen = people_of(institutions_signed_for(official))
    assert {official, colleague} <= set(seen)
    assert stranger not in seen
    assert not people_of(institutions_signed_for(stranger)).exists()
    assert str(institution) == institution.name


# ------------------------------------------------------------------------------------------------------------ terms
def test_new_terms_must_be_accepted_by_everybody() -> None:
    someone = stories.person()
    assert current_terms() is None
    assert not has_accepted_terms(someone)
    first = stories.terms()
    accept_terms(first, by=someone)
    accept_terms(first, by=someone)
    assert has_accepted_terms(someone)
    assert TermsAcceptance.objects.count() == Event.objects.filter(kind="terms.accepted").count() == 1
    second = stories.terms("Changed.")
    assert (second.version, str(second)) == (2, "terms 2")
    assert not has_accepted_terms(someone)
    assert str(TermsAcceptance.objects.get()) == f"{someone.pk} accepted {first.pk}"


def test_who_is_deactivated_accepts_nothing() -> None:
    with pytest.raises(Denied, match="not active"):
        accept_terms(stories.terms(), by=stories.deactivated())
    with pytest.raises(Denied, match="not active"):
        check_active(AnonymousUser())


# ----------------------------------------------------------------------------------------------------------- tokens
def test_a_token_is_shown_once_and_stored_as_a_digest() -> None:
    """T48."""
    someone = stories.person()
    token, secret = make_token(" laptop ", scopes=["read", "read", "download"], days=7, by=someone)
    assert secret.startswith("gh_")
    assert len(secret) >= 46
    assert secret not in str(vars(PersonalToken.objects.get()))
    assert token.scopes == ["download", "read"]
    assert str(token).startswith("laptop (gh_")
    assert token_for(secret) == token
    assert token_for(secret.swapcase()) is None
    assert secret not in str([e.facts for e in Event.objects.all()])


def test_a_token_ends_with_time_by_hand_and_with_its_person() -> None:
    """T26, T48, T89."""
    someone, boss = stories.person(), stories.operator()
    token, secret = make_token("a", scopes=["read"], days=1, by=someone)
    with clock.freeze(token.expires_at - timedelta(microseconds=1)):
        assert token_for(secret) == token
    with clock.freeze(token.expires_at):
        assert token_for(secret) is None
    deactivate(someone, by=boss)
    assert token_for(secret) is None
    reactivate(someone, by=boss)
    assert token_for(secret) == token
    revoke_token(token, by=someone)
    revoke_token(token, by=someone)
    assert token_for(secret) is None
    assert Event.objects.filter(kind="token.revoked").count() == 1


def test_nobody_revokes_the_token_of_another() -> None:
    token, _secret = make_token("a", scopes=["read"], days=1, by=stories.person())
    with pytest.raises(Denied, match="belongs to another person"):
        revoke_token(token, by=stories.person())


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"name": "  "}, {"name"}),
        ({"scopes": []}, {"scopes"}),
        ({"scopes": ["read", "everything"]}, {"scopes"}),
        ({"days": 0}, {"days"}),
        ({"days": 366}, {"days"}),
        ({"name": "", "scopes": [], "days": -1}, {"name", "scopes", "days"}),
    ],
)
def test_a_token_needs_a_name_a_known_scope_and_an_end(wrong: dict[str, Any], fields: set[str]) -> None:
    asked = {"name": "a", "scopes": ["read"], "days": 7, **wrong}
    with pytest.raises(Invalid) as refused:
        make_token(asked["name"], scopes=asked["scopes"], days=asked["days"], by=stories.person())
    assert set(refused.value.fields) == fields
    assert not PersonalToken.objects.exists()


def test_the_last_use_of_a_token_is_noted_once_a_minute() -> None:
    someone = stories.person()
    token, _secret = make_token("a", scopes=["read"], days=7, by=someone)
    record_token_use(token, by=someone)
    token.refresh_from_db()
    first = token.last_used_at
    record_token_use(token, by=someone)
    token.refresh_from_db()
    assert token.last_used_at == first
    with clock.freeze(clock.now() + timedelta(minutes=2)):
        record_token_use(token, by=someone)
    token.refresh_from_db()
    assert token.last_used_at > first


# -------------------------------------------------------------------------------------------------------- the rest
def test_colleagues_are_found_by_the_code_they_gave() -> None:
    someone, gone = stories.person(), stories.deactivated()
    assert list(colleagues_by_code([someone.code, gone.code, "P-0000-0000"])) == [someone]


def test_a_language_is_remembered() -> None:
    someone = stories.person()
    choose_language(someone, language="da", by=someone)
    assert Person.objects.get(pk=someone.pk).language == "da"


def test_an_institution_has_one_row_per_ror() -> None:
    Institution.objects.create(name="a", country="DK", ror="https://ror.org/01")
    with pytest.raises(IntegrityError), transaction.atomic():
        Institution.objects.create(name="b", country="DK", ror="https://ror.org/01")
    Institution.objects.create(name="c", country="DK")
    Institution.objects.create(name="d", country="DK")
    assert str(Identity(subject="s", issuer=ISSUER)) == f"s @ {ISSUER}"


def test_an_identity_that_has_moved_meanwhile_is_not_split() -> None:
    """T17: a stale page splits nothing that belongs to somebody else by now."""
    someone, other, boss = get_or_create_person(), get_or_create_person(subject="t"), stories.operator()
    merge_people(other, into=someone, by=boss, reason="One person, two providers.")
    stale = Identity.objects.get(subject="t")
    third = get_or_create_person(subject="u")
    Identity.objects.filter(pk=stale.pk).update(person=third)
    with pytest.raises(WrongState, match="changed in the meantime"):
        split_identity(stale, by=boss, reason="It was somebody else.")
    assert Identity.objects.get(subject="t").person == third
