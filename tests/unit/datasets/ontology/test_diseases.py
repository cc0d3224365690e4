"""Diseases are loaded by a command, found by name, synonym and id, and named in conditions with their id."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.core.actors import CONSOLE
from apps.datasets import commands, diseases
from apps.datasets.conditions import Use
from apps.datasets.matching import Disease, Outcome, Purpose, match
from apps.datasets.models import OntologyTerm
from apps.datasets.ontology import OntologyError, Term, read_terms
from apps.datasets.queries import uses_of
from tests import stories
from tests.unit.datasets.matching.test_lines import TODAY

pytestmark = pytest.mark.django_db
SMALL = Path("deploy/demo/seed/data/diseases.obo")
BREAST = "breast carcinoma (MONDO:0004989)"


@pytest.fixture(autouse=True)
def loaded() -> None:
    commands.load_ontology(read_terms(SMALL), by=CONSOLE)


def test_loading_again_changes_nothing_and_is_an_event(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_ontology", str(SMALL))
    assert "0 added, 0 changed, 0 became obsolete" in capsys.readouterr().out
    events = Event.objects.filter(kind=Kind.ONTOLOGY_LOADED).order_by("pk")
    assert [(one.facts["added"], one.facts["terms"]) for one in events] == [(30, 30), (0, 30)]


def test_a_later_release_changes_terms_and_deletes_none() -> None:
    counts = commands.load_ontology([Term("MONDO:0004992", "cancers"), Term("MONDO:7", "new")], by=CONSOLE)
    assert counts == {"terms": 2, "added": 1, "changed": 1, "obsolete": 29}
    assert OntologyTerm.objects.count() == 31 and diseases.find_diseases("asthma") == []
    assert [one.pk for one in diseases.find_diseases("cancers")] == ["MONDO:0004992"]


def test_a_refused_file_changes_nothing(tmp_path: Path) -> None:
    with pytest.raises(OntologyError):
        commands.load_ontology([Term("MONDO:1", "x", parents=["MONDO:2"])], by=CONSOLE)
    (tmp_path / "x").write_text("nothing")
    for name in ("x", "absent"):
        with pytest.raises(CommandError):
            call_command("load_ontology", str(tmp_path / name))
    assert OntologyTerm.objects.filter(is_obsolete=False).count() == 30


@pytest.mark.parametrize(
    "words, first",
    [
        ("breast car", "MONDO:0004989"), ("NSCLC", "MONDO:0005233"), ("tumour", "MONDO:0005070"),
        ("mondo:0004979", "MONDO:0004979"), ("asth", "MONDO:0004979"), ("diabetes", "MONDO:0005015"),
        ("zzz", None), ("", None),
    ],
)  # fmt: skip
def test_diseases_are_found(words: str, first: str | None) -> None:
    assert next((one.pk for one in diseases.find_diseases(words)), None) == first


def test_text_becomes_a_disease_if_it_names_exactly_one() -> None:
    assert diseases.named("Breast Carcinoma") == Disease("MONDO:0004989", "breast carcinoma")
    assert diseases.named("a rare one") == Disease("", "a rare one")
    assert diseases.named("rare (MONDO:0123456)") == Disease("MONDO:0123456", "rare")
    OntologyTerm.objects.filter(pk="MONDO:0004979").update(is_obsolete=True, replaced_by="MONDO:0005275")
    assert diseases.named("MONDO:0004979") == Disease("MONDO:0005275", "lung disorder")
    OntologyTerm.objects.filter(pk="MONDO:0004979").update(replaced_by="MONDO:404")
    assert diseases.named("MONDO:0004979") == Disease("MONDO:0004979", "asthma")
    assert [diseases.shown(one) for one in (Disease("", "x"), Disease("MONDO:1", ""))] == ["x", "MONDO:1"]


def test_a_condition_is_stored_with_name_and_id_and_matches_its_kinds() -> None:
    published = stories.drafted_dataset()
    wanted = [Use("DUO:0000007", "breast carcinoma"), Use("DUO:0000007", "a rare one")]
    commands.describe(published.dataset, by=published.owner, conditions=wanted)
    assert [use.value for use in uses_of(published.dataset)] == ["a rare one", BREAST]
    uses = [Use("DUO:0000007", "cancer (MONDO:0004992)")]
    for name, said in ((BREAST, Outcome.MATCH), ("asthma", Outcome.DENY), ("a rare one", Outcome.REVIEW)):
        purpose = Purpose(kind="disease", diseases=(diseases.named(name),), ancestry=False, sensitive=frozenset())
        assert match(uses, purpose, diseases.ancestry_of(purpose, uses), today=TODAY).outcome == said
    assert diseases.ancestry_of(Purpose()).ancestors == {}
