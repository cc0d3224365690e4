"""The identity providers through which people sign in, and the times an operator corrected who an identity belongs
to.
"""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core.identifiers import new_id
from apps.people.models.people import Institution, Person

ALGORITHMS = ("RS256", "ES256")


def all_algorithms() -> list[str]:
    return list(ALGORITHMS)


class ProviderQuerySet(models.QuerySet["Provider"]):
    def active(self) -> "ProviderQuerySet":
        """Those that people may sign in with today."""
        return self.filter(is_active=True)


class Provider(models.Model):
    """An OpenID provider whose claims are accepted: within the institutions and domains named here, no wider.

    The client secret is not here: `secret_name` is a key of settings.PROVIDER_SECRETS.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    issuer = models.CharField(max_length=300, unique=True)
    client_id = models.CharField(max_length=200)
    secret_name = models.CharField(max_length=60)
    scopes = models.CharField(max_length=300, default="openid email profile")
    requested_acr = models.CharField(max_length=300, blank=True)
    second_factor_acrs = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    algorithms = ArrayField(models.CharField(max_length=10), default=all_algorithms)
    claims = models.JSONField(default=dict, blank=True)
    institution = models.ForeignKey(Institution, null=True, on_delete=models.PROTECT, related_name="providers")
    allowed_institutions = models.ManyToManyField(Institution, blank=True, related_name="allowed_providers")
    domains = ArrayField(models.CharField(max_length=253), default=list, blank=True)
    trusts_visas = models.BooleanField(default=False)
    logo = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    made_at = models.DateTimeField(db_default=Now())

    objects = ProviderQuerySet.as_manager()

    class Meta:
        verbose_name = _("identity provider")
        verbose_name_plural = _("identity providers")
        ordering = ["name", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(algorithms__contained_by=list(ALGORITHMS)) & Q(algorithms__len__gt=0),
                name="provider_signs_with_a_key_pair",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def claim(self, ours: str) -> str:
        """What this provider calls one of our claims."""
        said: Any = self.claims.get(ours, "")
        return said if isinstance(said, str) and said else STANDARD_CLAIMS[ours]


STANDARD_CLAIMS = {
    "name": "name",
    "email": "email",
    "email_verified": "email_verified",
    "orcid": "orcid",
    "institution": "ror",
    "scoped_affiliations": "eduperson_scoped_affiliation",
    "assurance": "eduperson_assurance",
}


class IdentityChange(models.Model):
    """An identity came to a person (linked), or an operator split or merged accounts; with the reason in words."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("reason",)

    class Kind(models.TextChoices):
        LINKED = "linked", _("linked")
        SPLIT = "split", _("separated")
        MERGED = "merged", _("merged")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    identity = models.ForeignKey("people.Identity", on_delete=models.PROTECT, related_name="changes")
    was_of = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="identities_given_up")
    now_of = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="identities_gained")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="identities_changed")
    reason = models.TextField(blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(was_of__isnull=True) | ~Q(was_of=F("now_of")), name="identity_change_changes_something"
            ),
            models.CheckConstraint(condition=Q(kind="linked") | ~Q(reason=""), name="identity_change_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.identity_id}"
