"""Case 19: the event log is searched by what people know: a name, a reference, a day, a dataset, a group."""

import csv
import io
import json
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.access_requests.models import AccessRequest
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.audit.queries import newest
from apps.core import clock
from apps.core.actors import ANONYMOUS, CONSOLE
from apps.identity.commands.sign_ins import record_sign_in_refused
from apps.people.commands.institutions import register_institution
from apps.people.commands.people import set_institution
from apps.people.models import Person
from tests import stories

pytestmark = pytest.mark.django_db
LOG = "/oversight/events/"


def read(**asked: str) -> Any:
    return stories.client_for(stories.auditor()).get(LOG, asked)


def kinds(page: Any) -> set[str]:
    return {row["event"].kind for row in page.context["rows"]}


def offered(page: Any) -> list[str]:
    return [offer["one"].value for one in page.context["unclear"] for offer in one["offered"]]


def everything(page: Any) -> bytes:
    return b"".join(page.streaming_content)


def test_the_log_is_for_auditors() -> None:
    case = stories.in_review()
    assert read().status_code == 200
    for other in (case.applicant, stories.operator()):
        assert stories.client_for(other).get(LOG).status_code == 403


def test_names_come_from_rows_that_can_be_erased() -> None:
    """The log itself holds ids; a name is on the page as long as the person's row has it."""
    case = stories.in_review()
    Person.objects.filter(pk=case.applicant.pk).update(name="Ingrid Holm")
    assert "Ingrid Holm" in read(ref=case.request.reference).content.decode()
    Person.objects.filter(pk=case.applicant.pk).update(name="")
    assert "Ingrid Holm" not in read(ref=case.request.reference).content.decode()


@pytest.mark.parametrize(
    "spelt",
    [
        lambda ref: ref,
        lambda ref: ref.lower(),
        lambda ref: ref.replace("-", ""),
        lambda ref: f" {ref.replace('-', ' ')} ",
        lambda ref: ref[4:],
        lambda ref: ref.replace("-", "\u2011"),
        lambda ref: ref.replace("0", "O").replace("1", "l"),
    ],
)
def test_a_reference_is_found_as_people_type_it(spelt: Any) -> None:
    """Case 19: "DAR-1ETE-BWZ1" was refused."""
    access = stories.granted()
    AccessRequest.objects.filter(pk=access.case.request.pk).update(reference="DAR-10TE-BWZ1")
    page = read(ref=spelt("DAR-10TE-BWZ1"))
    assert {"request.submitted", "request.vote_cast", "agreement.signed", "grant.issued"} <= kinds(page)
    assert {row["event"].kind for row in page.context["rows"] if row["event"].kind.startswith("file.")} == set()


def test_the_reference_of_an_agreement_finds_its_events() -> None:
    access = stories.granted()
    found = kinds(read(ref=access.agreement_setup.agreement.reference.lower()))
    assert {"agreement.offered", "agreement.executed", "grant.issued"} <= found
    assert "request.submitted" not in found


@pytest.mark.parametrize("typed", ["DAR-10TE-BWZ2", "DAR-01TE-BWZ1", "dar10tebwz", "DAR-10TE-BWZ11", "DAR-10TE"])
def test_a_similar_reference_is_offered(typed: str) -> None:
    case = stories.submitted()
    AccessRequest.objects.filter(pk=case.request.pk).update(reference="DAR-10TE-BWZ1")
    page = read(ref=typed)
    assert page.context["rows"] == []
    assert offered(page) == ["DAR-10TE-BWZ1"]
    assert offered(read(ref="DAR-QQQQ-QQQQ")) == []


def test_the_number_of_an_event_finds_it_and_is_its_permanent_address() -> None:
    stories.submitted()
    event = newest()[0]
    for typed in (str(event.pk), f"#{event.pk}", f"{event.pk:,}"):
        assert [row["event"].pk for row in read(ref=typed).context["rows"]] == [event.pk]
    client = stories.client_for(stories.auditor())
    assert client.get(f"{LOG}{event.pk}/").context["row"]["event"] == event
    assert client.get(f"{LOG}{10**18}/").status_code == 404
    assert client.get(LOG, {"ref": "9" * 19}).status_code == 200
    assert stories.client_for(stories.operator()).get(f"{LOG}{event.pk}/").status_code == 403


@pytest.mark.parametrize(
    "words", ["Ingrid Holm", "holm", "INGRID.HOLM@", "0000-0001-5109", "orcid.org/0000-0001-5109-3700"]
)
def test_a_person_is_found_by_a_part_of_what_is_known(words: str) -> None:
    """Case 19: "Ingrid Holm" was refused."""
    case = stories.in_review()
    orcid = "https://orcid.org/0000-0001-5109-3700"
    Person.objects.filter(pk=case.applicant.pk).update(
        name="Ingrid Holm", email="ingrid.holm@nordvik.example", orcid=orcid
    )
    page = read(person=words)
    assert {"request.drafted", "request.submitted"} <= kinds(page)
    for row in page.context["rows"]:
        event = row["event"]
        assert case.applicant.pk in {event.actor_id, event.subject_id, *event.about}


def test_several_people_of_one_name_are_offered_and_none_is_guessed() -> None:
    first, second = stories.person("Anna Holm"), stories.person("Ingrid Holm")
    page = read(person="Holm")
    assert page.context["rows"] == []
    assert set(offered(page)) == {first.code, second.code}
    assert read(person=first.code).context["unclear"] == []
    assert read(person=first.code.replace("-", "").lower()).context["unclear"] == []
    assert offered(read(person="Nobody at all")) == []


def test_a_merged_account_is_the_same_person() -> None:
    old, new = stories.person("Old Account"), stories.person("New Account")
    set_institution(old, institution=stories.institution(), by=CONSOLE)
    Person.objects.filter(pk=old.pk).update(merged_into=new)
    assert "person.home_set" in kinds(read(person="New Account"))


def test_a_dataset_is_found_by_words_of_its_title() -> None:
    case = stories.in_review()
    dataset = case.published_dataset.dataset
    for words in (dataset.slug, dataset.title.upper()):
        assert {"dataset.drafted", "version.published"} <= kinds(read(dataset=words))
    assert "person.signed_in" not in kinds(read(dataset=dataset.slug))


def test_the_log_is_filtered_by_days() -> None:
    stories.submitted()
    today = clock.today().isoformat()
    assert read(day_from=today, day_to=today).context["list"].total > 0
    page = read(day_to="2001-01-01")
    assert page.context["list"].total == 0
    assert page.context["all_dates_url"] == LOG
    assert read(day_from="yesterday").context["list"].problems


def test_groups_have_counts_that_their_lists_have() -> None:
    access = stories.granted()
    page = read(ref=access.case.request.reference)
    groups = {group["url"].partition("group=")[2]: group for group in page.context["groups"]}
    assert {"requests", "agreements", "access"} <= set(groups)
    for code in set(groups) - {""}:
        shown = read(ref=access.case.request.reference, group=code).context["list"]
        assert str(shown.total) == groups[code]["count"]
        assert len(shown.chips) == 2


def test_filters_are_named_and_each_can_be_removed() -> None:
    case = stories.submitted()
    page = read(ref=case.request.reference, group="requests", kind="request.submitted")
    assert kinds(page) == {"request.submitted"}
    assert len(page.context["list"].chips) == 3
    assert (
        f"ref={case.request.reference}" in page.context["list"].chips[0]["url"] + page.context["list"].chips[1]["url"]
    )


@pytest.mark.parametrize(
    "asked", [{"thing": "nonsense"}, {"kind": "no.such"}, {"group": "x"}, {"after": "1"}, {"sort": "?"}]
)
def test_what_cannot_be_understood_is_said_and_ignored(asked: dict[str, str]) -> None:
    stories.submitted()
    page = read(**asked)
    assert page.status_code == 200
    assert page.context["list"].problems
    assert page.context["rows"]


def test_things_are_found_by_id_from_the_details() -> None:
    case = stories.in_review()
    assert "request.accepted_for_review" in kinds(read(thing=str(case.request.pk)))
    assert read(thing=str(uuid4())).context["rows"] == []


def test_the_log_names_who_acted_when_it_was_no_person() -> None:
    register_institution("A new one", country="DK", by=CONSOLE)
    record_sign_in_refused("https://login.example", why="state", by=ANONYMOUS)
    owner = stories.published_dataset().owner
    rows = read().context["rows"]
    named = {row["event"].kind: (row["event"].actor_kind, row["actor"].name) for row in rows}
    assert named["institution.registered"] == ("console", "Command line")
    assert named["person.sign_in_refused"] == ("anonymous", "Someone who is not signed in")
    assert named["file.checked"] == ("system", "Gatehouse")
    assert named["version.published"] == ("person", owner.name)


def test_how_somebody_voted_is_not_in_the_log() -> None:
    """Neither before nor after the decision, on the page or in an export."""
    stories.decided()
    rows = read(kind="request.vote_cast").context["rows"]
    lines = everything(read(kind="request.vote_cast", export="jsonl")).decode().splitlines()
    facts = [row["facts"] for row in rows] + [json.loads(one)["facts"] for one in lines]
    assert len(facts) >= 2
    assert not [one for one in facts if "approve" in json.dumps(one)]


def test_reading_the_log_is_an_event_of_the_reader() -> None:
    """Case 11, 19: with the filters by name, whom it was about, and what by id; in no request's history."""
    auditor, case = stories.auditor(), stories.submitted()
    client = stories.client_for(auditor)
    client.get(LOG, {"person": case.applicant.code, "ref": case.request.reference, "day_from": "2020-01-01"})
    event = Event.objects.get(kind=Kind.AUDIT_LOG_READ)
    assert (event.actor_id, event.subject_id, event.about) == (auditor.pk, None, [case.applicant.pk])
    assert event.facts["filters"] == "day+person+ref"
    assert event.facts["searched_1"] == str(case.request.pk)
    client.get(LOG, {"export": "csv"})
    assert Event.objects.filter(kind=Kind.LIST_EXPORTED, actor_id=auditor.pk, facts__list="event_log").count() == 1


def test_what_is_shown_is_what_is_exported() -> None:
    case = stories.in_review()
    asked = {"ref": case.request.reference, "sort": "oldest"}
    shown = [row["event"].pk for row in read(**asked).context["rows"]]
    table = everything(read(**asked, export="csv")).decode("utf-8-sig")
    assert [int(row[0]) for row in list(csv.reader(io.StringIO(table)))[1:]] == shown
    lines = [json.loads(line) for line in everything(read(**asked, export="jsonl")).decode().splitlines()]
    assert [line["number"] for line in lines] == shown
    assert {line["subject"] for line in lines} >= {str(case.request.pk)}


def test_the_log_is_walked_by_key() -> None:
    stories.granted()
    client = stories.client_for(stories.auditor())
    expected = list(newest().values_list("pk", flat=True))
    seen: list[int] = []
    url = LOG
    while url:
        page = client.get(url)
        seen += [row["event"].pk for row in page.context["rows"] if row["event"].kind != Kind.AUDIT_LOG_READ]
        url = page.context["list"].next_url
    assert seen == expected


def test_the_number_of_statements_does_not_grow_with_the_events() -> None:
    auditor = stories.client_for(stories.auditor())
    case = stories.submitted()
    asked = {"person": case.applicant.code, "ref": case.request.reference}

    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert auditor.get(LOG, asked).status_code == 200
        return len(seen)

    auditor.get(LOG, asked)
    few = statements()
    for one in stories.people(3):
        set_institution(one, institution=stories.institution(), by=CONSOLE)
    access = stories.granted()
    asked = {"person": access.holder.code, "ref": access.case.request.reference}
    assert statements() <= few + 3
    assert few <= 40


def test_the_style_sheet_that_gives_the_order_of_the_layers_comes_first() -> None:
    """Before it, the sheet of the log would turn that order round: the texts of buttons lost their colour."""
    text = read().content.decode()
    sheets = [text.index(f"css/{name}") for name in ("tokens", "log")]
    assert sheets == sorted(sheets)


def test_a_files_name_or_id_finds_its_events() -> None:
    """And the file in an event leads there; a name that several files have offers them."""
    access = stories.linked(published_dataset=stories.published_dataset(files={"twice.csv": b"id\n1\n"}))
    other = stories.published_dataset(files={"only-here.csv": b"id\n2\n", "twice.csv": b"id\n3\n"})
    file, same_name = access.file, other.version.distributions.get(name="twice.csv")
    wanted = {"file.uploaded", "link.made"}
    page = read(file=str(file.pk))
    assert wanted <= kinds(page)
    things = [thing.url for row in page.context["rows"] for thing in row["things"] if thing.name == file.name]
    assert things and all(url.endswith(f"?file={file.pk}") for url in things)
    found = kinds(read(file="ONLY-HERE"))
    assert "file.uploaded" in found and "link.made" not in found
    assert set(offered(read(file="twice.csv"))) == {str(file.pk), str(same_name.pk)}
    assert kinds(read(file="no-such-file.csv")) == set()


def test_reading_of_the_log_can_be_hidden() -> None:
    client = stories.client_for(stories.auditor())
    client.get(LOG)
    assert "audit.log_read" in kinds(client.get(LOG))
    hidden = kinds(client.get(LOG, {"reading": "hide"}))
    assert hidden and not any(kind.startswith("audit.") for kind in hidden)
