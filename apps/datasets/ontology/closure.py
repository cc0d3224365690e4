"""All ancestors of every term. Cycles and parents that are not in the file are refused."""

from collections.abc import Iterable

from apps.datasets.ontology.terms import LONGEST_NAME, MOST_SYNONYMS, OntologyError, Term

MOST_TERMS = 300_000


def closed(terms: Iterable[Term]) -> dict[str, tuple[Term, frozenset[str]]]:
    """Each term with its ancestors (without itself), by id. An obsolete term has none.

    Raises OntologyError for no terms or too many, an id that is there twice, a term without a name, a parent that is
    missing, and a cycle.
    """
    found = _by_id(terms)
    if not found:
        raise OntologyError("The file has no diseases: terms with a MONDO or DOID id.")
    for term in found.values():
        for parent in term.parents:
            if parent not in found:
                raise OntologyError(f"The parent {parent} of {term.id} is not in the file.")
    above = _ancestors(found)
    return {key: (term, above[key]) for key, term in found.items()}


def _by_id(terms: Iterable[Term]) -> dict[str, Term]:
    found: dict[str, Term] = {}
    for term in terms:
        if term.id in found:
            raise OntologyError(f"{term.id} is in the file twice.")
        if not term.name and not term.obsolete:
            raise OntologyError(f"{term.id} has no name.")
        if len(found) >= MOST_TERMS:
            raise OntologyError(f"The file has more than {MOST_TERMS} diseases.")
        found[term.id] = _tidied(term)
    return found


def _tidied(term: Term) -> Term:
    term.parents = [] if term.obsolete else list(dict.fromkeys(term.parents))
    term.name = term.name[:LONGEST_NAME]
    names = dict.fromkeys(one[:LONGEST_NAME] for one in term.synonyms if one != term.name)
    term.synonyms = list(names)[:MOST_SYNONYMS]
    return term


def _ancestors(terms: dict[str, Term]) -> dict[str, frozenset[str]]:
    """Depth first without recursion: a term is ready when all its parents are."""
    ready: dict[str, frozenset[str]] = {}
    for start in terms:
        path, stack = set[str](), [start]
        while stack:
            here = stack[-1]
            if here in ready:
                stack.pop()
                continue
            waiting = [parent for parent in terms[here].parents if parent not in ready]
            if not waiting:
                above = [ready[parent] | {parent} for parent in terms[here].parents]
                ready[here] = frozenset().union(*above)
                path.discard(here)
                stack.pop()
                continue
            path.add(here)
            if path & set(waiting):
                raise OntologyError(f"{here} is its own ancestor: the file has a cycle.")
            stack += waiting
    return ready
