"""What single conditions say: values, lists of people and institutions, caps, obligations, changes."""

from datetime import date

import pytest

from apps.datasets.conditions import Use
from apps.datasets.matching import Ancestry, Disease, Outcome, Purpose, Recipient, disease_id, match

TODAY = date(2027, 3, 1)
GRU = Use("DUO:0000042")
PURPOSE = Purpose(kind="health", methods=False, ancestry=False, sensitive=frozenset())
HOME = Recipient(
    frozenset({"Nordvik University Hospital", "https://ror.org/01abcde00"}), "NO", frozenset({"a@nordvik.example"})
)


def outcome(use: Use, purpose: Purpose = PURPOSE, *, recipients: list[Recipient] | None = None) -> Outcome:
    return match([GRU, use], purpose, recipients=recipients, today=TODAY).outcome


@pytest.mark.parametrize(
    "listed, recipients, said",
    [
        ("nordvik university  hospital", [HOME], Outcome.MATCH),
        ("https://ror.org/01abcde00", [HOME], Outcome.MATCH),
        ("Saarela", [HOME], Outcome.DENY),
        ("Nordvik University Hospital", [HOME, Recipient(frozenset({"Saarela"}))], Outcome.DENY),
        ("Nordvik University Hospital", [HOME, Recipient()], Outcome.REVIEW),
        ("Nordvik University Hospital", None, Outcome.REVIEW),
        ("Nordvik University Hospital", [], Outcome.REVIEW),
        ("", [HOME], Outcome.REVIEW),
    ],
)
def test_approved_institutions(listed: str, recipients: list[Recipient] | None, said: Outcome) -> None:
    assert outcome(Use("DUO:0000028", listed), recipients=recipients) == said


@pytest.mark.parametrize(
    "listed, said",
    [
        ("A@nordvik.example", Outcome.MATCH),
        ("b@nordvik.example", Outcome.DENY),
        ("0000-0002-1825-0097", Outcome.DENY),
        ("Ingrid Holm", Outcome.REVIEW),  # a name proves nothing
    ],
)
def test_approved_people(listed: str, said: Outcome) -> None:
    assert outcome(Use("DUO:0000026", listed), recipients=[HOME]) == said


@pytest.mark.parametrize(
    "region, people, places, home, said",
    [
        ("EEA", "NO", "DK", "NO", Outcome.MATCH),
        ("Norway", "NO", "NO", "NO", Outcome.MATCH),
        ("EU", "NO", "DK", "NO", Outcome.DENY),
        ("NO", "NO", "NO", "US", Outcome.DENY),
        ("NO", "NO", "NO", "", Outcome.REVIEW),
        ("NO", "", "NO", "US", Outcome.DENY),
        ("the Nordic countries", "NO", "NO", "NO", Outcome.REVIEW),
    ],
)
def test_a_region_is_compared_with_people_institutions_and_places(
    region: str, people: str, places: str, home: str, said: Outcome
) -> None:
    purpose = Purpose(
        kind="health", methods=False, ancestry=False, sensitive=frozenset(),
        countries=frozenset(people.split()), processing=frozenset(places.split()),
    )  # fmt: skip
    assert outcome(Use("DUO:0000022", region), purpose, recipients=[Recipient(country=home)]) == said


def test_the_earliest_cap_counts_and_names_its_condition() -> None:
    purpose = Purpose(**{**vars(PURPOSE), "ethics": "approved", "ethics_until": date(2027, 12, 31)})
    cap = match([GRU, Use("DUO:0000021"), Use("DUO:0000025", "2028-06-30")], purpose, today=TODAY).cap
    assert cap is not None and (cap.code, cap.day) == ("DUO:0000021", date(2027, 12, 31))
    assert match([GRU], purpose, today=TODAY).cap is None


def test_a_moratorium_is_an_obligation_with_its_day_until_the_day() -> None:
    (line,) = match([GRU, Use("DUO:0000024", "2028-01-01")], PURPOSE, today=TODAY).obligations
    assert line.due == date(2028, 1, 1)
    assert match([GRU, Use("DUO:0000024", "2027-03-01")], PURPOSE, today=TODAY).obligations == []


def test_a_dataset_without_conditions_goes_to_a_person() -> None:
    found = match([], PURPOSE, today=TODAY)
    assert found.outcome == Outcome.REVIEW and found.smallest_change == []


def test_every_disease_of_the_purpose_needs_a_named_one() -> None:
    ancestry = Ancestry({"MONDO:2": frozenset({"MONDO:1"}), "MONDO:1": frozenset(), "MONDO:9": frozenset()})
    uses = [Use("DUO:0000007", "cancer (MONDO:1)")]

    def said(*ids: str) -> Outcome:
        diseases = tuple(Disease(one, "") for one in ids)
        purpose = Purpose(kind="disease", diseases=diseases, ancestry=False, sensitive=frozenset())
        return match(uses, purpose, ancestry, today=TODAY).outcome

    assert said("MONDO:2") == said("MONDO:1") == Outcome.MATCH
    assert said("MONDO:2", "MONDO:9") == Outcome.DENY
    assert said("DOID:1") == said("MONDO:5") == said("") == Outcome.REVIEW


@pytest.mark.parametrize(
    "value, found",
    [("breast cancer (MONDO:0004989)", "MONDO:0004989"), ("mondo:1", "MONDO:1"), ("MONDO:1 or DOID:2", ""), ("x", "")],
)
def test_the_id_in_a_value(value: str, found: str) -> None:
    assert disease_id(value) == found
