"""The forms that a request answers, in responses and bodies of the API."""

from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Schema

from apps.forms.answers import wrong
from apps.forms.combined import AskedForm

Answers = Annotated[
    dict[UUID, dict[str, Any]],
    Field(
        max_length=50,
        description="By the id of the version: answers by the key of the question. An answer of null is removed.",
    ),
]


class FormAnswers(Schema):
    """One form that the request answers, in the version with which it was begun."""

    version: UUID
    name: str
    answers: dict[str, Any] = Field(description="Valid answers by the key of their question.")
    unfinished: dict[str, Any] = Field(description="What was sent instead of a valid answer, as it was sent.")
    errors: dict[str, str] = Field(description="What is wrong with each unfinished answer.")
    confidential: dict[str, str] = Field(description="The reason for which an answer is confidential.")


def form_answers(form: AskedForm) -> dict[str, Any]:
    return {
        "version": form.version,
        "name": str(form.definition),
        "answers": dict(form.answers.valid),
        "unfinished": dict(form.answers.typed),
        "errors": wrong(form.definition, form.answers),
        "confidential": dict(form.answers.confidential),
    }
