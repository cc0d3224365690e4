"""What the pages of a committee's forms show."""

from dataclasses import replace
from typing import Any

from django import forms

from apps.access_requests.form_use import use_of
from apps.core.identifiers import new_id
from apps.forms.combined import AskedForm
from apps.forms.comparison import compare, summary
from apps.forms.definition import Definition, Question, Section
from apps.forms.models import Form, FormVersion
from apps.forms.queries import draft_of, published_version
from apps.forms.rules import obstacles_to_publishing
from apps.web.form_changes import shown
from apps.web.form_questions import FormQuestions


class Page:
    """A form with its draft and its published version, and what differs between them."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.draft = draft_of(form)
        self.published = published_version(form)
        newest = self.draft or self.published
        assert newest is not None  # a form has a version as long as it exists
        self.version: FormVersion = newest
        self.definition = newest.read
        self.use = use_of(self.published)

    def changes(self) -> list[dict[str, Any]]:
        """What the draft changes, each with its effect on drafts of requests."""
        if self.draft is None or self.published is None:
            return []
        return [shown(one, self.use) for one in compare(self.published.read, self.draft.read)]

    def sections(self) -> list[dict[str, Any]]:
        """The sections with their questions, in one line each, and which of them the draft changes."""
        numbers = self.definition.numbered()
        changed = {one["key"]: one["what"] for one in self.changes() if one["key"]}
        broken = {one.key for one in obstacles_to_publishing(self.definition)}
        return [
            {
                "section": section,
                "number": at,
                "rows": [
                    {
                        "question": one,
                        "number": numbers[one.key],
                        "summary": summary(self.definition, one),
                        "changed": changed.get(one.key, ""),
                        "broken": one.key in broken,
                    }
                    for one in section.questions
                ],
            }
            for at, section in enumerate(self.definition.sections, start=1)
        ]

    def context(self) -> dict[str, Any]:
        return {
            "committee": self.form.committee,
            "form_row": self.form,
            "name": str(self.definition),
            "version": self.version,
            "draft": self.draft,
            "published": self.published,
            "use": self.use,
            "problems": obstacles_to_publishing(self.definition) if self.draft is not None else [],
            "changes": self.changes(),
        }


def previewed(definition: Definition) -> list[dict[str, Any]]:
    """The form as applicants see it, without answers."""
    questions = FormQuestions([AskedForm(new_id(), new_id(), definition)])
    return questions.boxes(forms.Form())


def preview_of(definition: Definition, question: Question) -> list[dict[str, Any]]:
    """One question as applicants see it."""
    alone = replace(question, visible_if=None)
    return previewed(Definition(definition.name, sections=(Section("preview", {}, questions=(alone,)),)))


def listed(form: Form) -> dict[str, Any]:
    """One form in the list of the committee; its versions are prefetched, the newest first."""
    versions = list(form.versions.all())
    published = next((one for one in versions if one.is_published), None)
    draft = next((one for one in versions if not one.is_published), None)
    return {"form": form, "name": str(versions[0].read), "published": published, "draft": draft}
