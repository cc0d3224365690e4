"""What a question of a committee can be about: one field of the request, its forms or its documents; or all of it.

While the request is with the applicant only what the questions of the last round are about can be changed. A question
about nothing in particular unlocks all of it.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.access_requests import fields

FORMS, DOCUMENTS, CLASS = "answers", "documents", "class"
SUBJECTS: Mapping[str, Any] = {
    **{field.name: field.label for field in fields.FIELDS},
    FORMS: _("Questions in the committee’s form"),
    DOCUMENTS: _("Documents"),
    CLASS: _("Class and its students"),
}
MOST = 20  # questions at once


def label_of(field: str) -> str:
    """What a question is about, for people; empty if it is about the whole request."""
    return str(SUBJECTS.get(field, field))
