"""Who acts: `request.actor`, set once for every request. Views read nothing else about who is asking."""

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from apps.people.models import Person


class PageRequest(HttpRequest):
    """What every view of the pages is given: a person who is signed in, or Django's anonymous visitor."""

    actor: Person | AnonymousUser


class AuthenticatedRequest(PageRequest):
    """What a view behind `signed_in` is given: the actor is a person."""

    actor: Person
