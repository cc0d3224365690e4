"""Every model names its personal fields, and nothing about people or evidence cascades away."""

from pathlib import Path

import pytest
from django.db import models
from django.test.utils import isolate_apps

from apps.people.models import Person
from tests.checks.check_models import cascades, cascading, our_models, personal_fields, undeclared


def test_every_model_names_its_personal_fields(root: Path) -> None:
    assert personal_fields(root) == []


def test_nothing_cascades_away(root: Path) -> None:
    """T117: evidence outlives the person it is about."""
    assert cascades(root) == []


def test_our_models_are_looked_at() -> None:
    assert Person in our_models()
    assert len(our_models()) > 15


@isolate_apps("apps.accounts")
def test_a_model_that_names_nothing_is_found() -> None:
    class Silent(models.Model):
        class Meta:
            app_label = "accounts"

    assert undeclared(Silent) == ["accounts.Silent does not name its personal fields: PERSONAL_FIELDS = ()"]


@isolate_apps("apps.accounts")
@pytest.mark.parametrize(("name", "field"), [("contact", models.EmailField), ("typed_name", models.CharField)])
def test_a_field_that_looks_personal_is_found(name: str, field: type[models.CharField]) -> None:
    meta = type("Meta", (), {"app_label": "accounts"})
    body = {"__module__": __name__, "Meta": meta, "PERSONAL_FIELDS": (), name: field(max_length=100)}
    assert undeclared(type("Careless", (models.Model,), body)) == [
        f"accounts.Careless.{name} looks personal and is not in PERSONAL_FIELDS"
    ]


@isolate_apps("apps.accounts")
def test_a_name_that_is_no_field_is_found() -> None:
    class Wrong(models.Model):
        PERSONAL_FIELDS = ("nickname",)

        class Meta:
            app_label = "accounts"

    assert undeclared(Wrong) == ["accounts.Wrong.PERSONAL_FIELDS names nickname, which is no field"]


@isolate_apps("apps.accounts")
def test_a_cascade_from_a_person_is_found() -> None:
    class Fleeting(models.Model):
        PERSONAL_FIELDS = ()
        person = models.ForeignKey(Person, on_delete=models.CASCADE)

        class Meta:
            app_label = "accounts"

    assert "PROTECT" in cascading(Fleeting)[0]
