"""Diseases that use conditions and purposes name, with all their ancestors. Loaded by `manage.py load_ontology`."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _


class OntologyTerm(models.Model):
    """A disease of MONDO or DOID. `ancestors` are the ids of all terms above it; an obsolete term has none.

    A term is never deleted: conditions and purposes name it. One that a later file no longer has becomes obsolete.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    id = models.CharField(primary_key=True, max_length=16)
    name = models.CharField(_("name"), max_length=300, blank=True)
    synonyms = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    ancestors = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    is_obsolete = models.BooleanField(default=False)
    replaced_by = models.CharField(max_length=16, blank=True)
    search = SearchVectorField(null=True)

    class Meta:
        verbose_name = _("disease")
        verbose_name_plural = _("diseases")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(id__regex=r"^(MONDO|DOID):[0-9]{1,9}$"), name="ontology_term_has_an_id"
            )
        ]
        indexes = [GinIndex(fields=["search"], name="ontology_term_words")]

    def __str__(self) -> str:
        return f"{self.name} ({self.id})" if self.name else self.id
