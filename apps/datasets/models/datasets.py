"""Datasets, their versions and files (distributions), use conditions and roles."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from apps.committees.models import Committee
from apps.core import clock, roles
from apps.core.actors import Viewer
from apps.core.identifiers import new_id, new_storage_key
from apps.core.text import seen_text
from apps.core.triggers import Trigger, never_truncated
from apps.core.workflow import WorkflowModel
from apps.datasets.states import VERSION_WORKFLOW, VersionState
from apps.people.models import Institution, Person

# A version that was published never becomes a draft again, nor a withdrawn one available; a draft may be deleted.
PUBLISHED_VERSION_FROZEN = """
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.published_at IS NOT NULL THEN
            RAISE EXCEPTION USING MESSAGE = 'a published version cannot be deleted', ERRCODE = 'check_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF (OLD.published_at IS NOT NULL AND NEW.published_at IS DISTINCT FROM OLD.published_at)
        OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at)
        OR NEW.id <> OLD.id OR NEW.dataset_id <> OLD.dataset_id OR NEW.number <> OLD.number
    THEN
        RAISE EXCEPTION USING MESSAGE = 'a published version cannot become a draft, nor a withdrawn one available',
            ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
"""
PUBLISHED_FILES_FROZEN = """
DECLARE
    draft boolean;
BEGIN
    SELECT state = 'draft' INTO draft FROM public.datasets_version
        WHERE id = CASE WHEN TG_OP = 'INSERT' THEN NEW.version_id ELSE OLD.version_id END FOR SHARE;
    IF draft IS NOT TRUE OR (TG_OP = 'UPDATE' AND NEW.version_id <> OLD.version_id) THEN
        RAISE EXCEPTION USING MESSAGE = 'files of a published version cannot be added, changed or deleted',
            ERRCODE = 'check_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
"""


class DatasetQuerySet(models.QuerySet["Dataset"]):
    def listed(self, at: datetime | None = None) -> Self:
        """Datasets that everybody may see: a version was published and its embargo has ended."""
        return self.filter(listed_from__lte=clock.sql_now(at))

    def visible_to(self, person: Viewer) -> Self:
        """Datasets this person may see: the listed ones, and those on which they have a role."""
        return self.filter(Q(listed_from__lte=clock.sql_now()) | Q(roles.role_exists(person, Dataset.ROLES, Dataset)))

    def managed_by(self, person: Viewer) -> Self:
        """What this person owns or manages."""
        return self.filter(roles.role_exists(person, Dataset.MANAGERS, Dataset))


class Dataset(models.Model):
    """A collection of data with a description, published in versions. People request access to it."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("contact_name", "contact_email")
    ROLE_TABLE: ClassVar[str] = "datasets.DatasetRole"
    OWNER: ClassVar[str] = "own_dataset"
    STEWARD: ClassVar[str] = "steward_dataset"
    ROLES: ClassVar[tuple[str, ...]] = ("own_dataset", "steward_dataset", "curate_dataset", "view_draft_dataset")
    MANAGERS: ClassVar[tuple[str, ...]] = ("own_dataset", "steward_dataset")

    class Access(models.TextChoices):
        OPEN = "open", _("Open access")
        REGISTERED = "registered", _("Registered access")
        CONTROLLED = "controlled", _("Controlled access")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(_("short name in the address"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=200)
    summary = models.CharField(_("summary in one or two sentences"), max_length=500, blank=True)
    description = models.TextField(_("description"), blank=True)
    keywords = models.CharField(_("keywords"), max_length=300, blank=True)
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    attribution = models.CharField(_("how to cite"), max_length=500, blank=True)
    contact_name = models.CharField(_("contact"), max_length=200, blank=True, db_default="")
    contact_email = models.EmailField(_("contact e-mail"), blank=True, db_default="")
    access = models.CharField(_("access level"), max_length=12, choices=Access.choices, default=Access.CONTROLLED)
    institution = models.ForeignKey(Institution, null=True, on_delete=models.PROTECT, related_name="datasets")
    committee = models.ForeignKey(Committee, null=True, blank=True, on_delete=models.PROTECT, related_name="datasets")
    longest_grant_days = models.PositiveSmallIntegerField(_("maximum access in days"), default=365)
    requires_second_factor = models.BooleanField(_("requires a second factor"), default=False, db_default=False)
    listed_from = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=Now())

    objects = DatasetQuerySet.as_manager()

    class Meta:
        verbose_name = _("dataset")
        verbose_name_plural = _("datasets")
        permissions = [
            ("own_dataset", "Owns the dataset"),
            ("steward_dataset", "Manages the dataset"),
            ("curate_dataset", "Checks the dataset before it is published"),
            ("view_draft_dataset", "Reads the draft"),
            ("download_dataset", "May download now (never stored: answered by the access rule)"),
        ]
        constraints = [
            seen_text(
                "title", "summary", "description", "keywords", "licence", "attribution", name="dataset_text_is_seen"
            ),
            models.CheckConstraint(
                condition=~Q(access="controlled") | Q(listed_from__isnull=True) | Q(committee__isnull=False),
                name="dataset_controlled_has_committee",
            ),
            models.CheckConstraint(condition=Q(longest_grant_days__gte=1), name="dataset_grant_days_positive"),
        ]
        indexes = [
            models.Index(F("listed_from").desc(nulls_last=True), F("id").desc(), name="dataset_newest"),
            models.Index(fields=["access", "-listed_from"], name="dataset_by_access"),
            models.Index(fields=["title", "id"], name="dataset_by_title"),
        ]

    def __str__(self) -> str:
        return self.title


class Condition(models.Model):
    """One use condition of a dataset: a code of `conditions.TERMS`, and its value where the code needs one.

    For "DS" (research on the named disease only) the value is the disease, for "GS" the region, and so on.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="conditions")
    code = models.CharField(_("code"), max_length=12)
    value = models.CharField(_("value"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("use condition")
        verbose_name_plural = _("use conditions")
        ordering = ["code", "value"]
        constraints = [
            seen_text("value", name="condition_text_is_seen"),
            models.UniqueConstraint(fields=["dataset", "code", "value"], name="condition_once"),
            models.CheckConstraint(condition=~Q(code=""), name="condition_has_code"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.value}".strip()


class DatasetRole(roles.RoleRow):
    """A person's role on one dataset. It gives no access to published files; only a grant does."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()
    ROLES: ClassVar[tuple[str, ...]] = Dataset.ROLES
    content_object = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="role_rows")


class VersionQuerySet(models.QuerySet["Version"]):
    def available(self, at: datetime | None = None) -> Self:
        """Versions whose files can be downloaded: published or superseded, not withdrawn, embargo ended."""
        public = self.filter(state__in=[VersionState.PUBLISHED, VersionState.SUPERSEDED])
        return public.filter(Q(embargo_until__isnull=True) | Q(embargo_until__lte=clock.sql_now(at)))

    def visible_to(self, person: Viewer) -> Self:
        """Versions this person may see: all but drafts once the embargo has ended, and every version by role."""
        past_embargo = Q(embargo_until__isnull=True) | Q(embargo_until__lte=clock.sql_now())
        public = ~Q(state=VersionState.DRAFT) & past_embargo
        return self.filter(public | Q(roles.role_exists(person, Dataset.ROLES, Dataset, outer="dataset_id")))


class Version(WorkflowModel):
    """A version of a dataset. Its files cannot be changed once it is published; a withdrawn version stays visible."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()
    WORKFLOW = VERSION_WORKFLOW

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=VersionState.choices, default=VersionState.DRAFT)
    notes = models.TextField(_("what is new"), blank=True)
    embargo_until = models.DateTimeField(_("embargo until"), null=True, blank=True)
    published_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)  # when earlier versions were superseded after an embargo
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(_("reason for withdrawal"), max_length=500, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["-number"]
        constraints = [
            seen_text("notes", "withdrawn_because", name="version_text_is_seen"),
            models.UniqueConstraint(fields=["dataset", "number"], name="version_number_once"),
            models.UniqueConstraint(fields=["dataset"], condition=Q(state="draft"), name="version_one_draft"),
            # A version under an embargo is published beside the one that it will supersede.
            models.UniqueConstraint(
                fields=["dataset"], condition=Q(state="published", embargo_until__isnull=True),
                name="version_one_published",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", published_at__isnull=True)
                | (~Q(state="draft") & Q(published_at__isnull=False)),
                name="version_published_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_because="")),
                name="version_withdrawn_says_why",
            ),
            Trigger(name="datasets_version_frozen", on="DELETE OR UPDATE", function=PUBLISHED_VERSION_FROZEN),
            never_truncated("datasets_version", "versions cannot be deleted together"),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["embargo_until"], name="version_to_release",
                condition=Q(state="published", embargo_until__isnull=False, released_at__isnull=True),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.dataset_id} v{self.number}"


class DistributionQuerySet(models.QuerySet["Distribution"]):
    def of_visible_versions(self, person: Viewer) -> Self:
        """Files of the versions this person may see."""
        versions = Version.objects.visible_to(person).filter(pk=OuterRef("version_id"))
        return self.filter(Exists(versions))


class Distribution(models.Model):
    """One file of a version. The database refuses any change to it once its version is published.

    Versions of one dataset share the stored bytes of a file that did not change between them.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()
    STORED_FILES: ClassVar[tuple[str, ...]] = ("storage_key",)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="distributions")
    name = models.CharField(_("file name"), max_length=255)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100, default="application/octet-stream")
    sha256 = models.CharField(max_length=64, blank=True)
    storage_key = models.CharField(max_length=100, db_index=True, default=new_storage_key)
    uploaded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(db_default=Now())
    checked_at = models.DateTimeField(null=True)

    objects = DistributionQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint("version", Lower("name"), name="distribution_name_once"),
            models.CheckConstraint(condition=Q(size__gt=0), name="distribution_not_empty"),
            models.CheckConstraint(condition=~Q(name=""), name="distribution_has_name"),
            models.CheckConstraint(
                condition=Q(sha256="", checked_at__isnull=True) | (~Q(sha256="") & Q(checked_at__isnull=False)),
                name="distribution_checked_says_when",
            ),
            Trigger(
                name="datasets_distribution_frozen", on="INSERT OR DELETE OR UPDATE", function=PUBLISHED_FILES_FROZEN
            ),
            never_truncated("datasets_distribution", "files cannot be deleted together"),
        ]

    def __str__(self) -> str:
        return self.name
