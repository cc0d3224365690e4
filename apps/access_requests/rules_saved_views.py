"""What a saved view of the review queue may be called, and how many there are."""

from django.utils.translation import gettext as _

from apps.access_requests.models import SavedView
from apps.core.errors import Invalid
from apps.core.text import is_blank
from apps.people.models import Person


def check_name(by: Person, name: str, *, besides: SavedView | None = None) -> None:
    """It says something, is not too long, and the person has no other view of that name."""
    if is_blank(name):
        raise Invalid(_("Enter a name."), field="name")
    if len(name) > SavedView.LONGEST:
        raise Invalid(_("A name can have at most %(n)s characters.") % {"n": SavedView.LONGEST}, field="name")
    same = SavedView.objects.filter(person=by, name__iexact=name)
    if besides is not None:
        same = same.exclude(pk=besides.pk)
    if same.exists():
        raise Invalid(_("You already have a view with this name. Enter another name."), field="name")


def check_can_save(by: Person) -> None:
    """A person has a limited number of views."""
    if SavedView.objects.filter(person=by).count() >= SavedView.MOST:
        raise Invalid(_("You can save at most %(n)s views. Delete one first.") % {"n": SavedView.MOST}, field="name")
