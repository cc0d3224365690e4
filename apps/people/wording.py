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
    ACCEPTED_TERMS: gettext_lazy("Counts as your acceptance of the terms for registered data."),
    RESEARCHER: gettext_lazy("Counts as an institution’s word for you, for registered data."),
    LINKED: gettext_lazy("Ties the other visas to this sign-in."),
}

WHY_NOT: dict[str, Any] = {
    "form": gettext_lazy("It is not written as a visa must be."),
    "too_many": gettext_lazy("The passport holds more visas than the portal reads at once, so none was read."),
    "issuer": gettext_lazy("The portal does not know its issuer, so nothing in it was checked."),
    "jku": gettext_lazy(
        "It names another address for its keys than the issuer has told us. That address was not asked."
    ),
    "format": gettext_lazy("It is of a kind that the portal does not take: only signed documents are."),
    "header": gettext_lazy("It is not signed in a way that the portal takes."),
    "signature": gettext_lazy("Its signature does not fit the issuer’s keys."),
    "no_keys": gettext_lazy("The issuer’s keys could not be read just now. Sign in again later."),
    "times": gettext_lazy("Its times make no sense."),
    "expired": gettext_lazy("It has expired."),
    "source": gettext_lazy("The issuer may not speak for the source it names."),
    "identity": gettext_lazy("It is made out to another identity, and nothing says that both are you."),
    "conditions": gettext_lazy("It has conditions, and they are not met."),
    "other_status": gettext_lazy("It speaks of another kind of researcher status than the portal knows."),
    "other_terms": gettext_lazy("It is about other terms than those that count here today."),
    "by": gettext_lazy("It does not say, or not as is needed, who at the source gave the word."),
    "too_early": gettext_lazy("It says that terms were accepted before they were published."),
    "unused": gettext_lazy("The portal makes no use of visas of this type."),
}


def visa_in_words(visa: Any) -> dict[str, Any]:
    """What a visa of `queries.visas_of` is called, whether it counts now, and what it is good for or why not."""
    expired = visa.expires_at is not None and visa.expires_at <= visa.asked_at
    doubted = visa.trusted is not None and visa.trusted.ended_at is not None
    counts = visa.accepted and not expired and not doubted
    why = visa.why or ("issuer" if doubted else "expired" if expired else "")
    says = MEANS.get(visa.type, "") if counts else WHY_NOT.get(why, _("It could not be used."))
    return {"visa": visa, "type": str(TYPES.get(visa.type) or visa.type or _("A visa")), "counts": counts, "says": says}
