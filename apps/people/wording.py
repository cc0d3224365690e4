"""What the portal says about the visas that somebody brought from home."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.people.models.visas import ACCEPTED_TERMS, LINKED, RESEARCHER

TYPES: dict[str, Any] = {
    ACCEPTED_TERMS: gettext_lazy("Accepted terms"),
    RESEARCHER: gettext_lazy("Researcher status"),
    LINKED: gettext_lazy("Linked identities"),
    "AffiliationAndRole": gettext_lazy("Affiliation and role"),
    "ControlledAccessGrants": gettext_lazy("Access granted elsewhere"),
}

MEANS: dict[str, Any] = {
    ACCEPTED_TERMS: gettext_lazy("Counts as your acceptance of the terms of use for registered access."),
    RESEARCHER: gettext_lazy("Counts as an affiliation for registered access."),
    LINKED: gettext_lazy("Links your other visas to this sign-in."),
}

WHY_NOT: dict[str, Any] = {
    "form": gettext_lazy("The visa does not have the required format."),
    "too_many": gettext_lazy("The passport contains more visas than Gatehouse can read, so none were read."),
    "issuer": gettext_lazy("Gatehouse does not know the issuer, so the visa was not checked."),
    "jku": gettext_lazy(
        "The visa names a different key address from the one registered for its issuer. That address was not contacted."
    ),
    "format": gettext_lazy("Gatehouse does not accept this kind of visa, only signed visa documents."),
    "header": gettext_lazy("Gatehouse does not accept the way this visa is signed."),
    "signature": gettext_lazy("The signature does not match the issuer’s keys."),
    "no_keys": gettext_lazy("The issuer’s keys could not be read. Sign in again later."),
    "times": gettext_lazy("The dates of the visa are missing or not valid."),
    "expired": gettext_lazy("The visa has expired."),
    "source": gettext_lazy("The issuer is not allowed to issue visas for the source that this visa names."),
    "identity": gettext_lazy("The visa was issued to an identity that is not linked to yours."),
    "conditions": gettext_lazy("The conditions of the visa are not met."),
    "other_status": gettext_lazy("Gatehouse does not accept this type of researcher status."),
    "other_terms": gettext_lazy("The visa is not about the current terms of use."),
    "by": gettext_lazy(
        "The visa does not state who at the source confirmed it, or the role it states is not accepted."
    ),
    "too_early": gettext_lazy("The visa says that the terms were accepted before they were published."),
    "unused": gettext_lazy("Gatehouse does not use visas of this type."),
}


def visa_in_words(visa: Any) -> dict[str, Any]:
    """What a visa of `queries.visas_of` is called, whether it counts now, and what it is good for or why not."""
    expired = visa.expires_at is not None and visa.expires_at <= visa.asked_at
    untrusted = visa.trusted is not None and visa.trusted.ended_at is not None
    counts = visa.accepted and not expired and not untrusted
    why = visa.why or ("issuer" if untrusted else "expired" if expired else "")
    says = MEANS.get(visa.type, "") if counts else WHY_NOT.get(why, _("The visa could not be used."))
    return {"visa": visa, "type": str(TYPES.get(visa.type) or visa.type or _("Visa")), "counts": counts, "says": says}
