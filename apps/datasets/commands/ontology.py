"""Load an ontology of diseases."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db import transaction
from django.db.models import F, Func, TextField, Value
from django.db.models.expressions import CombinedExpression

from apps.audit.record import Kind, record
from apps.core.actors import CONSOLE, Actor
from apps.datasets.models import OntologyTerm
from apps.datasets.ontology import Term, closed
from apps.people.rules import check_named

ROWS = 1000  # written with one statement


@transaction.atomic
def load_ontology(terms: Iterable[Term], *, by: Actor) -> dict[str, int]:
    """Store the diseases of a file; loading the same file again changes nothing.

    A term of the same ontology that the file no longer has becomes obsolete; it is not deleted. Raises OntologyError
    for a file that cannot be closed. Returns how many terms there are, are new, changed and became obsolete.
    """
    check_named(by, CONSOLE)
    read = closed(terms)
    locked = OntologyTerm.objects.select_for_update().order_by("pk").defer("search")
    stored = {term.pk: term for term in locked}
    rows = {key: _row(term, above) for key, (term, above) in read.items()}
    new = [row for key, row in rows.items() if key not in stored]
    changed = [row for key, row in rows.items() if key in stored and _said(row) != _said(stored[key])]
    gone = _gone(stored, read)
    OntologyTerm.objects.bulk_create(new, batch_size=ROWS)
    fields = ["name", "synonyms", "ancestors", "is_obsolete", "replaced_by", "search"]
    OntologyTerm.objects.bulk_update(changed, fields, batch_size=ROWS)
    OntologyTerm.objects.bulk_update(gone, ["is_obsolete", "ancestors"], batch_size=ROWS)
    OntologyTerm.objects.filter(search=None).update(search=_searched())
    counts = {"terms": len(read), "added": len(new), "changed": len(changed), "obsolete": len(gone)}
    facts: dict[str, Any] = dict(counts)
    record(Kind.ONTOLOGY_LOADED, actor=by, **facts)
    return counts


def _row(term: Term, above: Iterable[str]) -> OntologyTerm:
    return OntologyTerm(
        pk=term.id, name=term.name, synonyms=term.synonyms, ancestors=sorted(above), is_obsolete=term.obsolete,
        replaced_by=term.replaced_by,
    )  # fmt: skip


def _gone(stored: Mapping[str, OntologyTerm], read: Iterable[str]) -> list[OntologyTerm]:
    """The terms that the same ontology had and has no more, obsolete."""
    kept = set(read)
    prefixes = {key.split(":")[0] for key in kept}
    current = [one for key, one in stored.items() if key not in kept and not one.is_obsolete]
    gone = [one for one in current if one.pk.split(":")[0] in prefixes]
    for one in gone:
        one.is_obsolete, one.ancestors = True, []
    return gone


def _said(term: OntologyTerm) -> tuple[object, ...]:
    return term.name, term.synonyms, term.ancestors, term.is_obsolete, term.replaced_by


def _searched() -> CombinedExpression:
    """The words of a term, taken apart like those of the catalogue: name and id before synonyms."""

    def words(separated: str, *parts: F | Value, weight: str) -> Func:
        text = Func(*parts, function=separated, output_field=TextField())
        return Func(text, Value(weight), function="public.search_vector", output_field=SearchVectorField())

    first = words("concat_ws", Value(" ; "), F("name"), F("id"), weight="A")
    second = words("array_to_string", F("synonyms"), Value(" ; "), weight="B")
    return CombinedExpression(first, "||", second, output_field=SearchVectorField())
