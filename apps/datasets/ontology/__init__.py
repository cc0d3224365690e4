"""Diseases of MONDO and DOID: read from OBO, OWL (RDF/XML) or OBO-graph JSON, one term at a time. No database."""

from apps.datasets.ontology.closure import closed
from apps.datasets.ontology.reading import read_terms
from apps.datasets.ontology.terms import OntologyError, Term

__all__ = ["OntologyError", "Term", "closed", "read_terms"]
