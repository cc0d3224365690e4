"""Case 9: no text that is shown or signed contains a character that a reader cannot see, wherever it comes from."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any, get_args, get_origin

import pytest
from django import forms
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from pydantic import BaseModel

import apps.web as web
from apps.agreements import commands as agreements
from apps.api import schemas
from apps.core.actors import CONSOLE
from apps.core.errors import Invalid
from apps.core.triggers import Trigger
from apps.identity.oidc import claims
from apps.web.requests.forms import RequestForm
from tests import stories

PLANTED = "A study\u202e of\u2066 one"

# Texts that only look something up or prove something; they are compared and never stored or shown to others.
LOOKED_UP = {"q", "person", "user_code", "seen", "next", "sort", "cursor"}
# Columns of evidence that hold what the portal or a provider makes: codes, digests, keys, addresses.
MADE = {
    "sha256", "text_sha256", "pdf_key", "pdf_sha256", "storage_key", "reference", "issuer", "acr", "scoped", "ror",
    "orcid", "email", "correlation", "subject_type", "actor_kind", "media_type", "key", "kind", "language", "backup",
    "basis",  # of a shadow run: the SHA-256 of what it was made on
    "field",  # of a document: the key of the question that asked for it
    "name",  # of a file: `check_file_name` refuses more than this rule does
}  # fmt: skip


def subclasses(of: type) -> Iterator[type]:
    for one in of.__subclasses__():
        yield one
        yield from subclasses(one)


def text_fields() -> dict[str, forms.Field]:
    """Every text field of every form of the pages, by form and name."""
    for module in pkgutil.walk_packages(web.__path__, "apps.web."):
        if module.name.endswith("forms") or "form" in module.name:
            importlib.import_module(module.name)
    found = {
        f"{form.__module__}.{form.__name__}.{name}": field
        for form in subclasses(forms.Form)
        if form.__module__.startswith("apps.web") and not form.__module__.endswith(".gallery")  # samples of the look
        for name, field in form.base_fields.items()
    }
    request = RequestForm(chosen=[])
    found |= {f"RequestForm.{name}": field for name, field in request.fields.items()}
    return {
        where: field
        for where, field in found.items()
        if isinstance(field, forms.CharField)
        and not isinstance(field, forms.SlugField | forms.UUIDField | forms.EmailField | forms.URLField)
        and where.rpartition(".")[2] not in LOOKED_UP
    }


@pytest.mark.parametrize("where", sorted(text_fields()))
def test_every_text_field_of_a_form_refuses_it(where: str) -> None:
    with pytest.raises(forms.ValidationError) as refusal:
        text_fields()[where].clean(PLANTED)
    assert refusal.value.code == "hidden"


def test_control_a_plain_field_takes_it() -> None:
    """Control: Django's own field lets it pass, so the sweep finds a form that uses one."""
    assert forms.CharField().clean(PLANTED) == PLANTED
    assert len(text_fields()) > 20


def api_texts() -> list[tuple[type[BaseModel], str]]:
    """Every text of every body that the API accepts."""
    return [
        (schema, name)
        for schema in subclasses(schemas.Input)
        for name, field in schema.model_fields.items()
        if str in {field.annotation, *get_args(field.annotation)} and get_origin(field.annotation) is not dict
    ]


@pytest.mark.parametrize(("schema", "name"), api_texts())
def test_every_text_of_an_api_call_refuses_it(schema: type[BaseModel], name: str) -> None:
    is_list = get_origin(schema.model_fields[name].annotation) is list
    with pytest.raises(ValueError, match="hidden") as refusal:
        schema.model_validate({name: ["x\u202e"] if is_list else PLANTED})
    assert (name,) in {each["loc"][:1] for each in refusal.value.errors() if each["type"] == "hidden"}  # type: ignore[attr-defined]


# -------------------------------------------------------------------------------------------------- the other entries
def test_names_of_a_provider_are_cleaned() -> None:
    """The person cannot change their name here, so it is not refused."""
    assert claims.plain("Ingrid\u202e\u200b  Holm\x07", 200) == "Ingrid Holm"
    assert claims.plain("می\u200cخواهم", 200) == "می\u200cخواهم"


@pytest.mark.django_db
def test_the_command_line_refuses_it_in_a_clause() -> None:
    clauses = [{**stories.CLAUSES[0], "text": "For the purpose\u202e given."}]
    with pytest.raises(Invalid, match=r"U\+202E"):
        agreements.publish_template("Ours", clauses=clauses, committee=None, by=CONSOLE)


# ------------------------------------------------------------------------------------------------------- the database
def evidence_texts() -> list[tuple[type[models.Model], str]]:
    """Every column of evidence that holds what somebody typed."""
    return [
        (model, field.name)
        for model in apps.get_models()
        if any(isinstance(one, Trigger) and one.name.endswith("_frozen") for one in model._meta.constraints)
        for field in model._meta.local_fields
        if isinstance(field, models.CharField | models.TextField) and not field.choices
        if field.name not in MADE or model._meta.label == "people.ActorSnapshot" and field.name == "name"
    ]


def test_every_typed_column_of_evidence_has_a_constraint() -> None:
    missing = [
        f"{model._meta.label}.{name}"
        for model, name in evidence_texts()
        if not any(
            isinstance(one, models.CheckConstraint) and f"'{name}__regex'" in str(one.condition)
            for one in model._meta.constraints
        )
    ]
    assert missing == []


@pytest.mark.django_db
@pytest.mark.parametrize("code", [0x202E, 0x2066, 0x200F, 0x200B, 0xFEFF, 0x7, 0x85, 0xE0041, 0xE000, 0x2028])
def test_the_portals_role_cannot_store_it(code: int) -> None:
    """Past every form and command: the row itself is refused."""
    case = stories.draft()
    statement = "UPDATE access_requests_accessrequest SET purpose = %s WHERE id = %s"
    refusal = pytest.raises(IntegrityError, match="request_text_is_seen")
    with refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [f"a{chr(code)}b", case.request.pk])


@pytest.mark.django_db
def test_control_the_portals_role_stores_every_script() -> None:
    case: Any = stories.draft()
    text = "Ærø\n\tΕλληνικά 日本 한국어 ไทย العربية می\u200cخواهم עברית क्\u200dष አማርኛ 👩🏽\u200d⚕\ufe0f 🇩🇰 葛\U000e0100"
    case.request.purpose = text
    case.request.save(update_fields=["purpose"])
    case.request.refresh_from_db()
    assert case.request.purpose == text
