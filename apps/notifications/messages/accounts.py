"""Messages about a person's own account: roles, identities, affiliations and tokens."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.datasets.models import Dataset, Removal
from apps.grants.models import AccessGrant
from apps.grants.queries import depending_on
from apps.notifications.recipients import Message, Note, Notes, actor_of, subject_of
from apps.people.models import Affiliation, AffiliationStatement, Identity, Institution, Person, PlatformRole
from apps.people.queries import officials_of
from apps.tokens.models import PersonalToken

ROLES = {
    "own_dataset": _("dataset owner: publishes, countersigns agreements and manages roles"),
    "steward_dataset": _("data steward: describes and publishes the dataset and sees who uses it"),
    "curate_dataset": _("curator: checks the dataset before it is published"),
    "view_draft_dataset": _("draft reader: sees descriptions and file lists before they are published"),
}


def _role_gained(event: Event) -> Notes:
    yield from _role(event, "platform_role_gained.person")


def _role_lost(event: Event) -> Notes:
    yield from _role(event, "platform_role_lost.person")


def _manual_role(event: Event) -> Notes:
    """A platform role that an operator assigned or ended; who did it to themselves knows."""
    if event.actor_id is not None and event.actor_id != event.subject_id:
        given = event.kind == Kind.PLATFORM_ROLE_GIVEN
        yield from _role(event, "platform_role_given.person" if given else "platform_role_ended.person")


def _role(event: Event, notification: str) -> Notes:
    names = dict(PlatformRole.Kind.choices)
    for person in Person.objects.filter(pk=subject_of(event)):
        facts = {"role": names.get(event.facts.get("role"), "–"), "actor": actor_of(event)}
        yield Note(person, notification, reverse("account"), facts)


def _role_given(event: Event) -> Notes:
    """A role somebody was given; who took it themselves (by drafting a dataset) needs no notification."""
    dataset = Dataset.objects.filter(pk=subject_of(event)).first()
    if dataset is None:
        yield from _appointed(event)
        return
    facts = {"dataset": dataset.title, "role": ROLES.get(event.facts.get("role"), "–"), "actor": actor_of(event)}
    page = "managed_dataset" if event.facts.get("role") in Dataset.MANAGERS else "dataset"
    for person in Person.objects.filter(pk__in=event.about):
        if person.pk != event.actor_id:
            yield Note(person, "role_given.dataset", reverse(page, args=[dataset.slug]), facts)


def _role_taken(event: Event) -> Notes:
    """The person who lost a role on a dataset reads why; a signing official reads who ended theirs."""
    yield from _dismissed(event)
    for dataset in Dataset.objects.filter(pk=subject_of(event)):
        facts = {"dataset": dataset.title, "role": ROLES.get(event.facts.get("role"), "–"), "actor": actor_of(event)}
        for removal in Removal.objects.filter(dataset=dataset, person__in=event.about, role=event.facts.get("role"))[
            :1
        ]:
            if removal.person is not None and removal.person_id != event.actor_id:
                yield Note(removal.person, "role_taken.dataset", reverse("account"), facts, removal.reason)


def _dismissed(event: Event) -> Notes:
    """Who no longer signs for an institution, unless they ended it themselves."""
    person = Person.objects.filter(pk=subject_of(event)).first()
    institution = Institution.objects.filter(pk__in=event.about).first()
    if person is not None and institution is not None and person.pk != event.actor_id:
        facts = {"institution": institution.name, "actor": actor_of(event)}
        yield Note(person, "role_taken.institution", reverse("account"), facts)


def _appointed(event: Event) -> Notes:
    person = Person.objects.filter(pk=subject_of(event)).first()
    institution = Institution.objects.filter(pk__in=event.about).first()
    if person is not None and institution is not None:
        facts = {"institution": institution.name}
        yield Note(person, "role_given.institution", reverse("institution_people"), facts)


def _token(event: Event) -> Notes:
    """A notification of its own for each kind of token that is made: personal, a program's, a service account's."""
    token = PersonalToken.objects.select_related("person", "service").get(pk=subject_of(event))
    notification = (
        f"token_made.{token.kind}" if event.kind == Kind.TOKEN_MADE else event.kind.replace(".", "_") + ".person"
    )
    path = reverse("service_account", args=[token.service_id]) if token.service_id else reverse("tokens")
    facts = {"token": token.name, "ends": token.ends_at or token.expires_at, "service": token.service or "–"}
    yield Note(token.person, notification, path, facts)


def _identity_linked(event: Event) -> Notes:
    """Whoever can sign in as them has all they have, for good: more than a token."""
    for identity in Identity.objects.select_related("person", "provider").filter(pk__in=event.about):
        facts = {"provider": str(identity.provider or "–")}
        yield Note(identity.person, "identity_linked.person", reverse("identities"), facts)


def _affiliation_lapsing(event: Event) -> Notes:
    """The person, twice; the institution's officials a week before, if access hangs on it. Not if it was prolonged."""
    affiliation, facts = _affiliation(event)
    if affiliation.valid_until.isoformat() != event.facts["until"]:
        return
    yield Note(affiliation.person, "affiliation_lapsing.person", _affiliation_page(), facts)
    if event.facts["stage"] != Affiliation.Notified.A_WEEK or not _grants_depending_on(
        affiliation.institution, affiliation.person
    ):
        return
    page = f"{reverse('institution_people')}?{urlencode({'of': affiliation.institution_id, 'show': 'soon'})}"
    for official in officials_of([affiliation.institution_id]).get(affiliation.institution_id, []):
        yield Note(official, "affiliation_lapsing.official", page, facts)


def _affiliation_lapsed(event: Event) -> Notes:
    affiliation, facts = _affiliation(event)
    yield Note(affiliation.person, "affiliation_lapsed.person", _affiliation_page(), facts)


def _affiliation(event: Event) -> tuple[Affiliation, dict[str, Any]]:
    affiliation = Affiliation.objects.select_related("person", "institution").get(pk=subject_of(event))
    facts = _depending(affiliation.institution, affiliation.person)
    return affiliation, facts | {"until": affiliation.valid_until, "person": affiliation.person.name}


def _affiliation_changed(event: Event) -> Notes:
    """What a signing official said about somebody, with their reason."""
    person, place = Person.objects.get(pk=subject_of(event)), Institution.objects.get(pk=event.about[0])
    kind = "ended" if event.kind == Kind.AFFILIATION_ENDED else "confirmed"
    statements = AffiliationStatement.objects.filter(
        affiliation__person=person, affiliation__institution=place, kind=kind
    )
    statement = statements.filter(at__lte=event.at).order_by("-at").first()
    facts = _depending(place, person) | {"actor": actor_of(event)}
    yield Note(person, f"affiliation_{kind}.person", _affiliation_page(), facts, statement.reason if statement else "")


def _depending(place: Institution, person: Person) -> dict[str, Any]:
    """The institution, and the person's access that depends on an affiliation with it, by title."""
    titles = ", ".join(f"“{grant.dataset.title}”" for grant in _grants_depending_on(place, person))
    return {"institution": place.name, "access": titles or _("none")}


def _grants_depending_on(place: Institution, person: Person) -> list[AccessGrant]:
    return list(depending_on(place, [person.pk]))


def _affiliation_page() -> str:
    return f"{reverse('account')}#affiliations"


MESSAGES: Mapping[Kind, Message] = {
    Kind.PLATFORM_ROLE_GAINED: Message(
        _role_gained,
        {
            "platform_role_gained.person": (
                _("You have a new role: %(role)s"),
                _(
                    "Your institution’s sign-in gave you the role %(role)s. You have it for as "
                    "long as your institution confirms it."
                ),
            ),
        },
    ),
    Kind.PLATFORM_ROLE_LOST: Message(
        _role_lost,
        {
            "platform_role_lost.person": (
                _("Your role has ended: %(role)s"),
                _("Your institution’s sign-in no longer confirms your role %(role)s, so the role has ended."),
            ),
        },
    ),
    Kind.PLATFORM_ROLE_GIVEN: Message(
        _manual_role,
        {
            "platform_role_given.person": (
                _("You have a new role: %(role)s"),
                _("%(actor)s assigned you the role %(role)s in this portal."),
            ),
        },
    ),
    Kind.PLATFORM_ROLE_ENDED: Message(
        _manual_role,
        {
            "platform_role_ended.person": (
                _("Your role has ended: %(role)s"),
                _("%(actor)s ended your role %(role)s in this portal."),
            ),
        },
    ),
    Kind.ROLE_TAKEN: Message(
        _role_taken,
        {
            "role_taken.institution": (
                _("You are no longer a signing official of %(institution)s"),
                _("%(actor)s ended your role. You no longer confirm affiliations with %(institution)s."),
            ),
            "role_taken.dataset": (
                _("Your role on %(dataset)s was removed"),
                _("%(actor)s removed your role on “%(dataset)s” (%(role)s). Reason:"),
            ),
        },
    ),
    Kind.ROLE_GIVEN: Message(
        _role_given,
        {
            "role_given.dataset": (
                _("You have a role on %(dataset)s"),
                _("%(actor)s gave you a role on the dataset “%(dataset)s”: %(role)s."),
            ),
            "role_given.institution": (
                _("You are now a signing official of %(institution)s"),
                _(
                    "You are now a signing official of %(institution)s. You confirm and end the "
                    "affiliations of its people and see their access."
                ),
            ),
        },
    ),
    Kind.IDENTITY_LINKED: Message(
        _identity_linked,
        {
            "identity_linked.person": (
                _("An identity was added to your account"),
                _(
                    "Anyone who signs in with that identity at %(provider)s can now use your account. If you did not "
                    "add the identity, contact the portal’s operator immediately. The operator can separate the "
                    "identity from your account."
                ),
            ),
        },
    ),
    Kind.AFFILIATION_EXPIRING: Message(
        _affiliation_lapsing,
        {
            "affiliation_lapsing.person": (
                _("Your affiliation with %(institution)s expires on %(until)s"),
                _(
                    "Sign in through %(institution)s before %(until)s to renew your affiliation. "
                    "If you do not, your access to these datasets with controlled access is "
                    "suspended on that date: %(access)s."
                ),
            ),
            "affiliation_lapsing.official": (
                _("The affiliation of %(person)s expires on %(until)s"),
                _(
                    "No sign-in through %(institution)s has confirmed the affiliation of "
                    "%(person)s for a long time. It expires on %(until)s, and access to these "
                    "datasets with controlled access is then suspended: %(access)s. If the person "
                    "still belongs to your institution, confirm the affiliation. Otherwise you do "
                    "not need to do anything."
                ),
            ),
        },
    ),
    Kind.AFFILIATION_EXPIRED: Message(
        _affiliation_lapsed,
        {
            "affiliation_lapsed.person": (
                _("Your affiliation with %(institution)s has expired"),
                _(
                    "Your affiliation expired on %(until)s. Your access to these datasets with "
                    "controlled access is suspended: %(access)s. To resume it, sign in through "
                    "%(institution)s, or ask one of its signing officials to confirm your "
                    "affiliation."
                ),
            ),
        },
    ),
    Kind.AFFILIATION_ENDED: Message(
        _affiliation_changed,
        {
            "affiliation_ended.person": (
                _("%(institution)s ended your affiliation"),
                _(
                    "%(actor)s, a signing official of %(institution)s, ended your affiliation. "
                    "Your access to these datasets with controlled access is suspended: "
                    "%(access)s. Signing in does not restore it. If this is a mistake, contact a "
                    "signing official of the institution. Reason:"
                ),
            ),
        },
    ),
    Kind.AFFILIATION_CONFIRMED: Message(
        _affiliation_changed,
        {
            "affiliation_confirmed.person": (
                _("%(institution)s confirmed your affiliation"),
                _(
                    "%(actor)s, a signing official of %(institution)s, confirmed your affiliation. "
                    "Your access to these datasets with controlled access depends on it: "
                    "%(access)s. Reason:"
                ),
            ),
        },
    ),
    Kind.TOKEN_MADE: Message(
        _token,
        {
            "token_made.personal": (
                _("A personal access token was created for your account"),
                _(
                    "The token “%(token)s” was created. It expires on %(ends)s. If you did not create it, revoke "
                    "the token on the access tokens page immediately."
                ),
            ),
            "token_made.device": (
                _("A device was authorised for your account"),
                _(
                    "“%(token)s” can act in your name until %(ends)s at the latest, because its code was entered in "
                    "your account. If you did not start this, revoke the token on the access tokens page "
                    "immediately."
                ),
            ),
            "token_made.service": (
                _("A token was created for your service account"),
                _(
                    "The token “%(token)s” of the service account “%(service)s” was created. It expires on "
                    "%(ends)s. If you did not create it, revoke the token on the service account page immediately."
                ),
            ),
        },
    ),
    Kind.TOKEN_REVOKED: Message(
        _token,
        {
            "token_revoked.person": (
                _("One of your access tokens was revoked"),
                _("The token “%(token)s” was revoked and no longer works."),
            ),
        },
    ),
    Kind.TOKEN_REUSED: Message(
        _token,
        {
            "token_reused.person": (
                _("A device was signed out of your account"),
                _(
                    "The device or program “%(token)s” used a refresh token that had already been "
                    "used. Two programs may have a copy of the refresh token, and one of them may "
                    "not be yours, so both were signed out. If you copied it to another machine "
                    "yourself, authorise each machine separately. If you did not, someone may have "
                    "read it on your machine. Check your machine before you authorise it again."
                ),
            ),
        },
    ),
}
