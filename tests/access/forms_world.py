"""What of the access world is about the forms of committees, and what their pages send."""

from typing import Any
from uuid import UUID

from apps.forms import commands as forms
from apps.forms.editing import without
from apps.forms.shipped_forms import shipped, text_of
from tests import stories

NOBODY = UUID("00000000-0000-4000-8000-000000000000")
FORM_FORMS: dict[str, dict[str, Any]] = {
    "committee_forms": {"begin": "empty"},
    "form_builder": {"up": "countries"},
    "form_question": {"label_en": "Methods", "type": "text", "readers": "committees"},
    "form_import": {"definition": text_of("short")},
}


def form_things(setup: stories.CommitteeSetup, kwargs: dict[tuple[str, str], dict[str, Any]]) -> None:
    """A form that was published after every request was begun, with a draft of its next version.

    It is made last: requests that are begun from now on would have to answer it.
    """
    slug = setup.committee.slug
    form = forms.create_form(setup.committee, definition=shipped("short"), by=setup.chair)
    version = forms.publish(form, by=setup.chair)
    forms.change_draft(form, definition=without(shipped("short"), "storage"), by=setup.chair)
    kwargs["form", "draft"] = {"slug": slug, "pk": form.pk}
    kwargs["form", "unknown"] = {"slug": slug, "pk": NOBODY}
    draft = form.versions.get(published_at=None)
    kwargs["form version", "published"] = {"version": version.pk}
    kwargs["form version", "draft"] = {"version": draft.pk}
    kwargs["form question", "draft"] = {"slug": slug, "pk": form.pk, "key": "methods"}
    kwargs["form question", "unknown"] = {"slug": slug, "pk": form.pk, "key": "none"}
    request = kwargs["request", "draft"]["pk"]
    kwargs["form offer", "draft"] = {"pk": request, "version": version.pk}
    kwargs["form offer", "unknown"] = {"pk": request, "version": NOBODY}
