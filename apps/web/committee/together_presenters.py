"""Equal requests as the page shows them: what is the same, what differs, and why some of the chosen are left out."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access_requests import fields
from apps.access_requests.equal_cases import Why
from apps.access_requests.together import EqualCase, Together
from apps.datasets.matching.questions import answers
from apps.web.form_answers import answer_sections, frozen_forms
from apps.web.match_rows import outcome_shown
from apps.web.request_rows import written

LEFT_OUT = {
    Why.UNDECLARED: gettext_lazy("First declare whether you have a conflict of interest."),
    Why.NOT_WAITING: gettext_lazy("You have already voted on it, or it does not need your vote."),
    Why.OTHER_DATASET: gettext_lazy("It requests a different dataset."),
    Why.UNCLEAR: gettext_lazy(
        "The committee must check how it matches the use conditions. Open the request to vote on it."
    ),
    Why.DIFFERENT: gettext_lazy(
        "Its form or research purpose, or how it matches the use conditions, is different from the other "
        "requests. Open the request to vote on it."
    ),
}


def address(case: Any) -> str:
    """The page of the case."""
    return reverse("case", args=[case.pk])


def page_of(found: Together, typed: Mapping[UUID, forms.Form]) -> dict[str, Any]:
    """The context of the page; one statement, or none. One request alone is no group of equal ones."""
    equal = found.equal if len(found.equal) > 1 else ()
    rows = _rows(equal)
    return {
        "dataset": found.dataset,
        "committee": found.committee,
        "left_out": [
            {"reference": row.reference, "url": address(row), "sentence": LEFT_OUT[why]} for row, why in found.left_out
        ],
        "other_datasets": _others(found),
        "cases": [
            {
                "pk": one.request.pk,
                "reference": one.request.reference,
                "title": one.round.snapshot[fields.TITLE.name],
                "url": address(one.request),
                "form": typed.get(one.item.pk),
            }
            for one in equal
        ],
        "same": [{"label": row["label"], "text": row["values"][0]["text"]} for row in rows if not row["differs"]],
        "differs": [row for row in rows if row["differs"]],
        "none_equal": _("Select at least two requests for the same dataset that wait for your vote."),
    }


def _others(found: Together) -> list[dict[str, Any]]:
    """The same requests for another dataset that several of them want."""
    cases = [str(one.request.pk) for one in found.equal] + [str(row.pk) for row, _why in found.left_out]
    here = reverse("decide_together")
    return [
        {"title": one, "url": f"{here}?{urlencode({'dataset': one.pk, 'case': cases}, doseq=True)}"}
        for one in found.other_datasets
    ]


def _rows(equal: Sequence[EqualCase]) -> list[dict[str, Any]]:
    """A row for each field and question that one of the requests answers, in the order of the forms."""
    asked = frozen_forms(*(one.round.snapshot for one in equal), committee_ids=[one.item.committee_id for one in equal])
    said = [_said(one, forms_of) for one, forms_of in zip(equal, asked, strict=True)]
    labels = list(dict.fromkeys(label for each in said for label in each))
    rows = []
    for label in labels:
        texts = [each.get(label, "") for each in said]
        values = [{"reference": one.request.reference, "text": text} for one, text in zip(equal, texts, strict=True)]
        rows.append({"label": label, "values": values, "differs": len(set(texts)) > 1})
    return rows


def _said(one: EqualCase, asked: Any) -> dict[str, str]:
    """What one request says, by the label of the field or question."""
    snapshot = one.round.snapshot
    found = {
        _("Project"): snapshot[fields.TITLE.name],
        _("Applicant"): str(one.request.applicant),
        _("Institution"): str(one.request.applicant.institution or ""),
        _("People who would use the data"): str(1 + len(snapshot["members"])),
        _("Match with use conditions"): str(outcome_shown(one.match.outcome)["label"]),
    }
    for row in written(snapshot, for_committee=True):
        is_day = row["is_day"] and row["value"]
        found[str(row["label"])] = formats.date_format(row["value"], "j M Y") if is_day else str(row["value"] or "")
    for answer in answers(one.purpose):
        found[answer["label"]] = answer["value"]
    for part in answer_sections(asked):
        for row in part["rows"]:
            lines = [str(line) for line in row["lines"]]
            found[row["label"]] = "\n".join([*lines, f"({row['reason']})"] if row["reason"] else lines)
    if snapshot.get("attachments"):
        found[_("Documents")] = str(len(snapshot["attachments"]))
    return found
