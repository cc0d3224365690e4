"""What the search compares: a document of each listed dataset, and the words in it. Triggers write them."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from apps.committees.models import Committee
from apps.core.triggers import Trigger
from apps.datasets.conditions import TERMS
from apps.datasets.models.datasets import Dataset
from apps.datasets.models.use_sets import keyed_documents
from apps.datasets.search_sql import functions
from apps.people.models import Institution


def _refreshing(table: str, on: str, block: str) -> Trigger:
    """A trigger that writes the search documents of the datasets in `block` again, in the transaction of the change."""
    name = f"{table}_searched"
    return Trigger(
        name=name, on=on, when="AFTER", table=table, function=f"\nBEGIN\n    {block}\n    RETURN NULL;\nEND\n"
    )


def _refresh(ids: str) -> str:
    return f"PERFORM public.search_refresh(ARRAY({ids}));"


_LISTED = "SELECT id FROM public.datasets_dataset WHERE listed_from IS NOT NULL AND"
_OWNED = (
    "SELECT content_object_id FROM public.datasets_datasetrole WHERE user_id = NEW.id AND permission_id IN "
    "(SELECT id FROM public.auth_permission WHERE codename = 'own_dataset')"
)
_RENAMED = "IF NEW.name IS DISTINCT FROM OLD.name THEN {} END IF;"
_EITHER_ROW = "(CASE WHEN TG_OP = 'DELETE' THEN OLD.{0} ELSE NEW.{0} END)"
_SEARCH_TRIGGERS = [
    _refreshing("datasets_dataset", "INSERT OR UPDATE", "IF NEW.listed_from IS NOT NULL THEN "
                + _refresh("SELECT NEW.id") + " END IF;"),
    _refreshing("datasets_version", "INSERT OR DELETE OR UPDATE",
                _refresh(f"{_LISTED} id = {_EITHER_ROW.format('dataset_id')}")),
    _refreshing("datasets_condition", "INSERT OR DELETE OR UPDATE",
                _refresh(f"{_LISTED} id = {_EITHER_ROW.format('dataset_id')}")),
    _refreshing("datasets_datasetrole", "INSERT OR DELETE OR UPDATE",
                _refresh(f"{_LISTED} id = {_EITHER_ROW.format('content_object_id')}")),
    _refreshing("people_institution", "UPDATE",
                _RENAMED.format(_refresh(f"{_LISTED} institution_id = NEW.id"))),
    _refreshing("committees_committee", "UPDATE", _RENAMED.format(_refresh(f"{_LISTED} committee_id = NEW.id"))),
    _refreshing("people_person", "UPDATE",
                "IF (NEW.name, NEW.is_active) IS DISTINCT FROM (OLD.name, OLD.is_active) THEN "
                + _refresh(f"{_LISTED} id IN ({_OWNED})") + " END IF;"),
]  # fmt: skip


class SearchDocument(models.Model):
    """What the search compares of a listed dataset, from one moment to another; drafts have no document.

    Only triggers write these rows, in the transaction of each change. A document holds what everybody may see while it
    is valid: files under embargo are in the next one, which is valid from the end of the embargo.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="documents")
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    listed_from = models.DateTimeField()
    access = models.CharField(max_length=12)
    institution = models.ForeignKey(Institution, null=True, on_delete=models.PROTECT, related_name="+")
    committee = models.ForeignKey(Committee, null=True, on_delete=models.PROTECT, related_name="+")
    subjects = ArrayField(models.TextField())
    subject_labels = ArrayField(models.TextField())
    conditions = ArrayField(models.TextField())
    formats = ArrayField(models.TextField())
    files = models.IntegerField()
    bytes = models.BigIntegerField()
    search = SearchVectorField()
    uses_set = models.CharField(max_length=64, db_default="", default="")  # of the UseSet; empty: not computed yet

    class Meta:
        verbose_name = _("search document")
        verbose_name_plural = _("search documents")
        constraints = [
            models.UniqueConstraint(fields=["dataset", "valid_from"], name="search_document_once"),
            functions(TERMS),
            keyed_documents(),
            *_SEARCH_TRIGGERS,
        ]
        indexes = [
            GinIndex(fields=["search"], name="search_document_words"),
            models.Index(F("listed_from").desc(), F("dataset").desc(), name="search_document_newest"),
            GinIndex(fields=["subjects", "conditions", "formats"], name="search_document_facets"),
            models.Index(fields=["uses_set", "-listed_from", "-dataset"], name="search_document_uses"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id} from {self.valid_from}"


class SearchWord(models.Model):
    """A word of listed datasets and its shapes, each with a character left out. Words with a shape in common are alike.

    Names of people and files are not among them. A word that no dataset has any more is never suggested.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    word = models.CharField(max_length=24, primary_key=True)
    shapes = ArrayField(models.CharField(max_length=24))

    class Meta:
        verbose_name = _("word of the search")
        verbose_name_plural = _("words of the search")
        indexes = [GinIndex(fields=["shapes"], name="search_word_shapes")]

    def __str__(self) -> str:
        return self.word
