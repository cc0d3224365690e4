"""What a portal needs before a dataset can be requested: one table, for the page Set up, for Home and for the doctor.

Each row is a fact of the database or of the settings. What needs a call to another machine is in `server`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.access_requests.queries_register import is_public
from apps.agreements.queries import newest_template
from apps.committees.models import Committee
from apps.committees.queries import unable_to_decide
from apps.people.models import Institution, PlatformRole, SiteText
from apps.people.queries import current_terms, people_with_platform_role, providers, site_texts, visa_issuers
from apps.people.set_up_queries import institutions_without_official, people_who_can_own

MOST = 1000
OPERATORS = 2  # one proposes to resume downloads, another confirms it


@dataclass(frozen=True)
class Found:
    """Whether a part is done, and what there is of it, in words."""

    done: bool
    fact: str


@dataclass(frozen=True)
class Part:
    """One part of the set-up: where it is done, and whether people can work without it."""

    code: str
    label: Any
    page: str
    find: Callable[[], Found]
    required: bool = True
    anchor: str = ""  # the part of that page


@dataclass(frozen=True)
class Step:
    """A part as it is now; `state` is done, todo or optional."""

    code: str
    label: str
    url: str
    state: str
    fact: str
    required: bool


def steps() -> list[Step]:
    """Every part in the order in which it is done."""
    found = [(part, part.find()) for part in PARTS]
    return [
        Step(
            code=part.code,
            label=str(part.label),
            url=f"{reverse(part.page)}{part.anchor}",
            state=_state(part, one),
            fact=one.fact,
            required=part.required,
        )
        for part, one in found
    ]


def to_do(found: list[Step]) -> list[Step]:
    """The required parts that are not done, the next one first."""
    return [step for step in found if step.state == "todo"]


def _state(part: Part, found: Found) -> str:
    if found.done:
        return "done"
    return "todo" if part.required else "optional"


def _contact() -> Found:
    known = bool(settings.OPERATOR_NAME and (settings.CONTACT_EMAIL or settings.CONTACT_PAGE))
    missing = _("Set OPERATOR_NAME and CONTACT_EMAIL in the environment on the server, then restart the portal.")
    return Found(known, settings.OPERATOR_NAME if known else missing)


def _institutions() -> Found:
    n = _number(Institution.objects.all())
    return Found(n > 0, _counted(ngettext("%(n)s institution", "%(n)s institutions", n), n))


def _providers() -> Found:
    found = providers()
    n = _number(found)
    names_some = Q(institution__isnull=False) | Q(allowed_institutions__isnull=False) | Q(trusts_visas=True)
    if n and not found.filter(names_some).exists():
        return Found(False, _("No identity provider names an institution yet, so a sign-in confirms no affiliation."))
    return Found(n > 0, _counted(ngettext("%(n)s is switched on", "%(n)s are switched on", n), n))


def _operators() -> Found:
    n = _number(people_with_platform_role(PlatformRole.Kind.OPERATOR).filter(is_break_glass=False))
    if n < OPERATORS:
        return Found(False, _("Two operators are needed to resume downloads after an emergency stop."))
    return Found(True, _counted(ngettext("%(n)s operator", "%(n)s operators", n), n))


def _auditors() -> Found:
    n = _number(people_with_platform_role(PlatformRole.Kind.AUDITOR))
    return Found(n > 0, _counted(ngettext("%(n)s auditor", "%(n)s auditors", n), n))


def _owners() -> Found:
    n = _number(people_who_can_own())
    return Found(
        n > 0, _counted(ngettext("%(n)s person can create datasets", "%(n)s people can create datasets", n), n)
    )


def _officials() -> Found:
    n = _number(institutions_without_official())
    some = Institution.objects.exists()
    without = ngettext("%(n)s institution has no signing official", "%(n)s institutions have no signing official", n)
    return Found(some and n == 0, _counted(without, n) if some else _("No institution yet"))


def _committees() -> Found:
    found = Committee.objects.order_by("pk")[:MOST]
    n = len(unable_to_decide(found))
    if n:
        lacking = ngettext(
            "%(n)s committee has no chair or too few members for its quorum",
            "%(n)s committees have no chair or too few members for their quorum", n,
        )  # fmt: skip
        return Found(False, _counted(lacking, n))
    n = found.count()
    return Found(n > 0, _counted(ngettext("%(n)s committee", "%(n)s committees", n), n))


def _template() -> Found:
    newest = newest_template(None)
    missing = _("Without an agreement template, no agreement can be created after an approval.")
    return Found(newest is not None, str(newest) if newest is not None else missing)


def _terms() -> Found:
    terms = current_terms()
    if terms is None:
        return Found(False, _("Without terms of use, nobody can use data with registered access."))
    return Found(True, _("Version %(version)s") % {"version": terms.version})


def _texts() -> Found:
    known = {kind for kind, _language in site_texts()}
    missing = [str(kind.label) for kind in SiteText.Kind if kind not in known]
    return Found(not missing, _("Not published yet: %(texts)s") % {"texts": ", ".join(missing)} if missing else "")


def _visa_issuers() -> Found:
    n = _number(visa_issuers())
    return Found(n > 0, _counted(ngettext("%(n)s visa issuer", "%(n)s visa issuers", n), n))


def _register() -> Found:
    public = is_public()
    return Found(public, _("Public") if public else _("Off"))


def _number(rows: QuerySet[Any]) -> int:
    """How many there are, counted no further than MOST: the page costs the same in a large portal."""
    return rows[:MOST].count()


def _counted(text: str, n: int) -> str:
    return text % {"n": n if n < MOST else f"{MOST}+"}


PARTS = (
    Part("contact", gettext_lazy("Who runs the portal and whom to ask"), "system_status", _contact, anchor="#texts"),
    Part("institutions", gettext_lazy("Institutions"), "set_up_institutions", _institutions),
    Part("providers", gettext_lazy("Identity providers"), "set_up_providers", _providers),
    Part("operators", gettext_lazy("Operators"), "set_up_roles", _operators),
    Part("owners", gettext_lazy("Dataset owners"), "set_up_owners", _owners),
    Part("committees", gettext_lazy("Committees"), "set_up_committees", _committees),
    Part("template", gettext_lazy("Agreement templates"), "set_up_templates", _template),
    Part("terms", gettext_lazy("Terms of use"), "set_up_terms", _terms),
    Part("texts", gettext_lazy("Privacy notice and accessibility statement"), "system_status", _texts, anchor="#texts"),
    Part("auditors", gettext_lazy("Auditors"), "set_up_roles", _auditors, required=False),
    Part("officials", gettext_lazy("Signing officials"), "set_up_institutions", _officials, required=False),
    Part("visas", gettext_lazy("Trusted visa issuers"), "set_up_visa_issuers", _visa_issuers, required=False),
    Part("register", gettext_lazy("Register of decisions"), "set_up_register", _register, required=False),
)
