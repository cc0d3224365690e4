"""Every field that names a stored object is in its model's STORED_FILES: the sweep deletes what no field names."""

import re
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models

from apps.core.identifiers import new_storage_key
from tests.checks.check_models import our_models
from tests.checks.source import calls, dotted, sources

NAMED_LIKE_A_KEY = re.compile(r"_key$|^(storage|file|object)_?(name|path)$")


def stored_files(root: Path) -> list[str]:
    """Fields that hold a storage key and are not declared, and apps that make storage keys and declare no field."""
    declaring = {app.name for app in apps.get_app_configs() if any(declared(model) for model in app.get_models())}
    return [finding for model in our_models() for finding in undeclared_files(model)] + [
        file.at(call, f"makes a storage key, and no model of {app} declares STORED_FILES")
        for file in sources(root, "apps")
        for call in calls(file.tree)
        if dotted(call.func).endswith(new_storage_key.__name__)
        and (app := ".".join(file.path.parts[:2])) not in declaring
    ]


def undeclared_files(model: type[models.Model]) -> list[str]:
    """What is missing or wrong in one model's STORED_FILES."""
    label, names = model._meta.label, declared(model)
    fields = {field.name: field for field in model._meta.local_fields}
    wrong = [f"{label}.STORED_FILES names {name}, which is no field" for name in names if name not in fields]
    missing = [name for name, field in fields.items() if name not in names and holds_a_key(field)]
    return wrong + [f"{label}.{name} names a stored object and is not in STORED_FILES" for name in missing]


def declared(model: type[models.Model]) -> tuple[str, ...]:
    """The fields of the model that it declares to name stored objects."""
    return tuple(getattr(model, "STORED_FILES", ()))


def holds_a_key(field: "models.Field[Any, Any]") -> bool:
    """A field for files, one that a new storage key fills, or one for text that is called like a key."""
    if isinstance(field, models.FileField) or field.default is new_storage_key:
        return True
    return isinstance(field, models.CharField | models.TextField) and bool(NAMED_LIKE_A_KEY.search(field.name))
