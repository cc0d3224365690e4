"""Whom an e-mail address or an ORCID iD names: the one answer for invitations and for the rosters of classes."""

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower

from apps.access_requests.invitees import proved_by
from apps.core.actors import Viewer
from apps.people.models import Person


def naming(person: Viewer, *, email: str) -> tuple[Q, Q]:
    """Two conditions on rows with an address in lower case (column `email`) and an iD (`orcid`): the address, or the
    iD, is what the person's sign-in proves.

    A row names nobody if a second active account has its address, verified, or its iD.
    """
    nobody = Q(pk__in=[])
    if not isinstance(person, Person) or not person.is_active or person.is_break_glass:
        return nobody, nobody
    proved, others = proved_by(person), Person.objects.filter(is_active=True).exclude(pk=person.pk)
    same = Q(address=OuterRef(email), email_verified=True) & ~Q(address="")
    same |= Q(orcid=OuterRef("orcid")) & ~Q(orcid="")
    alone = ~Q(Exists(others.annotate(address=Lower("email")).filter(same)))
    by_email = Q(**{email: proved.email}) & alone if proved.email else nobody
    return by_email, Q(orcid=proved.orcid) & alone if proved.orcid else nobody
