"""Every model names its personal fields, and nothing about people or evidence cascades away."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models

from apps.core.roles import RoleRow

# Rows that may go with what they belong to, and why. A row of a role table goes with its object: the event stays.
THROW_AWAY: dict[str, str] = {}
ALWAYS_PERSONAL = re.compile(
    r"e_?mail|phone|orcid|typed|surname|birth|postal|recipient|(?:full|given|family|signed|signer|person|display)_name"
)


def personal_fields(_root: Path) -> list[str]:
    """Models of ours that do not say which of their fields are about a person, or say it wrongly."""
    return [finding for model in our_models() for finding in undeclared(model)]


def cascades(_root: Path) -> list[str]:
    """Foreign keys of ours that would remove a row together with a person or with evidence."""
    return [finding for model in our_models() for finding in cascading(model)]


def our_models() -> list[type[models.Model]]:
    """The concrete models of apps/, without the tables that Django makes for many-to-many fields."""
    return [model for model in apps.get_models() if model.__module__.startswith("apps.")]


def undeclared(model: type[models.Model]) -> list[str]:
    """What is missing or wrong in one model's PERSONAL_FIELDS."""
    label = model._meta.label
    if "PERSONAL_FIELDS" not in vars(model):
        return [f"{label} does not name its personal fields: PERSONAL_FIELDS = ()"]
    named = set(vars(model)["PERSONAL_FIELDS"])
    fields = {field.name: field for field in model._meta.local_fields}
    wrong = [f"{label}.PERSONAL_FIELDS names {name}, which is no field" for name in sorted(named - set(fields))]
    about_person = points_at_a_person(fields.values())
    missing = [name for name, field in fields.items() if name not in named and looks_personal(field, about_person)]
    return wrong + [f"{label}.{name} looks personal and is not in PERSONAL_FIELDS" for name in missing]


def looks_personal(field: "models.Field[Any, Any]", about_person: bool) -> bool:
    """An address or a name of a person: by its type, by its name, or a `name` on a row that belongs to a person."""
    if not isinstance(field, models.CharField | models.TextField):
        return False
    by_name = bool(ALWAYS_PERSONAL.search(field.name)) or (about_person and field.name == "name")
    return isinstance(field, models.EmailField) or by_name


def points_at_a_person(fields: "Iterable[models.Field[Any, Any]]") -> bool:
    owners = {"person", "holder", "user", "applicant", "signer", "reader"}
    return any(field.is_relation and field.name in owners for field in fields)


def cascading(model: type[models.Model]) -> list[str]:
    """The foreign keys of one model that cascade although its rows are not listed as throw-away."""
    if issubclass(model, RoleRow) or model._meta.label in THROW_AWAY:
        return []
    return [
        f"{model._meta.label}.{field.name} cascades from {field.related_model}; evidence is kept by PROTECT"
        for field in model._meta.local_fields
        if field.remote_field is not None and field.remote_field.on_delete is models.CASCADE
    ]
