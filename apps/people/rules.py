"""What an account must be before its person may act, and what an institution may say."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from apps.core import clock, zones
from apps.core.actors import Actor, NamedActor, Viewer
from apps.core.errors import Denied, Invalid, NeedsSignIn, WrongState
from apps.core.text import is_blank, is_email, is_hidden, seen_length
from apps.people.models import (
    ALGORITHMS,
    Affiliation,
    Identity,
    Institution,
    Person,
    PlatformRole,
    Provider,
    SiteText,
    VisaIssuer,
)
from apps.people.queries import (
    accounts_of,
    current_affiliation_of,
    current_terms,
    has_platform_role,
    institutions_answered_for,
    people_of,
    people_with_platform_role,
    platform_roles_of,
    providers,
)
from apps.people.sign_in import SignIn

ROR = re.compile(r"https://ror\.org/0[a-hj-km-np-tv-z0-9]{6}[0-9]{2}\Z", re.ASCII)


def check_active(person: Viewer) -> None:
    if not getattr(person, "is_active", False):
        raise Denied(_("Your account is not active. Contact the portal’s operator."))


def check_not_break_glass(person: Viewer) -> None:
    """An account for emergencies runs the portal; nothing that a person answers for is done with it."""
    if getattr(person, "is_break_glass", False):
        raise Denied(_("This is an emergency account. You can use it only for operator tasks."))


def check_can_speak_for(by: Person, institution: Institution, person: Person) -> None:
    """A signing official of the institution, or an operator where it has none, about somebody else of it; several
    accounts of one person are one.
    """
    check_not_break_glass(by)
    if not by.is_active or not institutions_answered_for(by).filter(pk=institution.pk).exists():
        raise Denied(_("Only a signing official of the institution can confirm or end an affiliation."))
    if accounts_of(by).filter(pk=person.pk).exists():
        raise Denied(
            _(
                "You cannot confirm or end your own affiliation. Ask another signing "
                "official, or sign in again through your institution."
            )
        )
    theirs = Institution.objects.filter(pk=institution.pk)
    if not people_of(theirs).filter(pk=person.pk).exists():
        raise Denied(_("This person does not belong to your institution."))


def check_affiliated(person: Person) -> Affiliation:
    """The person has an active affiliation; returns it."""
    affiliation = current_affiliation_of(person)
    if affiliation is None:
        raise WrongState(
            _(
                "You need a current affiliation to submit a request and to sign. Sign in again through your "
                "institution. If you still have no affiliation, ask one of its signing officials to confirm it. If "
                "the institution has no signing official, ask the operator of the portal."
            )
        )
    return affiliation


def check_has_name(person: Person, *, field: str = "") -> None:
    """The person has a name, which they type to sign; Invalid at `field` if not."""
    if is_blank(person.name):
        raise Invalid(
            _("Your institution did not send your name. Enter your name on your Account page, then try again."),
            field=field,
        )


def check_can_enter_name(person: Person) -> None:
    """A name that a provider sent is changed there, not here."""
    check_not_break_glass(person)
    if person.name and not person.name_entered:
        raise Denied(_("Your institution sends your name. Ask your institution to change it."))


def check_entered_name(name: str) -> str:
    """The name on one line: 2 to 200 visible characters, an alphabetic one among them, none hidden."""
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if any(is_hidden(c) for c in name):
        raise Invalid(_("The name contains hidden characters. Type it instead of pasting it."), field="name")
    if not 2 <= seen_length(name) <= 200 or not any(c.isalpha() for c in name) or "@" in name:
        raise Invalid(_("Enter your given name and family name as they are in your identity document."), field="name")
    return name


def check_affiliation_there(ended: int) -> None:
    if not ended:
        raise WrongState(_("There is no current affiliation to end."))


def check_site_text(kind: str, language: str, text: str) -> None:
    if kind not in SiteText.Kind.values or language not in dict(settings.LANGUAGES):
        raise Invalid(_("The portal has no such text."))
    if is_blank(text):
        raise Invalid(_("Enter the text."), field="text")


def check_time_zone(name: str) -> None:
    if not zones.is_known(name):
        raise Invalid(_("Choose a time zone from the list."), field="time_zone")


def check_same(by: Person, person: Person) -> None:
    if by.pk != person.pk:
        raise Denied(_("You can do this only for your own account."))


def check_operator(by: Viewer, *or_named: NamedActor) -> None:
    """An operator, or one of these named actors."""
    if by in or_named:
        return
    if not has_platform_role(by, PlatformRole.Kind.OPERATOR):
        raise Denied(_("Only an operator can do this."))


def check_can_set_up(by: Viewer, *or_named: NamedActor) -> None:
    """An operator who signed in through an institution, or one of these named actors.

    An emergency account sets nothing up: it lasts an hour, and what it set up would outlast it.
    """
    if by in or_named:
        return
    check_operator(by)
    check_not_break_glass(by)


def check_another_operator(person: Person) -> None:
    """The last operator stays: who else is asked when nobody is left to act."""
    operators = people_with_platform_role(PlatformRole.Kind.OPERATOR).filter(is_break_glass=False)
    if operators.filter(pk=person.pk).exists() and not operators.exclude(pk=person.pk).exists():
        raise WrongState(_("This is the only operator. Have another operator appointed first."))


def check_no_operator() -> None:
    """A portal that has an operator needs no first one."""
    if people_with_platform_role(PlatformRole.Kind.OPERATOR).filter(is_break_glass=False).exists():
        raise WrongState(_("This portal has an operator, who can assign roles to other people."))


def check_first_operator(by: Person) -> None:
    """Whoever becomes the first operator has an account of their own that is open."""
    check_active(by)
    check_not_break_glass(by)


def check_operator_can_sign_in(without: Provider) -> None:
    """When this provider is switched off, an operator can still sign in through another one."""
    operators = people_with_platform_role(PlatformRole.Kind.OPERATOR).filter(is_break_glass=False)
    others = providers().exclude(pk=without.pk).values("issuer")
    if not Identity.objects.filter(person__in=operators, issuer__in=others).exists():
        raise WrongState(
            _("No operator could sign in any more: all of them use this identity provider. First add another one, and "
              "sign in through it as an operator.")
        )  # fmt: skip


def check_auditor(by: Viewer) -> None:
    if not has_platform_role(by, PlatformRole.Kind.AUDITOR):
        raise Denied(_("Only an auditor can read this."))


def check_auditor_or_operator(by: Viewer) -> None:
    if not platform_roles_of(by).filter(kind__in=[PlatformRole.Kind.OPERATOR, PlatformRole.Kind.AUDITOR]).exists():
        raise Denied(_("Only an operator or an auditor can see this page."))


def check_platform_role_period(days: int) -> None:
    if not 1 <= days <= 366:
        raise Invalid(_("A role can be valid for 1 to 366 days."), field="days")


def check_can_have_platform_role(person: Person) -> None:
    """An open account that is somebody's own."""
    check_not_break_glass(person)
    if not person.is_active:
        raise Invalid(_("This person's account is not active."), field="code")


def check_platform_role(role: str) -> None:
    if role not in PlatformRole.Kind.values:
        raise Invalid(_("Choose the role auditor or operator."), field="role")


def check_institution(
    name: str, country: str, ror: str, contact: str = "", *, known: Institution | None = None
) -> None:
    """A name, a country (ISO 3166-1 alpha-2) and, where there is one, a ROR id (https://ror.org/ and 9 characters).

    `known` is the institution that is changed, if it is registered already.
    """
    fields: dict[str, str] = {}
    others = Institution.objects.exclude(pk=known.pk) if known is not None else Institution.objects.all()
    if is_blank(name):
        fields["name"] = _("Enter the name of the institution.")
    elif others.filter(name__iexact=name.strip()).exists():
        fields["name"] = _("An institution with this name is already registered.")
    if not (len(country) == 2 and country.isascii() and country.isalpha()):
        fields["country"] = _("Enter a two-letter country code, for example DK.")
    if ror and not ROR.match(ror):
        fields["ror"] = _("Enter a ROR ID such as https://ror.org/01aj84f44.")
    elif ror and others.filter(ror=ror).exists():
        fields["ror"] = _("Another institution is registered with this ROR ID.")
    if not is_email(contact):
        fields["contact_email"] = _("Enter an e-mail address such as name@example.org.")
    if fields:
        raise Invalid(_("The institution was not saved."), fields=fields)


DOMAIN = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]\Z", re.ASCII
)


def check_domains(domains: Iterable[str]) -> list[str]:
    """Whole domain names, each once; a name covers itself and nothing below it."""
    said = [one.strip().lower() for one in domains if one.strip()]
    wrong = next((one for one in said if not DOMAIN.match(one)), None)
    if wrong is not None:
        raise Invalid(_("“%(domain)s” is not a valid domain name.") % {"domain": wrong}, field="domains")
    return sorted(set(said))


def check_reason(reason: str) -> str:
    """A reason that another operator can understand later."""
    if seen_length(reason) < 10:
        raise Invalid(_("Enter a reason of at least 10 characters."), field="reason")
    return reason.strip()


SLUG = re.compile(r"[a-z0-9-]{1,60}")

FRESH_FOR = timedelta(minutes=10)

SKEW = timedelta(minutes=1)

# OpenID Connect Core 1.0, 5.1: what many providers let people write themselves, and what is about the token, not them.
SELF_CHOSEN = {
    "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
    "website", "email", "gender", "birthdate", "zoneinfo", "locale", "phone_number", "address", "updated_at",
    "iss", "aud", "exp", "iat", "nbf", "nonce", "auth_time", "azp", "at_hash", "c_hash", "jti", "sid",
}  # fmt: skip


def check_claim_rule(*, claim: str, value: str) -> None:
    """A claim by its exact name and one exact value; never something that people write about themselves."""
    fields: dict[str, str] = {}
    if not claim or claim != claim.strip() or len(claim) > 200:
        fields["claim"] = _("Enter the name of the claim exactly as the provider sends it.")
    elif claim in SELF_CHOSEN:
        fields["claim"] = _(
            "At many providers people can set this claim themselves. Use a group or entitlement claim instead."
        )
    if not value or value != value.strip() or len(value) > 500:
        fields["value"] = _("Enter one value, exactly as the provider sends it.")
    if fields:
        raise Invalid(_("The claim was not mapped to a role."), fields=fields)


def check_fresh(sign_in: SignIn) -> None:
    """The person proved who they are within the last ten minutes; a time in the future proves nothing."""
    now = clock.now()
    if not now - FRESH_FOR <= sign_in.auth_time <= now + SKEW:
        raise NeedsSignIn(_("Sign in again first. This action requires a sign-in within the last ten minutes."))


def check_visa_issuer(*, slug: str, **facts: Any) -> None:
    """An issuer and the one address of its keys, both reached by https, and the sources whose claims it may pass on."""
    fields: dict[str, str] = {}
    if not _reached(facts["issuer"]):
        fields["issuer"] = _("Enter the issuer as an https address, exactly as in its visas.")
    if not _reached(facts["jku"]):
        fields["jku"] = _("Enter the address of the issuer’s keys as an https address, exactly as in its visas.")
    if not facts["sources"] or not all(0 < len(one) <= 255 for one in facts["sources"]):
        fields["sources"] = _("Enter at least one source that this issuer may issue visas for.")
    if not SLUG.fullmatch(slug):
        fields["slug"] = _("Use only lower-case letters, digits and hyphens in the short name.")
    if is_blank(facts["title"]):
        fields["title"] = _("Enter a name.")
    if VisaIssuer.objects.exclude(slug=slug).filter(issuer=facts["issuer"]).exists():
        fields["issuer"] = _("This issuer is already entered under another short name.")
    if fields:
        raise Invalid(_("The visa issuer was not saved."), fields=fields)


def _reached(address: str) -> bool:
    """An https address; plain http only on this machine, for demo and tests."""
    try:
        parts = urlsplit(address)
        plain = settings.SIGN_IN_PLAIN_LOOPBACK and parts.hostname in {"127.0.0.1", "localhost", "::1"}
        return bool(parts.hostname) and not parts.fragment and (parts.scheme == "https" or plain)
    except ValueError:  # such as an IPv6 address without its bracket
        return False


def check_provider(*, slug: str, **facts: Any) -> None:
    """A provider is reached by https, has a secret in the settings, and signs with a key pair."""
    faults = {
        "name": _("Enter a name.") if is_blank(facts["name"]) else "",
        "issuer": _issuer_fault(slug, facts["issuer"]),
        "client_id": "" if facts["client_id"].strip() else _(
            "Enter the client ID that the provider issued for Gatehouse."
        ),
        "secret_name": "" if settings.PROVIDER_SECRETS.get(facts["secret_name"]) else _(
            "PROVIDER_SECRETS in the settings has no secret with this name."
        ),
        "algorithms": "" if set(facts.get("algorithms", ALGORITHMS)) <= set(ALGORITHMS) else _(
            "Use only the signature algorithms RS256 and ES256."
        ),
        "scopes": "" if "openid" in str(facts.get("scopes", "openid")).split() else _(
            "The scopes must contain openid."
        ),
        "slug": "" if SLUG.fullmatch(slug) else _(
            "Use only lower-case letters, digits and hyphens in the short name."
        ),
    }  # fmt: skip
    fields = {name: sentence for name, sentence in faults.items() if sentence}
    if fields:
        raise Invalid(_("The provider was not saved."), fields=fields)


def _issuer_fault(slug: str, said: str) -> str:
    """What is wrong with the issuer of this provider, in a sentence; empty if nothing is."""
    if not _reached(said) or urlsplit(said).query:
        return _("Enter the issuer as an https address, exactly as in its tokens.")
    if Provider.objects.exclude(slug=slug).filter(issuer=said).exists():
        return _("This issuer is already entered under another short name.")
    if Identity.objects.filter(provider__slug=slug).exclude(issuer=said).exists():
        return _("People have signed in with this issuer. Add a new provider instead of changing it.")
    return ""


def check_new_slug(model: type[Provider] | type[VisaIssuer], slug: str) -> None:
    """No provider, or visa issuer, has this short name yet: a new one replaces none."""
    if model.objects.filter(slug=slug).exists():
        raise Invalid(_("This short name is already used. Choose another one."), field="slug")


def check_terms(text: str, text_da: str) -> None:
    """There is a text, and not the very one that counts today: everybody would have to accept it again."""
    if is_blank(text):
        raise Invalid(_("Enter the terms in English."), field="text")
    latest = current_terms()
    if latest is not None and (latest.text, latest.text_da) == (text, text_da):
        raise Invalid(_("The text is the same as in the current version, so nothing was published."), field="text")


def check_person(by: Viewer) -> Person:
    """The person who acts; no named actor may."""
    if not isinstance(by, Person):
        raise Denied(_("Only a person who is signed in can do this."))
    return by


def check_named(by: Actor, *admitted: NamedActor) -> NamedActor:
    """One of the `admitted` named actors; no person may, whatever their role."""
    if not isinstance(by, NamedActor) or by not in admitted:
        raise Denied(_("Only Gatehouse itself or an administrator at the command line can do this."))
    return by


def check_person_or(by: Actor, *admitted: NamedActor) -> Person | None:
    """The person who acts; None when one of the `admitted` named actors does. Every other one is refused."""
    if isinstance(by, NamedActor) and by in admitted:
        return None
    return check_person(by)
