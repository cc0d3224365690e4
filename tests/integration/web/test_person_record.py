"""One person over all datasets: who sees what of it, and ending all of it in one act."""

import uuid
from typing import Any

import pytest

from apps.audit.models import Event
from apps.core.errors import Denied, WrongState
from apps.grants.commands import end_all_access
from apps.grants.models import AccessGrant
from apps.grants.queries import downloadable_by
from apps.people.commands.people import accept_terms
from apps.people.models import Institution, Person
from tests import stories

pytestmark = pytest.mark.django_db
WHY = "They left the project."


def home_of(person: Person) -> Institution:
    assert person.institution is not None
    return person.institution


def page(reader: Person, person: Person) -> Any:
    return stories.client_for(reader).get(f"/people/{person.code}/")


def end(reader: Person, person: Person, reach: str, reason: str = WHY) -> Any:
    path = f"/people/{person.code}/end-access/{reach}/"
    return stories.client_for(reader).post(path, {"_once": str(uuid.uuid4()), "reason": reason})


def seen(answer: Any) -> set[Any]:
    return {row["grant"].pk for row in answer.context["grants"]}


def test_each_reader_sees_what_is_theirs_to_see() -> None:
    """The owner their datasets, the official what depends on the institution, auditor and operator everything."""
    access, other = stories.granted(), stories.published_dataset().owner
    holder, grant = access.holder, access.grant.pk
    readers = [access.owner, stories.signing_official(home_of(holder)), stories.auditor(), stories.operator()]
    for reader in readers:
        assert seen(page(reader, holder)) == {grant}
    assert page(access.owner, holder).context["sight"].everything is False
    assert "affiliations" not in page(access.owner, holder).context
    for stranger in (other, stories.person(), access.case.committee_setup.chair):
        assert page(stranger, holder).status_code == 404
    assert stories.client_for(stories.auditor()).get("/people/P-0000-0000/").status_code == 404


def test_registered_access_tokens_and_sessions_are_part_of_what_a_person_has() -> None:
    """Registered access for who answers for the person; tokens and sessions only with a platform role."""
    stories.published_dataset(access="registered")
    member, other = stories.person(), stories.person()
    accept_terms(stories.terms(), by=member)
    stories.token(member)
    readers = (stories.auditor(), stories.operator(), stories.signing_official(home_of(member)))
    for reader in readers:
        shown = page(reader, member)
        assert shown.context["registered"] is True
        assert '/datasets/?access=registered"' in shown.content.decode()
    assert page(readers[0], member).context["tokens"] == 1
    assert "tokens" not in shown.context, "not for an official"
    assert page(readers[0], other).context["registered"] is False


@pytest.mark.parametrize("reach", ["datasets", "institution", "portal"])
def test_all_access_within_reach_ends_in_one_act(reach: str) -> None:
    access = stories.granted()
    holder = access.holder
    reader = {
        "datasets": access.owner,
        "institution": stories.signing_official(home_of(holder)),
        "portal": stories.operator(),
    }[reach]
    assert [one["reach"] for one in page(reader, holder).context["endings"]] == [reach]
    asked = stories.client_for(reader).get(f"/people/{holder.code}/end-access/{reach}/")
    assert [grant.pk for grant in asked.context["ending"]] == [access.grant.pk]
    for short in (" ", "Left"):  # as an affiliation is ended: nothing that cannot be undone asks for less
        assert end(reader, holder, reach, reason=short).status_code == 422
    assert downloadable_by(holder).exists()
    assert end(reader, holder, reach)["Location"] == f"/people/{holder.code}/"
    assert not downloadable_by(holder).exists()
    grant = AccessGrant.objects.get(pk=access.grant.pk)
    assert (grant.revoked_by, grant.revoked_because) == (reader, WHY)
    event = Event.objects.get(kind="grant.revoked")
    assert (event.subject_id, event.actor_id, event.facts["reach"]) == (grant.pk, reader.pk, reach)


def test_nobody_ends_more_than_their_reach() -> None:
    """With the control: the owner of the dataset can."""
    access = stories.granted()
    official = stories.signing_official(stories.institution())
    for reader in (stories.auditor(), official, stories.person(), access.holder):
        for reach in ("datasets", "institution", "portal", "everything"):
            assert end(reader, access.holder, reach).status_code in {403, 404}
            with pytest.raises((Denied, WrongState)):
                end_all_access(access.holder, reach=reach, reason=WHY, by=reader)
    assert downloadable_by(access.holder).exists()
    assert end_all_access(access.holder, reach="datasets", reason=WHY, by=access.owner)


def test_an_operator_whose_role_ended_or_account_is_closed_ends_nothing() -> None:
    access, closed = stories.granted(), stories.operator()
    Person.objects.filter(pk=closed.pk).update(is_active=False)
    closed.refresh_from_db()
    with pytest.raises((Denied, WrongState)):
        end_all_access(access.holder, reach="portal", reason=WHY, by=closed)
    assert downloadable_by(access.holder).exists()


def test_what_remains_is_shown_before() -> None:
    """The same person's access to another owner's dataset is not within reach, and remains."""
    access = stories.granted()
    elsewhere = stories.published_dataset()
    second = stories.granted(
        stories.executed(
            stories.signed(stories.offered(stories.decided(stories.in_review(
                stories.submitted(stories.draft(applicant=access.holder, published_dataset=elsewhere))
            ))))
        )
    )  # fmt: skip
    operator = stories.operator()
    assert seen(page(operator, access.holder)) == {access.grant.pk, second.grant.pk}
    assert seen(page(access.owner, access.holder)) == {access.grant.pk}
    end_all_access(access.holder, reach="datasets", reason=WHY, by=access.owner)
    assert AccessGrant.objects.active().filter(holder=access.holder).get() == second.grant


def test_only_links_that_open_are_counted() -> None:
    """The control is the count before: after all access has ended, none of them opens."""
    access = stories.linked()
    operator = stories.operator()
    assert page(operator, access.holder).context["links"] == 1
    end_all_access(access.holder, reach="portal", reason=WHY, by=operator)
    assert page(operator, access.holder).context["links"] == 0


def test_operators_and_auditors_find_a_person_by_what_they_know(django_assert_max_num_queries: Any) -> None:
    """By a part of the name or e-mail address, ORCID iD or colleague code; nobody else has the search."""
    wanted, other = stories.person("Anna Sought"), stories.person("Bo Other")
    Person.objects.filter(pk=wanted.pk).update(orcid="0000-0002-1825-0097", email="a.sought@example.org")
    for reader in (stories.operator(), stories.auditor()):
        client = stories.client_for(reader)
        for words in ("anna", "sought@example", "1825-0097", wanted.code.lower(), "sought anna"):
            assert [one.pk for one in client.get("/people/", {"q": words}).context["list"].rows] == [wanted.pk]
        with django_assert_max_num_queries(12):
            page = client.get("/people/")
        assert {wanted.pk, other.pk} <= {one.pk for one in page.context["list"].rows}
        assert f'href="/people/{wanted.code}/"' in page.content.decode()
        assert client.get("/people/", {"q": "nobody at all"}).context["list"].rows == []
    for stranger in (stories.person(), stories.signing_official(home_of(wanted)), stories.published_dataset().owner):
        assert stories.client_for(stranger).get("/people/").status_code == 403
