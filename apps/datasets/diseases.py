"""Diseases of the loaded ontology: search for a picker, and the ancestors that matching needs."""

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.search import SearchRank
from django.db.models import F, IntegerField, Value
from django.db.models.functions import Length, StrIndex, Upper
from django.utils.translation import gettext as _

from apps.datasets.conditions import DISEASE, Use
from apps.datasets.matching import Ancestry, Disease, Purpose, disease_id
from apps.datasets.models import OntologyTerm
from apps.datasets.search import Compiled
from apps.datasets.search_words import understood

AT_MOST = 20


def find_diseases(entered: str, *, most: int = AT_MOST) -> list[OntologyTerm]:
    """The diseases that an id or words name, by name or synonym; the last word may be the beginning of one.

    Names that the words begin come first, then the most similar and the shortest; at most two statements.
    """
    entered = entered.strip()
    if known := disease_id(entered):
        return list(OntologyTerm.objects.filter(pk=known))
    query = understood(entered).query
    if not query:
        return []
    found = OntologyTerm.objects.filter(search=Compiled(query), is_obsolete=False)
    at = StrIndex(Upper("name"), Upper(Value(entered)), output_field=IntegerField())
    ranked = found.annotate(at=at, rank=SearchRank(F("search"), Compiled(query)), length=Length("name"))
    rows: list[Any] = list(ranked.order_by("length", "name")[:200])
    return sorted(rows, key=lambda one: (one.at != 1, -one.rank, one.length, one.name))[:most]


def current(ids: Iterable[str]) -> list[OntologyTerm]:
    """The terms with these ids that are not obsolete, by name; one statement."""
    wanted = [one for one in ids if disease_id(one) == one and one]
    return list(OntologyTerm.objects.filter(pk__in=wanted, is_obsolete=False).order_by("name"))


def are_loaded() -> bool:
    """Whether the portal has a list of diseases at all."""
    return OntologyTerm.objects.exists()


def synonym_with(term: OntologyTerm, entered: str) -> str:
    """The synonym that has the words, if the name of the term has not all of them; empty for none."""
    words = entered.casefold().split()
    if not words or all(word in term.name.casefold() for word in words) or disease_id(entered):
        return ""
    return next((one for one in term.synonyms if all(word in one.casefold() for word in words)), "")


def obsolete(texts: Iterable[str]) -> list[str]:
    """A sentence for each text that names an obsolete term by its id, with the term that replaced it; two statements
    at most.
    """
    ids = list(dict.fromkeys(disease_id(text) for text in texts))
    old = {term.pk: term for term in OntologyTerm.objects.filter(pk__in=ids, is_obsolete=True)} if any(ids) else {}
    wanted = [term.replaced_by for term in old.values() if term.replaced_by]
    new = {term.pk: term for term in current(wanted)} if wanted else {}
    says = []
    for term in (old[pk] for pk in ids if pk in old):
        better = new.get(term.replaced_by)
        if better is None:
            says.append(_("“%(disease)s” is obsolete in the ontology. Choose another disease.") % {"disease": term})
        else:
            sentence = _("“%(disease)s” is obsolete in the ontology. Use “%(replacement)s” instead.")
            says.append(sentence % {"disease": term, "replacement": better})
    return says


def named(text: str) -> Disease:
    """The disease that a typed text names: by its id, or by exactly one name or synonym; otherwise free text."""
    text = " ".join(text.split())
    wanted = disease_id(text)
    if wanted:
        term = _current(OntologyTerm.objects.filter(pk=wanted).first())
        return (
            Disease(term.pk, term.name) if term is not None and term.name else Disease(wanted, _without(text, wanted))
        )
    exact = list(OntologyTerm.objects.filter(name__iexact=text, is_obsolete=False)[:2]) if text else []
    return Disease(exact[0].pk, exact[0].name) if len(exact) == 1 else Disease("", text)


def _current(term: OntologyTerm | None) -> OntologyTerm | None:
    """The term, or the one that replaced it."""
    if term is not None and term.is_obsolete and term.replaced_by:
        return OntologyTerm.objects.filter(pk=term.replaced_by, is_obsolete=False).first() or term
    return term


def _without(text: str, wanted: str) -> str:
    """The name beside an id that the ontology does not have."""
    at = text.upper().find(wanted)
    return (text[:at] + text[at + len(wanted) :]).replace("()", "").strip(" ,;:")


def shown(disease: Disease) -> str:
    """The disease as people read and type it: "breast carcinoma (MONDO:0004989)"."""
    if not disease.id:
        return disease.label
    return f"{disease.label} ({disease.id})" if disease.label else disease.id


def tidied(use: Use) -> Use:
    """A condition on a disease as it is stored: with the name and id of the ontology if the text names one of it."""
    return Use(use.code, shown(named(use.value))[:200]) if use.code == DISEASE and use.value.strip() else use


def ancestry_of(purpose: Purpose, uses: Iterable[Use] = ()) -> Ancestry:
    """What matching needs to know of the diseases of the purpose and of these conditions; one statement, or none."""
    ids = {one.id for one in purpose.diseases or ()} | {disease_id(use.value) for use in uses if use.code == DISEASE}
    rows = (
        OntologyTerm.objects.filter(pk__in=ids - {""}, is_obsolete=False) if ids - {""} else OntologyTerm.objects.none()
    )
    return Ancestry({pk: frozenset(above) for pk, above in rows.values_list("pk", "ancestors")})
