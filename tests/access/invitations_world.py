"""For the access matrix: an invitation that nobody has answered, and the link in its e-mail."""

from typing import Any

from apps.access_requests import commands as requests
from apps.access_requests.models import Invitation
from apps.access_requests.queries_invitations import hash_of
from apps.core import clock
from tests import stories

NOBODY = "00000000-0000-7000-8000-000000000000"
TOKEN = "a-token-that-only-the-invited-person-has-12"
INVITATION_FORMS: dict[str, dict[str, Any]] = {
    "request_people": {"invite": "anna@ki.example"},
    "api:invite": {"invite": ["anna@ki.example"]},
    "request_invitation": {"act": "withdraw"},
    "invitation": {"act": "confirm"},
    "invitation_link": {"act": "decline"},
}


def add_invitations(things: Any, case: stories.Case) -> None:
    """Invite the stranger of the matrix to this draft by e-mail."""
    email = things.people["stranger"].email
    (invitation,) = requests.invite(case.request, entries=[email], by=case.applicant)
    Invitation.objects.filter(pk=invitation.pk).update(token_hash=hash_of(TOKEN))
    work = {"act": "add", "party": str(case.applicant.pk), "colleague": "Anna", "work": "Atlas"}
    work["year"] = str(clock.today().year)
    things.data["request_shared_work", "draft"] = things.data["request_shared_work", "in review"] = work
    things.kwargs["invitation to", "open"] = {"pk": case.request.pk, "invitation": invitation.pk}
    things.kwargs["invitation to", "unknown"] = {"pk": case.request.pk, "invitation": NOBODY}
    things.kwargs["invitation", "open"] = {"pk": invitation.pk}
    things.kwargs["invitation", "unknown"] = {"pk": NOBODY}
    things.kwargs["invitation link", "open"] = {"token": TOKEN}
    things.kwargs["invitation link", "unknown"] = {"token": "x"}
