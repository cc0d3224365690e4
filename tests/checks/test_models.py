"""Every model names its personal fields and its stored files, and nothing about people or evidence cascades away."""

from pathlib import Path
from typing import Any

import pytest
from django.db import models
from django.test.utils import isolate_apps

from apps.core.identifiers import new_storage_key
from apps.people.models import Person
from tests.checks.check_models import cascades, cascading, our_models, personal_fields, undeclared
from tests.checks.check_stored_files import stored_files, undeclared_files


def test_every_model_names_its_personal_fields(root: Path) -> None:
    assert personal_fields(root) == []


def test_nothing_cascades_away(root: Path) -> None:
    """T117: evidence outlives the person it is about."""
    assert cascades(root) == []


def test_our_models_are_looked_at() -> None:
    assert Person in our_models()
    assert len(our_models()) > 15


@isolate_apps("apps.people")
def test_a_model_that_names_nothing_is_found() -> None:
    class Silent(models.Model):
        class Meta:
            app_label = "people"

    assert undeclared(Silent) == ["people.Silent does not name its personal fields: PERSONAL_FIELDS = ()"]


@isolate_apps("apps.people")
@pytest.mark.parametrize(("name", "field"), [("contact", models.EmailField), ("typed_name", models.CharField)])
def test_a_field_that_looks_personal_is_found(name: str, field: type[models.CharField]) -> None:
    meta = type("Meta", (), {"app_label": "people"})
    body = {"__module__": __name__, "Meta": meta, "PERSONAL_FIELDS": (), name: field(max_length=100)}
    assert undeclared(type("Careless", (models.Model,), body)) == [
        f"people.Careless.{name} looks personal and is not in PERSONAL_FIELDS"
    ]


@isolate_apps("apps.people")
def test_a_name_that_is_no_field_is_found() -> None:
    class Wrong(models.Model):
        PERSONAL_FIELDS = ("nickname",)

        class Meta:
            app_label = "people"

    assert undeclared(Wrong) == ["people.Wrong.PERSONAL_FIELDS names nickname, which is no field"]


@isolate_apps("apps.people")
def test_a_cascade_from_a_person_is_found() -> None:
    class Fleeting(models.Model):
        PERSONAL_FIELDS = ()
        person = models.ForeignKey(Person, on_delete=models.CASCADE)

        class Meta:
            app_label = "people"

    assert "PROTECT" in cascading(Fleeting)[0]


def test_every_field_of_a_stored_object_is_declared(root: Path) -> None:
    """What no declared field names is deleted after a day."""
    assert stored_files(root) == []


@isolate_apps("apps.people")
@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("scan_key", models.CharField(max_length=100)),
        ("kept_in", models.CharField(max_length=100, default=new_storage_key)),
        ("scan", models.FileField()),
    ],
)
def test_an_undeclared_field_of_a_stored_object_is_found(name: str, field: models.CharField) -> None:
    meta = type("Meta", (), {"app_label": "people"})
    body = {"__module__": __name__, "Meta": meta, "PERSONAL_FIELDS": (), name: field}
    scanned: Any = type("Scanned", (models.Model,), body)
    assert undeclared_files(scanned) == [f"people.Scanned.{name} names a stored object and is not in STORED_FILES"]
    scanned.STORED_FILES = (name,)
    assert undeclared_files(scanned) == []


@isolate_apps("apps.people")
def test_a_stored_file_that_is_no_field_is_found() -> None:
    class Mistyped(models.Model):
        PERSONAL_FIELDS = ()
        STORED_FILES = ("scan_kye",)

        class Meta:
            app_label = "people"

    assert undeclared_files(Mistyped) == ["people.Mistyped.STORED_FILES names scan_kye, which is no field"]
