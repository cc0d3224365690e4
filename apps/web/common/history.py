"""What happened, in sentences: every kind of event as a line of a timeline."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.audit.models import Event
from apps.core.actors import ANONYMOUS, CONSOLE, SYSTEM

# kind: (sentence, icon, tone). `%(number)s` and the like are filled from the event's facts.
SENTENCES: dict[str, tuple[Any, str, str]] = {
    "person.created": (gettext_lazy("An account was created at the first sign-in"), "person", "still"),
    "person.signed_in": (gettext_lazy("Signed in"), "sign-in", "still"),
    "person.signed_out": (gettext_lazy("Signed out"), "sign-out", "still"),
    "person.sign_in_refused": (gettext_lazy("A sign-in was refused"), "ban", "bad"),
    "affiliation.confirmed": (gettext_lazy("The institution confirmed the affiliation"), "check", "good"),
    "affiliation.ended": (gettext_lazy("The institution ended the affiliation"), "ban", "bad"),
    "affiliation.expiring": (gettext_lazy("An affiliation will expire soon"), "mail", "wait"),
    "affiliation.expired": (gettext_lazy("An affiliation has expired"), "ban", "bad"),
    "person.away": (
        gettext_lazy(
            "Signed out at the institution; access tokens and download links are paused until the next sign-in"
        ),
        "sign-out",
        "still",
    ),
    "session.ended": (gettext_lazy("A session was ended"), "sign-out", "still"),
    "session.logout_refused": (gettext_lazy("A sign-out message from an identity provider was rejected"), "ban", "bad"),
    "person.deactivated": (gettext_lazy("The account was closed"), "ban", "bad"),
    "person.reactivated": (gettext_lazy("The account was reopened"), "check", "good"),
    "identity.linked": (gettext_lazy("An identity was added to the account"), "sign-in", "note"),
    "identity.split": (gettext_lazy("An operator separated an identity from the account"), "sign-in", "wait"),
    "identity.merged": (gettext_lazy("An operator merged two accounts of one person"), "person", "wait"),
    "provider.added": (gettext_lazy("An identity provider was added or changed"), "id-card", "note"),
    "provider.deactivated": (gettext_lazy("An identity provider was switched off"), "ban", "still"),
    "break_glass.made": (gettext_lazy("An emergency account was created"), "key", "wait"),
    "break_glass.disabled": (gettext_lazy("An emergency account was disabled"), "key", "still"),
    "break_glass.used": (gettext_lazy("A person signed in with an emergency account"), "sign-in", "bad"),
    "break_glass.refused": (gettext_lazy("A sign-in with an emergency account was refused"), "ban", "bad"),
    "visa_issuer.added": (gettext_lazy("A trusted visa issuer was added"), "id-card", "note"),
    "visa_issuer.ended": (gettext_lazy("A visa issuer is no longer trusted"), "ban", "still"),
    "visa.read": (gettext_lazy("Visas were read at sign-in"), "id-card", "still"),
    "platform_role.given": (gettext_lazy("A portal role was assigned"), "id-card", "note"),
    "platform_role.ended": (gettext_lazy("A portal role ended"), "id-card", "still"),
    "desk.gained_by_claim": (gettext_lazy("A sign-in claim assigned a portal role"), "id-card", "note"),
    "desk.lost_by_claim": (
        gettext_lazy("A portal role ended: the institution no longer confirms it"),
        "id-card",
        "still",
    ),
    "claim.mapped": (gettext_lazy("A sign-in claim was mapped to a role"), "id-card", "note"),
    "claim.unmapped": (gettext_lazy("A sign-in claim no longer assigns a role"), "id-card", "still"),
    "institution.registered": (gettext_lazy("An institution was registered"), "institution", "note"),
    "institution.changed": (gettext_lazy("The domains of an institution were set"), "institution", "note"),
    "person.home_set": (gettext_lazy("The person's institution was set"), "institution", "note"),
    "terms.published": (gettext_lazy("New terms of use were published"), "agreement", "note"),
    "terms.accepted": (gettext_lazy("The terms of use were accepted"), "check", "good"),
    "token.made": (gettext_lazy("An access token was created"), "key", "note"),
    "token.revoked": (gettext_lazy("An access token was revoked"), "key", "still"),
    "token.refreshed": (gettext_lazy("A program renewed its access token"), "key", "still"),
    "token.reused": (gettext_lazy("A program reused an old refresh token, and its access was revoked"), "ban", "bad"),
    "device.approved": (gettext_lazy("A device was authorised"), "key", "note"),
    "device.refused": (gettext_lazy("A device was not authorised"), "ban", "still"),
    "device.code_wrong": (gettext_lazy("An invalid device code was entered"), "ban", "bad"),
    "service_account.made": (gettext_lazy("A service account was created"), "key", "note"),
    "service_account.ended": (gettext_lazy("A service account was ended"), "key", "still"),
    "role.given": (gettext_lazy("A role was assigned"), "person", "note"),
    "role.taken": (gettext_lazy("A role was removed"), "person", "still"),
    "committee.created": (gettext_lazy("The committee was created"), "committee", "note"),
    "committee.changed": (gettext_lazy("The committee started or stopped accepting requests"), "committee", "note"),
    "committee.member_added": (gettext_lazy("A committee member was added"), "person", "note"),
    "committee.member_refused": (gettext_lazy("A committee member from sign-in was not added"), "ban", "wait"),
    "committee.member_removed": (gettext_lazy("A committee membership ended"), "person", "still"),
    "dataset.drafted": (gettext_lazy("The dataset was created"), "draft", "still"),
    "dataset.described": (gettext_lazy("The description was changed"), "edit", "still"),
    "version.drafted": (gettext_lazy("The draft of version %(number)s was created"), "draft", "still"),
    "version.published": (gettext_lazy("Version %(number)s was published"), "published", "good"),
    "version.withdrawn": (gettext_lazy("Version %(number)s was withdrawn"), "withdrawn", "bad"),
    "file.uploaded": (gettext_lazy("A file was uploaded"), "upload", "note"),
    "file.checked": (gettext_lazy("The checksum of a file was computed"), "check", "good"),
    "file.removed": (gettext_lazy("A file was removed from the draft"), "trash", "still"),
    "request.drafted": (gettext_lazy("The request was created"), "draft", "still"),
    "request.submitted": (gettext_lazy("The request was submitted (round %(round)s)"), "submitted", "note"),
    "request.accepted_for_review": (
        gettext_lazy("The request was accepted for review; voting started"),
        "screened",
        "note",
    ),
    "request.returned": (gettext_lazy("The committee requested changes"), "returned", "wait"),
    "request.withdrawn": (gettext_lazy("The request was withdrawn"), "withdrawn", "still"),
    "request.member_recused": (gettext_lazy("A committee member declared a conflict of interest"), "ban", "still"),
    "request.quorum_missing": (
        gettext_lazy("The committee has too few eligible voters to decide"),
        "committee",
        "wait",
    ),
    "request.vote_cast": (gettext_lazy("A vote was cast"), "vote", "note"),
    "request.item_decided": (gettext_lazy("Decision on %(dataset)s"), "decided", "note"),
    "request.decided": (gettext_lazy("All datasets in the request are decided"), "decided", "note"),
    "request.activated": (gettext_lazy("The request became active"), "active", "good"),
    "request.closed": (gettext_lazy("The request was closed"), "closed", "still"),
    "agreement.template_published": (gettext_lazy("A new agreement template was published"), "agreement", "note"),
    "agreement.offered": (gettext_lazy("The agreement for %(dataset)s is ready to sign"), "agreement", "wait"),
    "agreement.signed": (gettext_lazy("The agreement was signed"), "sign", "note"),
    "agreement.executed": (
        gettext_lazy("The agreement is fully signed"),
        "executed",
        "good",
    ),
    "agreement.terminated": (gettext_lazy("The agreement was terminated"), "terminated", "bad"),
    "agreement.pdf_stored": (gettext_lazy("The signed agreement was saved as a PDF"), "file", "still"),
    "grant.issued": (gettext_lazy("Access to %(dataset)s was granted"), "grant", "good"),
    "grant.revoked": (gettext_lazy("Access to %(dataset)s was revoked"), "revoked", "bad"),
    "grant.suspended": (gettext_lazy("Access to %(dataset)s was suspended"), "suspended", "wait"),
    "grant.resumed": (gettext_lazy("Access to %(dataset)s was resumed"), "active", "good"),
    "link.made": (gettext_lazy("A download link was created"), "link", "note"),
    "link.ended": (gettext_lazy("A download link was ended"), "link", "still"),
    "link.misused": (gettext_lazy("A download link was tried by a person it does not belong to"), "ban", "bad"),
    "links.guessed": (gettext_lazy("Download links that do not exist were tried repeatedly"), "ban", "bad"),
    "download.started": (gettext_lazy("A download started"), "download", "note"),
    "download.refused": (gettext_lazy("A download was refused"), "ban", "bad"),
    "downloads.stopped": (gettext_lazy("All downloads were stopped"), "frozen", "bad"),
    "downloads.resume_proposed": (gettext_lazy("Resuming downloads was proposed"), "undo", "wait"),
    "downloads.resumed": (gettext_lazy("Downloads were resumed"), "check", "good"),
    "refused": (gettext_lazy("An action was refused"), "ban", "bad"),
}
OUTCOMES: dict[str, tuple[Any, str, str]] = {
    "approve": (gettext_lazy("%(dataset)s: approved"), "approved", "good"),
    "approve_with_conditions": (gettext_lazy("%(dataset)s: approved with conditions"), "approved", "good"),
    "deny": (gettext_lazy("%(dataset)s: denied"), "denied", "bad"),
}
CAPACITIES: dict[str, Any] = {
    "applicant": gettext_lazy("The applicant signed the agreement"),
    "member": gettext_lazy("A project member signed the agreement"),
    "owner": gettext_lazy("A dataset owner countersigned the agreement"),
}
# Who acted when no person is known, by the event's `actor_kind`.
NAMED_ACTORS: dict[str, Any] = {
    SYSTEM.value: gettext_lazy("Gatehouse"),
    CONSOLE.value: gettext_lazy("Command line"),
    ANONYMOUS.value: gettext_lazy("Someone who is not signed in"),
}
# What only the committee may read: who voted and who stepped aside.
INSIDE = frozenset({"request.vote_cast", "request.member_recused"})


def sentence_of(event: Event, *, dataset: str = "") -> tuple[str, str, str]:
    """The event as (sentence, icon, tone); a kind nobody has worded is shown by its code, never dropped."""
    words, icon, tone = SENTENCES.get(event.kind, (event.kind, "circle", "still"))
    if event.kind == "request.item_decided":
        words, icon, tone = OUTCOMES.get(str(event.facts.get("outcome")), (words, icon, tone))
    if event.kind == "agreement.signed":
        words = CAPACITIES.get(str(event.facts.get("capacity")), words)
    facts = {name: event.facts.get(name, "?") for name in ("number", "round")}
    return str(words) % {**facts, "dataset": dataset or _("the dataset")}, icon, tone


def timeline(
    events: Iterable[Event],
    *,
    names: Mapping[UUID, str],
    datasets: Mapping[UUID, str],
    viewer: UUID | None = None,
    inside: bool = False,
) -> list[dict[str, Any]]:
    """Entries for components/timeline.html, newest first. `names` holds who may be named; others stay unnamed.

    Without `inside` (the committee's own view) nobody learns who voted or stepped aside.
    """
    shown = [event for event in events if inside or event.kind not in INSIDE]
    return [_entry(event, names, datasets, viewer) for event in reversed(shown)]


def _entry(
    event: Event, names: Mapping[UUID, str], datasets: Mapping[UUID, str], viewer: UUID | None
) -> dict[str, Any]:
    about = next((datasets[pk] for pk in event.about if pk in datasets), "")
    what, icon, tone = sentence_of(event, dataset=about)
    who = _who(event, names, viewer)
    if event.kind.startswith("grant."):
        who = _for_whom(event, names, viewer) or who
    return {"what": what, "who": who, "when": event.at, "icon": icon, "tone": tone}


def _for_whom(event: Event, names: Mapping[UUID, str], viewer: UUID | None) -> str:
    """Whose access an event is about; it stands among the ids that the event concerns."""
    if viewer in event.about:
        return _("for you")
    name = next((names[pk] for pk in event.about if pk in names), "")
    return _("for %(name)s") % {"name": name} if name else ""


def _who(event: Event, names: Mapping[UUID, str], viewer: UUID | None) -> str:
    if event.actor_id is None:
        return str(NAMED_ACTORS[event.actor_kind])
    who = _("you") if event.actor_id == viewer else names.get(event.actor_id, "")
    if who and event.facts.get("service_account"):
        return _("%(name)s, through a service account") % {"name": who}
    return who


def noun_of(event: Event) -> str:
    """What kind of thing the event is about, in the reader's words."""
    named = (model._meta for model in apps.get_models() if model._meta.model_name == event.subject_type)
    return next((str(meta.verbose_name) for meta in named), event.subject_type)
