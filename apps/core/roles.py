"""The roles of a person on one object. The only module that uses django-guardian.

A role is a permission name in a table with a direct foreign key to the object, so a deleted object leaves no rows that
another object could inherit. A table accepts only the roles that its model declares. Access to data is never a role: it
is a grant with an end date (apps.grants).
"""

import uuid
from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import BooleanField, Exists, F, Func, OuterRef, QuerySet
from guardian.models import UserObjectPermissionBase
from guardian.shortcuts import assign_perm, remove_perm

from apps.core.actors import PersonActor, Viewer


class RoleRow(UserObjectPermissionBase):
    """A person's role on one object; subclasses add `content_object`, the foreign key to that object."""

    ROLES: ClassVar[tuple[str, ...]] = ()

    class Meta(UserObjectPermissionBase.Meta):
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raise ValueError for a role that the model does not declare (the database does not check this)."""
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


def assign(person: PersonActor, role: str, obj: models.Model) -> None:
    """Give the person this role on the object. Does nothing if they have it."""
    _check(type(obj), [role])
    assign_perm(role, person, obj)


def remove(person: PersonActor, role: str, obj: models.Model) -> None:
    """End the person's role on this object."""
    _check(type(obj), [role])
    remove_perm(role, person, obj)


def with_roles(person: Viewer, roles: Iterable[str], model: type[models.Model]) -> QuerySet[Any]:
    """Every object of the model on which the person has one of the roles."""
    return model._default_manager.filter(role_exists(person, roles, model))


def role_exists(person: Viewer, roles: Iterable[str], model: type[models.Model], *, outer: str = "pk") -> Exists:
    """A condition for queries: the person has one of these roles on the object whose id is in the column `outer`."""
    roles = list(roles)
    _check(model, roles)
    rows = _table(model)._default_manager.filter(
        user_id=person_id(person), permission__codename__in=roles, content_object=OuterRef(outer)
    )
    return Exists(rows)


def object_among(person: Viewer, roles: Iterable[str], model: type[models.Model], *, outer: str) -> Func:
    """The same condition for long lists: the database reads the person's objects first, then only rows of these.

    With `role_exists` it may read every row of the list, because it expects that everybody has as many objects.
    """
    roles = list(roles)
    _check(model, roles)
    rows = _table(model)._default_manager.filter(user_id=person_id(person), permission__codename__in=roles)
    ids = ArraySubquery(rows.order_by().values("content_object_id"))
    return Func(F(outer), ids, template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField())


def has_role(person: Viewer, roles: Iterable[str], obj: models.Model) -> bool:
    """Whether the person has one of the roles on this object."""
    return with_roles(person, roles, type(obj)).filter(pk=obj.pk).exists()


def people_with_role(obj: models.Model, role: str) -> QuerySet[Any]:
    """The people who have this role on this object."""
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
    """The person's id for queries; for a visitor an id that no row has."""
    return getattr(person, "pk", None) or uuid.UUID(int=0)
