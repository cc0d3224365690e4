"""A document that is sent with a form, and how attached documents are listed."""

from collections.abc import Iterable
from typing import Any, BinaryIO, cast

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.access_requests import document_types
from apps.access_requests.models import Attachment
from apps.core import malware
from apps.core.sizes import size_in_words


def _limits() -> str:
    """What is accepted, said before a file is chosen."""
    said = gettext("At most %(limit)s. Accepted types: %(types)s.") % {
        "limit": size_in_words(settings.ATTACHMENT_BYTES),
        "types": ", ".join(document_types.ACCEPTED),
    }
    checked = gettext("Documents are checked for malware before anybody can open them.")
    return f"{said} {checked}" if malware.is_configured() else said


class DocumentField(forms.FileField):
    """One document; whether it arrived whole is checked here, what it is by the command."""

    def __init__(self, **options: Any) -> None:
        box = forms.ClearableFileInput(attrs={"accept": ",".join(document_types.ACCEPTED)})
        super().__init__(widget=box, help_text=lazy(_limits, str)(), **options)

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        trouble = getattr(file, "trouble", "")
        if trouble:
            raise forms.ValidationError(
                gettext("The file did not arrive complete, so nothing was saved. Upload it again."), code=trouble
            )
        return file


def kind_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Kind of document"), choices=Attachment.Kind.choices, initial=Attachment.Kind.OTHER
    )


def sent(file: UploadedFile) -> dict[str, Any]:
    """A document as the command wants it: its name as it was sent, its bytes and their number."""
    name = getattr(file, "sent_name", None) or file.name or ""
    return {"name": str(name), "content": cast(BinaryIO, file.file), "size": file.size or 0}


def shown(documents: Iterable[Attachment]) -> list[dict[str, Any]]:
    """The rows of `requests/_documents.html`: `opens` says whether the document can be opened now."""
    waiting = Attachment.CheckState.WAITING
    return [
        {"document": one, "opens": one.storage_key is not None and one.check_state != waiting, "name": one.name}
        for one in documents
    ]
