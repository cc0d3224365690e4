"""Who may change the forms of a committee, and what can be published."""

from django.utils.translation import gettext as _

from apps.committees.models import Committee
from apps.committees.rules import check_can_manage_committee
from apps.core.actors import Viewer
from apps.core.errors import Invalid, WrongState
from apps.forms import files
from apps.forms.definition import Definition, sha256_of
from apps.forms.kinds import STORABLE, Type
from apps.forms.models import Form, FormVersion
from apps.forms.problems import Problem, problems


def check_can_change_forms(by: Viewer, committee: Committee) -> None:
    """Whoever may manage the committee: its chair or an operator."""
    check_can_manage_committee(by, committee)


def check_not_withdrawn(form: Form) -> None:
    if form.withdrawn_at is not None:
        raise WrongState(
            _("This form was withdrawn, so you cannot change it. Create a new form and import this one into it.")
        )


def check_revision(draft: FormVersion, revision: int | None) -> None:
    """Two windows, one draft: the older change never overwrites the newer one."""
    if revision is not None and revision != draft.revision:
        raise WrongState(_("This draft was changed in another window. Reload the page, then make your change again."))


def obstacles_to_publishing(definition: Definition) -> list[Problem]:
    """Everything that stops the form from being published, in the order of the form."""
    numbers = definition.numbered()
    sentence = _("Question %(n)s accepts only file types that cannot be attached. Accepted: %(types)s.")
    types = ", ".join(STORABLE)
    unanswerable = [
        Problem(question.key, sentence % {"n": numbers[question.key], "types": types})
        for question in definition.questions()
        if question.type == Type.FILE and not files.accepted(question)
    ]
    return problems(definition) + unanswerable


def check_can_publish(definition: Definition, published: FormVersion | None) -> None:
    """The form can be filled in, and is another one than the version that is published."""
    found = obstacles_to_publishing(definition)
    if found:
        raise Invalid(" ".join(one.sentence for one in found))
    if published is not None and published.sha256 == sha256_of(definition):
        raise WrongState(_("The draft is the same as the published version. Change the draft before you publish it."))


def no_draft() -> str:
    """What is said when there is nothing to publish or to discard."""
    return _("This form has no draft. Change a question to create one.")
