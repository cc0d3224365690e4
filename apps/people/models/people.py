"""People, the identities they sign in with, their institutions, platform roles and terms."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core import roles
from apps.core.identifiers import new_id, new_reference
from apps.core.text import seen_text


class Institution(models.Model):
    """A hospital, university or company that people are affiliated with."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("contact_email",)
    ROLE_TABLE: ClassVar[str] = "people.InstitutionRole"
    SIGNING_OFFICIAL: ClassVar[str] = "sign_for_institution"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=200)
    ror = models.CharField(_("ROR ID"), max_length=40, blank=True)
    country = models.CharField(_("country"), max_length=2)
    # The part after the @ of its people's scoped affiliations; empty: not known here.
    domains = ArrayField(models.CharField(max_length=253), default=list, blank=True)
    contact_email = models.EmailField(_("contact"), blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")
        permissions = [("sign_for_institution", "Signs for the institution")]
        constraints = [
            models.UniqueConstraint(fields=["ror"], condition=~Q(ror=""), name="institution_ror_once"),
            seen_text("name", name="institution_text_is_seen"),
        ]

    def __str__(self) -> str:
        return self.name


class PersonManager(BaseUserManager["Person"]):
    def create_person(self, **facts: Any) -> "Person":
        """A person without any password: the only way in is an institution's sign-in."""
        person = self.model(**facts)
        person.set_unusable_password()
        person.save(using=self._db)
        return person


def new_colleague_code() -> str:
    return new_reference("P")


class Person(AbstractBaseUser, PermissionsMixin):
    """Someone who uses the portal. The id never changes; the name and address can be erased.

    There is no superuser: nobody stands outside the access rule.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("name", "email", "orcid", "closed_because")
    is_superuser = False
    second_factor = (
        False  # of the sign-in, token or link that this request came with; set when it is authenticated, never stored
    )

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(_("colleague code"), max_length=20, unique=True, default=new_colleague_code)
    name = models.CharField(_("name"), max_length=200, blank=True)
    name_entered = models.BooleanField(default=False, db_default=False)  # by the person: no provider sent one
    email = models.EmailField(_("e-mail"), blank=True)
    email_verified = models.BooleanField(default=False)
    orcid = models.CharField(_("ORCID iD"), max_length=40, blank=True)
    institution = models.ForeignKey(Institution, null=True, on_delete=models.PROTECT, related_name="people")
    language = models.CharField(_("language"), max_length=8, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)  # an IANA name; empty: UTC
    is_active = models.BooleanField(default=True)
    closed_because = models.TextField(blank=True, default="", db_default="")  # why an operator closed the account
    is_break_glass = models.BooleanField(default=False)  # nobody's own account: the operator role, and no data
    signed_out_at = models.DateTimeField(null=True)  # signed out at home: tokens and links wait for a sign-in
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged_from")
    created_at = models.DateTimeField(db_default=Now())

    USERNAME_FIELD = "id"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[PersonManager] = PersonManager()

    class Meta:
        constraints = [
            seen_text("name", name="person_text_is_seen"),
            seen_text("closed_because", name="person_closing_is_seen"),
        ]
        indexes = [models.Index(fields=["name", "id"], name="person_by_name")]
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.name or str(_("a person whose name was erased"))


class InstitutionRole(roles.RoleRow):
    """A standing role on an institution (its signing officials)."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()
    ROLES: ClassVar[tuple[str, ...]] = ("sign_for_institution",)
    content_object = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="role_rows")


class Identity(models.Model):
    """One account at one identity provider: (issuer, subject) is the person, never an e-mail address.

    `claims` is what the provider said at the last sign-in, as far as it may be believed (apps.identity.oidc.claims).
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("claims",)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="identities")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)
    provider = models.ForeignKey("people.Provider", null=True, on_delete=models.PROTECT, related_name="identities")
    claims = models.JSONField(default=dict, blank=True)
    linked_at = models.DateTimeField(db_default=Now())
    last_seen_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="identity_issuer_subject_once")]

    def __str__(self) -> str:
        return f"{self.subject} @ {self.issuer}"


class PlatformRole(models.Model):
    """A platform role from one moment to another: auditor or operator. No platform role gives access to data."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    class Kind(models.TextChoices):
        AUDITOR = "auditor", _("auditor")
        OPERATOR = "operator", _("operator")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="platform_roles")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    starts_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField()
    claim = models.ForeignKey(
        "people.PlatformRoleClaim", null=True, on_delete=models.PROTECT, related_name="platform_roles"
    )
    confirmed_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="platform_role_ends_after_start"),
            models.CheckConstraint(
                condition=Q(claim__isnull=True, confirmed_until__isnull=True)
                | Q(claim__isnull=False, confirmed_until__isnull=False),
                name="claimed_platform_role_confirmed",
            ),
        ]
        indexes = [models.Index(fields=["kind", "ends_at"], name="platform_role_by_end")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind}"


class Terms(models.Model):
    """The portal's terms for registered data, one row a version, never changed."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.PositiveIntegerField(unique=True)
    text = models.TextField()
    text_da = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [seen_text("text", "text_da", name="terms_text_is_seen")]
        verbose_name = _("terms of use")
        verbose_name_plural = _("terms of use")
        ordering = ["-version"]

    def __str__(self) -> str:
        return f"terms {self.version}"


class TermsAcceptance(models.Model):
    """A person accepted one version of the terms."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="acceptances")
    terms = models.ForeignKey(Terms, on_delete=models.PROTECT, related_name="acceptances")
    accepted_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "terms"], name="terms_accepted_once")]

    def __str__(self) -> str:
        return f"{self.person_id} accepted {self.terms_id}"
