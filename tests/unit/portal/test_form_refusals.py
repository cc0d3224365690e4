"""What a command refuses is shown beside the form's fields, once and in one way."""

import pytest
from django import forms

from apps.core.errors import Denied, DomainError, Invalid, WrongState
from apps.web.common.forms import FormRefusals, refusal_of


class NameForm(forms.Form):
    name = forms.CharField()


def sent() -> NameForm:
    form = NameForm({"name": "x"})
    assert form.is_valid()
    return form


def raises(refusal: DomainError) -> None:
    raise refusal


def test_a_sentence_is_beside_its_field_and_others_are_above() -> None:
    form = sent()
    with FormRefusals(form) as refusals:
        raises(Invalid("", fields={"name": "Too long.", "elsewhere": "Missing."}))
    assert form.errors == {"name": ["Too long."], "__all__": ["Missing."]}
    assert refusals.status == 422


def test_kinds_that_are_named_are_shown_with_their_status() -> None:
    form = sent()
    with FormRefusals(form, WrongState) as refusals:
        raises(WrongState("It has moved on."))
    assert form.non_field_errors() == ["It has moved on."]
    assert refusals.status == 409
    assert isinstance(refusals.refusal, WrongState)


@pytest.mark.parametrize("fault", [Denied("No."), WrongState("Not now."), ValueError("a defect")])
def test_everything_else_goes_on(fault: Exception) -> None:
    with pytest.raises(type(fault)), FormRefusals(sent()):
        raise fault


def test_without_a_refusal_nothing_is_added() -> None:
    form = sent()
    with FormRefusals(form) as refusals:
        pass
    assert form.errors == {}
    assert refusals.refusal is None


def test_a_rule_says_what_is_against_it() -> None:
    assert refusal_of(lambda: None) is None
    assert isinstance(refusal_of(lambda: raises(Denied("No."))), Denied)
    with pytest.raises(Denied):
        refusal_of(lambda: raises(Denied("No.")), Invalid)
