"""What a request answers to the forms of its committees.

A request keeps the version of each form with which it was begun, in `AccessRequest.answers` by the id of the version.
A form is asked as long as a dataset of its committee is in the request; the answers stay when it is not.
"""

import json
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from apps.access_requests import form_files
from apps.access_requests.models import AccessRequest
from apps.access_requests.states import ItemState
from apps.core.errors import Invalid
from apps.forms import answers as form_answers
from apps.forms.answers import Answers
from apps.forms.combined import AskedForm, name_of, shared
from apps.forms.definition import Question
from apps.forms.kinds import Profile, Readers, Type
from apps.forms.models import FormVersion
from apps.forms.queries import asked_by, versions_by_id
from apps.people.models import Person

MOST_BYTES = 1_000_000  # of all answers of one request


def asked_forms(request: AccessRequest, committee_ids: Collection[UUID] | None = None) -> list[AskedForm]:
    """The forms that the request answers now, by committee: one statement, none without forms.

    `committee_ids` are those of its datasets, if the caller has them already.
    """
    if not request.answers:
        return []
    if committee_ids is None:
        items = request.items.exclude(state=ItemState.WITHDRAWN)
        committee_ids = set(items.values_list("dataset__committee_id", flat=True))
    found = [_asked(request, version) for version in versions_by_id(map(UUID, request.answers)).values()]
    asked = [one for one in found if one.committee in committee_ids]
    form_files.fill(request, asked, found)
    return asked


def _asked(request: AccessRequest, version: FormVersion) -> AskedForm:
    stored = Answers.stored(request.answers.get(str(version.pk), {}))
    return AskedForm(version.pk, version.form.committee_id, version.read, stored, version.form_id)


def bring_forms(request: AccessRequest, committee_ids: Collection[UUID], *, like: AccessRequest | None) -> bool:
    """The request answers the published forms of these committees too, as far as they are answered already.

    Answers come from `like` (an earlier request), from other forms of the request, and from the applicant's profile.
    Whether anything changed; the caller saves.
    """
    new = asked_by(committee_ids) if committee_ids else []
    known = versions_by_id(map(UUID, [*request.answers, *(like.answers if like is not None else ())])) if new else {}
    begun = {known[pk].form_id for pk in map(UUID, request.answers) if pk in known}
    earlier = [_asked(like, known[pk]) for pk in map(UUID, like.answers) if pk in known] if like is not None else []
    source = [_asked(request, known[pk]) for pk in map(UUID, request.answers) if pk in known] + earlier
    added = {}
    for version in new:
        if version.form_id not in begun:
            same = next((one for one in earlier if known[one.version].form_id == version.form_id), None)
            added[str(version.pk)] = _begun(version, same, source, request.applicant).as_json()
    request.answers = request.answers | added
    return bool(added)


def _begun(version: FormVersion, same: AskedForm | None, source: list[AskedForm], applicant: Person) -> Answers:
    """The first answers to a version: from an earlier version, or from other forms and the profile."""
    definition = version.read
    if same is not None:
        return form_answers.moved(same.answers, same.definition, definition)
    known = shared(source, definition)
    filled = {one.key: _profile(applicant, one) for one in definition.questions() if one.prefill}
    from_profile = form_answers.read(definition, filled, {})
    return Answers(valid={**from_profile.valid, **known.valid})


def _profile(person: Person, question: Question) -> str:
    """What the profile has for a question; empty if it has nothing."""
    institution = person.institution
    if question.prefill == Profile.INSTITUTION:
        if institution is None:
            return ""
        return institution.ror if question.type == Type.ORGANISATION else institution.name
    return {Profile.NAME: person.name, Profile.EMAIL: person.email, Profile.ORCID: person.orcid}[
        Profile(question.prefill)
    ]


def merged(request: AccessRequest, changes: Mapping[UUID, Answers]) -> dict[str, Any]:
    """All answers of the request after these changes; a form that it does not answer is left out."""
    new = {str(pk): one.as_json() for pk, one in changes.items() if str(pk) in request.answers}
    if not new:
        return dict(request.answers)
    found: dict[str, Any] = request.answers | new
    if len(json.dumps(found, ensure_ascii=False).encode()) > MOST_BYTES:
        raise Invalid(_("Together, the answers are larger than 1 MB. Shorten the longest ones."))
    return found


def changed_names(request: AccessRequest, before: Mapping[str, Any]) -> list[str]:
    """The names of the fields whose answers differ from these stored ones."""
    known = versions_by_id(map(UUID, request.answers)) if request.answers != before else {}
    found = []
    for version in known.values():
        now, old = _asked(request, version), Answers.stored(before.get(str(version.pk), {}))
        pairs = list(zip(_parts(now.answers), _parts(old), strict=True))
        for one in now.definition.questions():
            if any(each.get(one.key) != other.get(one.key) for each, other in pairs):
                found.append(name_of(now, one))
    return found


def _parts(answers: Answers) -> tuple[Mapping[str, Any], ...]:
    return answers.valid, answers.typed, answers.confidential


def changed(request: AccessRequest, sent: Mapping[UUID, Mapping[str, Any]]) -> dict[UUID, Answers]:
    """The answers with these changes, by version and key; Invalid for a form or a key that is not asked."""
    asked = {one.version: one for one in asked_forms(request)}
    found = {}
    for version, answers in sent.items():
        form = asked.get(version)
        if form is None or any(form.definition.question(key) is None for key in answers):
            raise Invalid(
                _("This question is not part of the request. Reload the request to see its questions."), field="answers"
            )
        old = {**form.answers.valid, **form.answers.typed}
        if any(answers.get(one.key, old.get(one.key)) != old.get(one.key) for one in form_files.asking(form)):
            raise Invalid(_("Files are attached to the request, not sent with the answers."), field="answers")
        found[version] = form_answers.read(form.definition, old | dict(answers), form.answers.confidential)
    return found


def missing(request: AccessRequest) -> dict[str, str]:
    """What the forms still need, by the name of the field; a form whose committee has decided needs nothing."""
    if not request.answers:
        return {}
    open_items = request.items.filter(state=ItemState.OPEN)
    says: dict[str, str] = {}
    for form in asked_forms(request, set(open_items.values_list("dataset__committee_id", flat=True))):
        wrong = form_answers.missing(form.definition, form.answers)
        names = {one.key: name_of(form, one) for one in form.definition.questions() if one.key in wrong}
        says |= {names[key]: sentence for key, sentence in wrong.items()}
    return says


def frozen(request: AccessRequest) -> dict[str, Any]:
    """The part of a snapshot that has the answers: each form with its version, and the answers to shown questions."""
    if not request.answers:
        return {}
    items = request.items.exclude(state=ItemState.WITHDRAWN)
    asked = asked_forms(request, set(items.values_list("dataset__committee_id", flat=True)))
    rows = [
        {
            "version": str(one.version),
            "committee": str(one.committee),
            "name": dict(one.definition.name),
            **form_answers.final(one.definition, one.answers),
        }
        for one in asked
    ]
    return {"forms": rows} if rows else {}


def readable(
    rows: list[dict[str, Any]], versions: Mapping[UUID, FormVersion], committee_ids: Collection[UUID] | None
) -> list[AskedForm]:
    """The forms of a snapshot with the answers that these committees may read; None is the applicant, who reads all.

    An answer that only the committee of its form reads is left out for everybody else.
    """
    found = []
    for row in rows:
        version = versions.get(UUID(row["version"]))
        if version is None:
            continue
        definition, own = version.read, committee_ids is None or UUID(row["committee"]) in committee_ids
        kept = {one.key for one in definition.questions() if own or one.readers != Readers.COMMITTEE}
        valid = {key: answer for key, answer in row.get("answers", {}).items() if key in kept}
        reasons = {key: reason for key, reason in row.get("confidential", {}).items() if key in kept}
        found.append(AskedForm(version.pk, UUID(row["committee"]), definition, Answers(valid, {}, reasons)))
    return found


def newer_versions(request: AccessRequest, committee_ids: Collection[UUID]) -> list[FormVersion]:
    """The published versions that the request could move to: newer ones, and forms that it was begun without."""
    return [one for one in asked_by(committee_ids) if str(one.pk) not in request.answers]


def move_to(request: AccessRequest, version: FormVersion) -> None:
    """The request answers this version from now on, instead of an earlier one of the same form. The caller saves."""
    known = versions_by_id(map(UUID, request.answers))
    same = next((one for one in known.values() if one.form_id == version.form_id), None)
    source = [_asked(request, one) for one in known.values()]
    begun = _begun(version, _asked(request, same) if same is not None else None, source, request.applicant)
    kept = {key: value for key, value in request.answers.items() if same is None or key != str(same.pk)}
    request.answers = kept | {str(version.pk): begun.as_json()}
