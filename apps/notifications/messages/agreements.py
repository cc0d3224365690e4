"""Messages about data use agreements."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from apps.access_requests import queries as requests
from apps.agreements.models import Agreement, Signature
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.datasets.queries import owners_of
from apps.notifications.recipients import Message, Note, Notes, actor_of, subject_of
from apps.people.models import Person


def _agreement_offered(event: Event) -> Notes:
    agreement, facts, path = _agreement(event)
    for person in requests.people_of(agreement.item.request):
        yield Note(person, "agreement_offered.party", path, facts)


def _agreement_signed(event: Event) -> Notes:
    """The applicant's signature calls the owners; the others' follow in the notification about the access itself."""
    if event.facts.get("capacity") != Signature.Capacity.APPLICANT:
        return
    agreement, facts, path = _agreement(event)
    place = agreement.item.request.applicant.institution or "–"
    for owner in owners_of(agreement.item.dataset):
        yield Note(owner, "agreement_signed.owner", path, facts | {"institution": place})


def _agreement_terminated(event: Event) -> Notes:
    """Everyone who was to sign or has signed, except the one who did it."""
    agreement, facts, path = _agreement(event)
    signed = Person.objects.filter(pk__in=agreement.signatures.values("signer_id"))
    parties = (*requests.people_of(agreement.item.request), *signed, *owners_of(agreement.item.dataset))
    for person in {one.pk: one for one in parties}.values():
        if person.pk != event.actor_id:
            yield Note(person, "agreement_terminated.party", path, facts, agreement.ended_because)


def _agreement_expired(event: Event) -> Notes:
    """Whoever was to sign, and the owners; the applicant reads how to go on."""
    agreement, facts, path = _agreement(event)
    facts |= {"day": date_format(agreement.ends_on, "j F Y")}
    applicant = agreement.item.request.applicant
    yield Note(applicant, "agreement_expired.applicant", path, facts)
    for person in requests.people_of(agreement.item.request).exclude(pk=applicant.pk):
        yield Note(person, "agreement_expired.other", path, facts)
    for owner in owners_of(agreement.item.dataset):
        yield Note(owner, "agreement_expired.other", path, facts)


def _agreement(event: Event) -> tuple[Agreement, dict[str, Any], str]:
    fetched = Agreement.objects.select_related("item__dataset", "item__request__applicant__institution")
    agreement = fetched.get(pk=subject_of(event))
    facts = {"reference": agreement.reference, "dataset": agreement.item.dataset.title, "actor": actor_of(event)}
    return agreement, facts, reverse("agreement_page", args=[agreement.pk])


MESSAGES: Mapping[Kind, Message] = {
    Kind.AGREEMENT_OFFERED: Message(
        _agreement_offered,
        {
            "agreement_offered.party": (
                _("Sign the agreement %(reference)s"),
                _(
                    "The data use agreement for “%(dataset)s” is ready. Read it and sign it with "
                    "your name. Everyone who will use the data must sign."
                ),
            ),
        },
    ),
    Kind.AGREEMENT_SIGNED: Message(
        _agreement_signed,
        {
            "agreement_signed.owner": (
                _("%(reference)s is waiting for your countersignature"),
                _(
                    "%(actor)s (%(institution)s) signed the data use agreement for “%(dataset)s”. "
                    "Access starts only after an owner of the dataset has countersigned it."
                ),
            ),
        },
    ),
    Kind.AGREEMENT_EXPIRED: Message(
        _agreement_expired,
        {
            "agreement_expired.applicant": (
                _("The agreement %(reference)s expired before everyone signed"),
                _(
                    "The data use agreement for “%(dataset)s” was not signed by everyone before its period ended on "
                    "%(day)s. No access was granted. Submit a new request with a later end date."
                ),
            ),
            "agreement_expired.other": (
                _("The agreement %(reference)s expired before everyone signed"),
                _(
                    "The data use agreement for “%(dataset)s” was not signed by everyone before its period ended on "
                    "%(day)s. No access was granted. The applicant can submit a new request."
                ),
            ),
        },
    ),
    Kind.AGREEMENT_TERMINATED: Message(
        _agreement_terminated,
        {
            "agreement_terminated.party": (
                _("The agreement %(reference)s was terminated"),
                _(
                    "%(actor)s terminated the data use agreement for “%(dataset)s”. All access "
                    "under this agreement has ended. Reason:"
                ),
            ),
        },
    ),
}
