"""What the request form says beside the ethics approval: the attached file, and an end that is past or too early."""

from dataclasses import dataclass, field
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.access_requests import queries_thread
from apps.access_requests.models import AccessRequest, Attachment
from apps.datasets.matching import Purpose


@dataclass
class EthicsApproval:
    """`files` are the attached approvals; `warnings` are sentences; `lacks_file` asks for a file."""

    files: list[Attachment] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    lacks_file: bool = False


def ethics_of(found: AccessRequest, purpose: Purpose, today: date) -> EthicsApproval | None:
    """None unless the purpose says that there is an approval; one statement otherwise."""
    if purpose.ethics != "approved":
        return None
    kind = Attachment.Kind.ETHICS
    files = list(queries_thread.documents_of(found).filter(kind=kind).exclude(check_state="infected"))
    warnings = [] if files else [_("The ethics approval is not attached.")]
    return EthicsApproval(files, warnings + dates_wrong(purpose.ethics_until, found.ends_on, today), not files)


def dates_wrong(until: date | None, ends_on: date | None, today: date) -> list[str]:
    """What is wrong with the last day of an approval, for access that is wanted until `ends_on`."""
    if until is None:
        return [_("The last day of the ethics approval is not entered.")]
    shown = date_format(until, "j M Y")
    if until < today:
        return [_("The ethics approval ended on %(day)s.") % {"day": shown}]
    if ends_on is not None and until < ends_on:
        sentence = _(
            "The ethics approval ends on %(day)s, before the access that you request would end. If a dataset "
            "requires ethics approval, access to it ends on that day at the latest."
        )
        return [sentence % {"day": shown}]
    return []
