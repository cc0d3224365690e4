"""A question that asks for files, as the template of the request form shows it."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.sizes import size_in_words
from apps.forms import files
from apps.forms.combined import AskedQuestion
from apps.web.document_forms import shown


def file_box(asked: AskedQuestion) -> dict[str, Any]:
    """The attached files, and what can still be attached. Its limits replace those of other types of question."""
    question, kinds = asked.question, files.accepted(asked.question)
    attached = {row.pk: row for form in asked.forms for row in form.files.get(question.key, ())}
    most, largest = files.most_files(question), settings.ATTACHMENT_BYTES
    if question.largest is not None:
        largest = min(question.largest, largest)
    many = ngettext("at most %(most)s file", "at most %(most)s files", most) % {"most": most}
    size = _("at most %(size)s each") % {"size": size_in_words(largest)}
    types = _("types: %(types)s") % {"types": ", ".join(kinds)}
    return {
        "is_file": True, "attached": shown(attached.values()), "full": len(attached) >= most, "multiple": most > 1,
        "accept": ",".join(f".{one}" for one in kinds), "limits": f"{many}, {size}, {types}",
    }  # fmt: skip
