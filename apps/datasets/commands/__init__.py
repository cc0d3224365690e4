"""Commands on datasets: draft, describe, upload and check files, publish, withdraw, discard, assign roles."""

from apps.datasets.commands.describing import describe, discard, draft
from apps.datasets.commands.files import add_file, check_file, remove_file
from apps.datasets.commands.ontology import load_ontology
from apps.datasets.commands.proposals import accept_dataset, decline_dataset, withdraw_proposal
from apps.datasets.commands.role_holders import give_role, name_owner, record_owner_missing, remove_role
from apps.datasets.commands.versions import discard_version, publish, release_versions, start_version, withdraw

__all__ = [
    "accept_dataset",
    "add_file",
    "check_file",
    "decline_dataset",
    "describe",
    "discard",
    "discard_version",
    "draft",
    "give_role",
    "load_ontology",
    "name_owner",
    "publish",
    "record_owner_missing",
    "release_versions",
    "remove_file",
    "remove_role",
    "start_version",
    "withdraw",
    "withdraw_proposal",
]
