"""Datasets, their versions and files (distributions), use conditions, roles and proposals; what the search compares."""

from apps.datasets.models.datasets import Condition, Dataset, DatasetRole, Distribution, Version
from apps.datasets.models.ontology import OntologyTerm
from apps.datasets.models.proposals import CommitteeProposal, Removal
from apps.datasets.models.search import SearchDocument, SearchWord
from apps.datasets.models.use_sets import UseSet

__all__ = [
    "CommitteeProposal",
    "Condition",
    "Dataset",
    "DatasetRole",
    "Distribution",
    "OntologyTerm",
    "Removal",
    "SearchDocument",
    "SearchWord",
    "UseSet",
    "Version",
]
