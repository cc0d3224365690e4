"""Verbs about a person's saved views of the review queue: preferences, of which the event log says nothing."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.access_requests import rules_saved_views
from apps.access_requests.models import SavedView
from apps.core.actors import Actor
from apps.core.errors import NotFound
from apps.core.text import typed
from apps.people.models import Person
from apps.people.rules import check_person


@transaction.atomic
def save_view(*, name: str, query: str, is_default: bool, by: Actor) -> SavedView:
    """Keep these filters under a name; as the default they are what the page opens with."""
    by = _locked(by)
    name = _clean(name)
    rules_saved_views.check_can_save(by)
    rules_saved_views.check_name(by, name)
    if is_default:
        SavedView.objects.filter(person=by).update(is_default=False)
    return SavedView.objects.create(person=by, name=name, query=query, is_default=is_default)


@transaction.atomic
def rename_view(pk: UUID, *, name: str, by: Actor) -> None:
    """Another name for a view of this person."""
    by = _locked(by)
    view, name = _own(by, pk), _clean(name)
    rules_saved_views.check_name(by, name, besides=view)
    view.name = name
    view.save(update_fields=["name"])


@transaction.atomic
def set_default_view(pk: UUID | None, *, by: Actor) -> None:
    """The page opens with this view from now on; with None it opens without filters."""
    by = _locked(by)
    view = _own(by, pk) if pk is not None else None
    SavedView.objects.filter(person=by, is_default=True).update(is_default=False)
    if view is not None:
        SavedView.objects.filter(pk=view.pk).update(is_default=True)


@transaction.atomic
def delete_view(pk: UUID, *, by: Actor) -> None:
    """The view of this person is deleted; NotFound if it does not exist any more."""
    by = _locked(by)
    _own(by, pk).delete()


def _locked(by: Actor) -> Person:
    """The person, locked: two tabs save one after the other."""
    person = check_person(by)
    return Person.objects.select_for_update(no_key=True).get(pk=person.pk)


def _own(by: Person, pk: UUID) -> SavedView:
    view = SavedView.objects.filter(person=by, pk=pk).first()
    if view is None:
        raise NotFound(_("This view does not exist any more."))
    return view


def _clean(name: str) -> str:
    return " ".join(typed(name, field="name").split())
