"""The story from its first page to its last: what happens, and the step that does it."""

from collections.abc import Callable

import tests.acceptance.step_audit as proof
import tests.acceptance.step_download as download
import tests.acceptance.step_publish as publish
import tests.acceptance.step_request as ask
import tests.acceptance.step_review as decide
import tests.acceptance.step_revoke as end
import tests.acceptance.step_sign as sign
from tests.acceptance.context import Context, check

Step = Callable[[Context], None]


def portal_answers(context: Context) -> None:
    """Alive, and able to do its work."""
    visitor = context.people["colleague"]
    visitor.get("/healthz")
    ready = visitor.raw("GET", "/readyz")
    check(ready.status_code == 200, f"/readyz answered {ready.status_code}: {ready.text[:200]}")


def everybody_signs_in(context: Context) -> None:
    """Ten people, each with a browser of their own."""
    for key in ("owner", "applicant", "applicant2", "chair", "member1", "member2", "colleague", "operator", "auditor"):
        context.who(key)


STEPS: list[tuple[str, Step]] = [
    ("the portal answers", portal_answers),
    ("everybody signs in at the identity provider", everybody_signs_in),
    ("the owner drafts a dataset", publish.drafts),
    ("the owner describes it", publish.describes),
    ("an empty file is refused", publish.refused_uploads),
    ("the owner uploads a real file", publish.uploads),
    ("the checksum is computed", publish.waits_for_checksum),
    ("the owner publishes version 1", publish.publishes),
    ("the applicant finds it by search", ask.finds),
    ("without a grant there is no download, and Why says so", ask.is_refused),
    ("the applicant drafts a request", ask.drafts),
    ("what is typed is saved", ask.autosaves),
    ("the applicant names a member and completes the form", ask.adds_member),
    ("the applicant submits, twice: it happens once", ask.submits),
    ("the chair screens it", decide.accept_for_review),
    ("the chair returns it with a question", decide.asks),
    ("the applicant answers", ask.answers),
    ("the applicant submits again", ask.resubmits),
    ("a member screens the second round", decide.accept_again),
    ("only members vote, and only with a reason", decide.applicant_has_no_say),
    ("the first vote decides nothing", decide.first_vote),
    ("the second vote decides: an agreement is offered", decide.second_vote),
    ("the applicant signs after signing in again", sign.applicant_signs),
    ("the member signs", sign.member_signs),
    ("the owner countersigns after signing in again", sign.owner_countersigns),
    ("grants and the PDF appear", sign.grants_appear),
    ("the applicant makes a link", download.makes_link),
    ("HEAD tells the size", download.looks_first),
    ("the download equals the published SHA-256", download.downloads),
    ("a Range equals that part of the file", download.downloads_part),
    ("a colleague without a grant is refused", download.others_are_refused),
    ("the owner revokes", end.revokes),
    ("the same link is refused at once", end.link_is_refused),
    ("no new link is made, and Why says so", end.no_new_link),
    ("every notification is in its inbox, once", proof.notifications_are_listed),
    ("every notification was e-mailed, once", proof.notifications_were_emailed),
    ("the auditor finds an event for every step", proof.events_are_written),
    ("nobody else reads the log", proof.nobody_else_reads_the_log),
]
