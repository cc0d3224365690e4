"""What an institution gets of its own: one row a table, with the columns and which rows are its own.

Its own are its people and affiliations, its committees with their decisions, its datasets with everything that was
requested, signed and granted on them, and what its own people requested, signed and were granted elsewhere. Of a
request for datasets of several institutions it gets its own datasets only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.access_requests import fields
from apps.access_requests.models import (
    AccessRequest,
    Cohort,
    Invitation,
    Item,
    Message,
    NoConflictDeclaration,
    Recusal,
    SharedWork,
    Student,
    Verdict,
    Vote,
)
from apps.agreements.models import Agreement, Signature, SignedPdf
from apps.committees.models import Committee, CommitteeMember
from apps.datasets.models import Condition, Dataset, DatasetRole, Distribution, Version
from apps.grants.models import AccessGrant
from apps.people.models import Affiliation, Institution, InstitutionRole, Person

# Of Table Schema (Data Package 1.0, Frictionless), by the kind of column; every other column is a string.
TYPES: "tuple[tuple[type[models.Field[Any, Any]], str], ...]" = (
    (models.BooleanField, "boolean"),
    (models.IntegerField, "integer"),
    (models.DateTimeField, "datetime"),
    (models.DateField, "date"),
    (ArrayField, "array"),
    (models.JSONField, "object"),
)


@dataclass(frozen=True)
class Table:
    """`own` are the rows of an institution; `columns` are attribute names of the model."""

    name: str
    model: type[models.Model]
    columns: tuple[str, ...]
    own: Callable[[Institution], Q]

    def rows(self, institution: Institution) -> QuerySet[Any]:
        """In a stable order, each row once."""
        keys = self.model._base_manager.filter(self.own(institution)).values("pk")
        return self.model._base_manager.filter(pk__in=keys).order_by("pk")

    def schema(self) -> dict[str, Any]:
        """Table Schema of the CSV file."""
        described = [{"name": name, "type": self._type(name)} for name in self.columns]
        return {"fields": described, "primaryKey": self.columns[0]}

    def _type(self, name: str) -> str:
        if "__" in name:
            return "string"
        field = self.model._meta.get_field(name.removesuffix("_id") if name != "id" else name)
        return next((said for kind, said in TYPES if isinstance(field, kind)), "string")


def _of_datasets(path: str) -> Callable[[Institution], Q]:
    return lambda institution: Q(**{f"{path}institution": institution})


def _of_both(path: str) -> Callable[[Institution], Q]:
    """On a dataset of the institution, or through the institution."""
    return lambda institution: Q(**{f"{path}institution": institution}) | Q(institution=institution)


def _requests(institution: Institution) -> Q:
    return Q(items__dataset__institution=institution) | Q(applicant__institution=institution)


def _messages(institution: Institution) -> Q:
    """What its committees wrote or read, and what was written to its own applicants; never what another committee wrote
    for itself.
    """
    shared = Q(request__items__committee__institution=institution) | Q(request__applicant__institution=institution)
    return Q(committee__institution=institution) | (Q(internal=False) & shared)


def _of_its_applicants(institution: Institution) -> Q:
    """Invitations that its own people sent."""
    return Q(invited_by__institution=institution)


def _shared_work(institution: Institution) -> Q:
    """Of its own applicants, and of what was submitted to its committees or for its datasets."""
    items = Item.objects.filter(request=OuterRef("request"), request__submitted_at__isnull=False)
    concerned = items.filter(Q(committee__institution=institution) | Q(dataset__institution=institution))
    return Q(request__applicant__institution=institution) | Q(Exists(concerned))


def _classes(path: str) -> Callable[[Institution], Q]:
    """Classes that it teaches, and those that were submitted to its committees or for its datasets."""
    return lambda institution: (
        Q(**{f"{path}institution": institution})
        | Q(
            **{
                f"{path}request__items__committee__institution": institution,
                f"{path}request__submitted_at__isnull": False,
            }
        )
        | Q(
            **{
                f"{path}request__items__dataset__institution": institution,
                f"{path}request__submitted_at__isnull": False,
            }
        )
    )


def _declared(institution: Institution) -> Q:
    """What members of its committees declared about a request that such a committee decides."""
    members = CommitteeMember.objects.filter(committee__institution=institution)
    return Q(request__items__committee__institution=institution, person__in=members.values("person"))


def _agreements(path: str) -> Callable[[Institution], Q]:
    return lambda institution: (
        Q(**{f"{path}item__dataset__institution": institution}) | Q(**{f"{path}institution": institution})
    )


TABLES = (
    Table("institution", Institution, ("id", "name", "ror", "country", "domains"), lambda one: Q(pk=one.pk)),
    Table(
        "people", Person, ("id", "code", "name", "email", "orcid", "is_active", "created_at"), _of_datasets("")
    ),
    Table(
        "affiliations", Affiliation,
        ("id", "person_id", "scoped", "starts_at", "confirmed_at", "valid_until", "ended_at"), _of_datasets(""),
    ),
    Table("signing_officials", InstitutionRole, ("id", "user_id"), lambda one: Q(content_object=one)),
    Table(
        "committees", Committee,
        ("id", "slug", "name", "about", "rule", "quorum", "votes_needed", "veto", "blind", "review_days", "accepting"),
        _of_datasets(""),
    ),
    Table(
        "committee_members", CommitteeMember,
        ("id", "committee_id", "person_id", "is_chair", "starts_at", "ends_at", "end_reason"),
        _of_datasets("committee__"),
    ),
    Table(
        "datasets", Dataset,
        (
            "id", "slug", "title", "summary", "description", "keywords", "licence", "attribution", "contact_name",
            "contact_email", "access", "committee_id", "longest_grant_days", "requires_second_factor", "listed_from",
            "created_at",
        ),
        _of_datasets(""),
    ),
    Table(
        "dataset_roles", DatasetRole, ("id", "user_id", "content_object_id", "permission__codename"),
        _of_datasets("content_object__"),
    ),
    Table("use_conditions", Condition, ("id", "dataset_id", "code", "value"), _of_datasets("dataset__")),
    Table(
        "versions", Version,
        (
            "id", "dataset_id", "number", "state", "notes", "embargo_until", "published_at", "withdrawn_at",
            "withdrawn_because", "created_at",
        ),
        _of_datasets("dataset__"),
    ),
    Table(
        "files", Distribution,
        ("id", "version_id", "name", "size", "media_type", "sha256", "storage_key", "uploaded_at", "checked_at"),
        _of_datasets("version__dataset__"),
    ),
    Table(
        "requests", AccessRequest,
        (
            "id", "reference", "applicant_id", *fields.stored(), "state", "created_at", "submitted_at", "decided_at",
            "answer_until", "ended_at",
        ),
        _requests,
    ),
    Table(
        "request_datasets", Item,
        ("id", "request_id", "dataset_id", "committee_id", "state", "reason", "terms", "decided_at"),
        _of_datasets("dataset__"),
    ),
    Table(
        "classes", Cohort,
        ("id", "request_id", "course", "institution_id", "first_day", "last_day", "supervision", "places"),
        _classes(""),
    ),
    Table(
        "students", Student,
        ("id", "cohort_id", "name", "email", "orcid", "person_id", "invited_at", "confirmed_at", "declined_at",
         "removed_at"),
        _classes("cohort__"),
    ),
    Table(
        "invitations", Invitation,
        ("id", "request_id", "email", "orcid", "invited_at", "outcome", "person_id", "ended_at"), _of_its_applicants,
    ),
    Table(
        "shared_work", SharedWork,
        ("id", "request_id", "party_id", "colleague", "work", "year", "added_at", "removed_at"), _shared_work,
    ),
    Table(
        "messages", Message,
        ("id", "request_id", "author_id", "committee_id", "internal", "text", "written_at", "withdrawn_at"), _messages,
    ),
    Table(
        "votes", Vote, ("id", "item_id", "voter_id", "choice", "reason", "supersedes_id", "cast_at"),
        _of_datasets("item__committee__"),
    ),
    Table(
        "verdicts", Verdict,
        ("id", "round_id", "committee_id", "number", "says", "reason", "given_by_id", "given_at", "supersedes_id"),
        _of_datasets("committee__"),
    ),
    Table("conflicts_declared", Recusal, ("id", "request_id", "person_id", "reason", "declared_at"), _declared),
    Table("no_conflict_declared", NoConflictDeclaration, ("id", "request_id", "person_id", "declared_at"), _declared),
    Table(
        "agreements", Agreement,
        (
            "id", "reference", "item_id", "institution_id", "state", "text", "sha256", "starts_on", "ends_on",
            "offered_at", "executed_at", "ended_at", "ended_because",
        ),
        _agreements(""),
    ),
    Table(
        "signatures", Signature,
        ("id", "agreement_id", "signer_id", "typed_name", "capacity", "signed_at", "text_sha256", "issuer"),
        _agreements("agreement__"),
    ),
    Table(
        "signed_pdfs", SignedPdf, ("id", "agreement_id", "number", "signatures", "sha256", "stored_at"),
        _agreements("agreement__"),
    ),
    Table(
        "grants", AccessGrant,
        (
            "id", "holder_id", "dataset_id", "agreement_id", "institution_id", "starts_at", "ends_at", "issued_at",
            "revoked_at", "revoked_by_id", "revoked_because",
        ),
        _of_both("dataset__"),
    ),
)  # fmt: skip


def decided_by(institution: Institution) -> Q:
    """The requests and their datasets that a committee of the institution decides."""
    return Q(committee__institution=institution)
