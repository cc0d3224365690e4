"""The files that answer a question: which are accepted. Pure functions.

An answer is a list of `{"id", "name", "size", "sha256"}`, one for each file; `infected` marks one that contained
malware and was deleted. The files themselves are stored by whoever keeps the answers (apps.access_requests.form_files).
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.errors import Invalid
from apps.core.sizes import size_in_words
from apps.forms.definition import Question
from apps.forms.kinds import STORABLE

MOST = 10  # files, where the question says nothing
PARTS = {"id", "name", "size", "sha256"}


def most_files(question: Question) -> int:
    return int(question.most or MOST)


def accepted(question: Question) -> tuple[str, ...]:
    """The file name extensions that the question accepts, without a dot; those that are stored at all."""
    return tuple(one for one in question.formats or STORABLE if one in STORABLE)


def check_file(question: Question, name: str, size: int) -> None:
    """The type and the size are those that the question asks for."""
    kinds = accepted(question)
    if not name.lower().endswith(tuple(f".{one}" for one in kinds)):
        said = {"name": name[:80], "types": ", ".join(kinds)}
        raise Invalid(_("“%(name)s” has a type that this question does not accept. Accepted: %(types)s.") % said)
    if question.largest is not None and size > question.largest:
        said = {"name": name[:80], "limit": size_in_words(question.largest)}
        raise Invalid(_("“%(name)s” is larger than %(limit)s.") % said)


def check_count(question: Question, how_many: int) -> None:
    most = most_files(question)
    if how_many > most:
        said = ngettext("Attach at most %(most)s file.", "Attach at most %(most)s files.", most)
        raise Invalid(said % {"most": most})


def read(question: Question, sent: Any) -> list[dict[str, Any]]:
    """The files if all of them are accepted; raises Invalid."""
    if not isinstance(sent, list) or not all(isinstance(one, Mapping) and set(one) >= PARTS for one in sent):
        raise Invalid(_("This answer has another form than the question asks for."))
    check_count(question, len(sent))
    for one in sent:
        if one.get("infected"):
            said = {"name": one["name"][:80]}
            raise Invalid(_("“%(name)s” contained malware and was deleted. Remove it and attach another file.") % said)
        check_file(question, one["name"], one["size"])
    return [{part: one[part] for part in sorted(PARTS)} for one in sent]


def in_words(answer: Mapping[str, Any]) -> str:
    """One file as a person reads it."""
    return f"{answer['name']} ({size_in_words(answer['size'])})"
