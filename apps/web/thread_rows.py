"""The messages about a request as pages show them: to the applicant's side and to the committees, each their own."""

from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access_requests import commands, queries_thread, rules_thread
from apps.access_requests.models import AccessRequest, Attachment, Message
from apps.access_requests.queries_thread import Reader
from apps.access_requests.states import RequestState
from apps.committees.models import Committee
from apps.core import clock
from apps.people.models import Person
from apps.web import document_forms
from apps.web.common.forms import CleanTextField
from apps.web.common.pagination import page_or_first

A_PAGE = 20
INTERNAL, SHARED = "internal", "shared"
VIEWS = (
    ("", gettext_lazy("All messages"), Q()),
    (SHARED, gettext_lazy("With the applicant"), Q(internal=False)),
    (INTERNAL, gettext_lazy("Committee only"), Q(internal=True)),
)


class MessageForm(forms.Form):
    """A new message. A committee member says who can read it, and for which committee they write if for several."""

    use_required_attribute = False

    text = CleanTextField(
        label=gettext_lazy("New message"),
        help_text=gettext_lazy("A message does not change the request and does not pause the review."),
        max_length=Message.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Enter a message.")},
    )
    audience = forms.ChoiceField(
        label=gettext_lazy("Who can read this message?"),
        choices=[
            (INTERNAL, gettext_lazy("Only members of this committee")),
            (SHARED, gettext_lazy("The applicant, the project members and all committees that decide on the request")),
        ],
        widget=forms.RadioSelect,
        initial=INTERNAL,
    )
    committee = forms.ChoiceField(label=gettext_lazy("Committee"))
    file = document_forms.DocumentField(label=gettext_lazy("Attach a file"), required=False)

    def __init__(self, *args: Any, reader: Reader, **kwargs: Any) -> None:
        kwargs["auto_id"] = "message-%s"
        super().__init__(*args, **kwargs)
        self._committees = {str(one.pk): one for one in reader.committees}
        choice = self.fields["committee"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(pk, one.name) for pk, one in self._committees.items()]
        if len(self._committees) < 2:
            del self.fields["committee"]
        if not self._committees or reader.outside:
            del self.fields["audience"]
        self._only_internal = bool(reader.outside)

    def message(self) -> dict[str, Any]:
        """What was entered, as the command wants it."""
        said, only = self.cleaned_data, next(iter(self._committees.values()), None)
        committee: Committee | None = self._committees.get(said.get("committee", ""), only)
        return {
            "text": said["text"],
            "committee": committee,
            "internal": self._only_internal or said.get("audience") == INTERNAL,
        }

    def document(self) -> dict[str, Any] | None:
        """The document that was sent with the message, if there is one."""
        file = self.cleaned_data.get("file")
        return document_forms.sent(file) if file else None


@transaction.atomic
def send(asked: AccessRequest, form: MessageForm, *, by: Person) -> None:
    """The message and its document, both or neither."""
    message, document = commands.write_message(asked, **form.message(), by=by), form.document()
    if document is not None:
        commands.attach(asked, **document, message=message, by=by)


def thread_of(
    request: HttpRequest, reader: Reader, me: Person, *, page: str, form: MessageForm | None = None
) -> dict[str, Any] | None:
    """The thread on the page with this address, as the reader may read it; None for whoever reads no messages.

    `form` is one that was sent and not taken. One statement for the applicant's side, two for a committee.
    """
    asked = reader.request
    if not reader.reads or asked.submitted_at is None:
        return None
    found = queries_thread.messages_of(reader)
    view = request.GET.get("messages", "") if reader.committees else ""
    chosen = next((where for value, _label, where in VIEWS if value == view), Q())
    bare = HttpRequest()
    bare.path, bare.GET = page, request.GET
    kept = [("messages", view)] if view else []
    rows, odd = page_or_first(bare, found.filter(chosen), by="-written_at -id", size=A_PAGE, kept=kept)
    mine = any(one.author_id == me.pk for one in rows.rows)
    withdrawable = clock.now() - rules_thread.WITHDRAW_WITHIN if mine else None
    return {
        "rows": _rows(rows.rows, me, reader, withdrawable),
        "previous_url": _here(rows.previous_url),
        "next_url": _here(rows.next_url),
        "odd": odd,
        "tabs": _tabs(found, page, view) if reader.committees else [],
        "form": form or MessageForm(reader=reader),
        "closed": asked.state == RequestState.WITHDRAWN,
        "inside": bool(reader.committees),
    }


def _tabs(found: Any, page: str, view: str) -> list[dict[str, Any]]:
    """All messages, those with the applicant, those of the committee: each with how many there are."""
    counts = found.order_by().aggregate(**{f"n_{value}": Count("pk", filter=where) for value, _label, where in VIEWS})
    return [
        {
            "label": label,
            "url": f"{page}?messages={value}#messages" if value else f"{page}#messages",
            "current": value == view,
            "count": counts[f"n_{value}"],
        }
        for value, label, _where in VIEWS
    ]


def _here(address: str) -> str:
    return f"{address}#messages" if address else ""


def _rows(part: list[Message], me: Person, reader: Reader, withdrawable: datetime | None) -> list[dict[str, Any]]:
    """The messages of a page, each with its documents; one statement for those."""
    documents: dict[Any, list[Attachment]] = {}
    for one in Attachment.objects.filter(message__in=[one.pk for one in part], message__withdrawn_at=None):
        documents.setdefault(one.message_id, []).append(one)
    rows = [_row(message, me, reader, withdrawable) for message in part]
    return [row | {"documents": document_forms.shown(documents.get(row["message"].pk, []))} for row in rows]


def _row(message: Message, me: Person, reader: Reader, withdrawable: datetime | None) -> dict[str, Any]:
    """One message: who wrote it for whom, when, and whether its author can still withdraw it."""
    mine = message.author_id == me.pk
    return {
        "message": message,
        "mine": mine,
        "who": _("You") if mine else _who(message, inside=bool(reader.committees)),
        "role": _role(message) if reader.committees or message.committee is None else "",
        "can_withdraw": withdrawable is not None
        and mine
        and message.withdrawn_at is None
        and message.written_at > withdrawable,
    }


def _who(message: Message, *, inside: bool) -> str:
    """A committee speaks as one to the applicant's side; inside, its members are named."""
    if message.committee is not None and not inside:
        return str(message.committee)
    return str(message.author)


def _role(message: Message) -> str:
    if message.committee is not None:
        return str(message.committee)
    return _("applicant") if message.author_id == message.request.applicant_id else _("project member")
