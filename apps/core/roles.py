"""The only module that uses django-guardian: standing roles of a person on one object.

A role is a named permission in a table with a direct foreign key to the object (no generic rows, so nothing is left
behind to re-attach to a reused key), and a table accepts only the roles its model declares. Access to data is never a
role: it is a dated grant (apps.grants).
"""

import uuid
from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, QuerySet
from guardian.models import UserObjectPermissionBase
from guardian.shortcuts import assign_perm, remove_perm

from apps.core.actors import PersonActor, Viewer


class RoleRow(UserObjectPermissionBase):
    """One person's role on one object; subclasses add `content_object`, a foreign key to what the role is on."""

    ROLES: ClassVar[tuple[str, ...]] = ()

    class Meta(UserObjectPermissionBase.Meta):
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Only the model's declared roles can be stored: the list is frozen in code, not in the database."""
        if self.permission.codename not in self.ROLES:
            raise ValueError(f"{self.permission.codename} is not a role on {self._meta.label}")
        super().save(*args, **kwargs)


def _table(model: type[models.Model]) -> type[RoleRow]:
    table = getattr(model, "ROLE_TABLE", None)
    if table is None:
        raise ValueError(f"{model.__name__} has no roles")
    found: type[RoleRow] = model._meta.apps.get_model(table)
    return found


def _check(model: type[models.Model], roles: Iterable[str]) -> None:
    unknown = set(roles) - set(_table(model).ROLES)
    if unknown:
        raise ValueError(f"{sorted(unknown)} is not a role on {model.__name__}")


def give(person: PersonActor, role: str, obj: models.Model) -> None:
    """Let the person stand in this role on this object; giving it twice changes nothing."""
    _check(type(obj), [role])
    assign_perm(role, person, obj)


def take(person: PersonActor, role: str, obj: models.Model) -> None:
    """End the person's role on this object."""
    _check(type(obj), [role])
    remove_perm(role, person, obj)


def with_roles(person: Viewer, roles: Iterable[str], model: type[models.Model]) -> QuerySet[Any]:
    """Every object of the model on which the person stands in one of the roles."""
    return model._default_manager.filter(has(person, roles, model))


def has(person: Viewer, roles: Iterable[str], model: type[models.Model], *, outer: str = "pk") -> Exists:
    """The condition "the person stands in one of these roles on it", for use in a query (`outer` names the object)."""
    roles = list(roles)
    _check(model, roles)
    rows = _table(model)._default_manager.filter(
        user_id=person_id(person), permission__codename__in=roles, content_object=OuterRef(outer)
    )
    return Exists(rows)


def holds(person: Viewer, roles: Iterable[str], obj: models.Model) -> bool:
    """Whether the person stands in one of the roles on this object."""
    return with_roles(person, roles, type(obj)).filter(pk=obj.pk).exists()


def holders(obj: models.Model, role: str) -> QuerySet[Any]:
    """Everyone who stands in this role on this object."""
    table = _table(type(obj))
    _check(type(obj), [role])
    people = table._meta.get_field("user").related_model
    rows = table._default_manager.filter(content_object=obj, permission__codename=role)
    return people._default_manager.filter(pk__in=rows.values("user_id")).order_by("pk")  # type: ignore[union-attr]


def roles_on(obj: models.Model) -> list[tuple[uuid.UUID, str]]:
    """All (person id, role) pairs on this object, in a stable order."""
    rows = _table(type(obj))._default_manager.filter(content_object=obj)
    return list(rows.order_by("permission__codename", "pk").values_list("user_id", "permission__codename"))


def person_id(person: Viewer) -> uuid.UUID:
    """The id to ask tables with; a visitor who is not signed in gets an id that no row has."""
    return getattr(person, "pk", None) or uuid.UUID(int=0)
