"""The distinct sets of use conditions of listed datasets: few, however many datasets there are. Triggers write them."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.triggers import Trigger

# Before a search document is written: the key of the dataset's conditions, and the set if it is a new one. The key is
# the SHA-256 of the set, so that the same conditions have the same key in every portal.
KEYED = """
DECLARE
    found jsonb;
BEGIN
    SELECT coalesce(jsonb_agg(jsonb_build_array(u.code, u.value) ORDER BY u.code, u.value), '[]'::jsonb) INTO found
    FROM public.datasets_condition AS u WHERE u.dataset_id = NEW.dataset_id;
    NEW.uses_set := encode(sha256(convert_to(found::text, 'UTF8')), 'hex');
    INSERT INTO public.datasets_useset (key, uses) VALUES (NEW.uses_set, found) ON CONFLICT DO NOTHING;
    RETURN NEW;
END
"""


def keyed_documents() -> Trigger:
    """The trigger on search documents; it refuses nothing."""
    return Trigger(name="datasets_searchdocument_keyed", on="INSERT", function=KEYED)


class UseSet(models.Model):
    """One set of use conditions, as a list of (code, value) in order; of datasets that are or were listed."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    key = models.CharField(primary_key=True, max_length=64)
    uses = models.JSONField()

    class Meta:
        verbose_name = _("set of use conditions")
        verbose_name_plural = _("sets of use conditions")

    def __str__(self) -> str:
        return self.key
