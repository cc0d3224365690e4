"""Who reads the messages and attachments of a request."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, Func, JSONField, OuterRef, Q, QuerySet, UUIDField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from apps.access_requests import form_files, queries
from apps.access_requests.models import AccessRequest, Attachment, Message, Recusal, Round
from apps.access_requests.queries_conflicts import valid_declarations
from apps.committees.models import Committee, CommitteeMember
from apps.committees.queries import committees_of
from apps.core import roles
from apps.core.actors import Viewer
from apps.forms.queries import versions_by_id
from apps.people.models import Person
from apps.people.queries import accounts_of


@dataclass(frozen=True)
class Reader:
    """What a person is for the messages of a request: on the applicant's side, or in these of its committees."""

    request: AccessRequest
    is_party: bool = False
    committees: tuple[Committee, ...] = ()

    @property
    def reads(self) -> bool:
        """Whether the person reads messages at all."""
        return self.is_party or bool(self.committees)


def reader_of(person: Viewer, request: AccessRequest) -> Reader:
    """The applicant and the named members are on the applicant's side. A member of a committee is in it now, no part of
    the request, and declared that they have no conflict of interest, with whichever account. Two statements.
    """
    me = accounts_of(person).values("pk")
    concerned = queries.people_of(request).filter(pk__in=me).order_by().values_list("pk", flat=True)
    if parties := set(concerned):
        return Reader(request, is_party=roles.person_id(person) in parties)
    aside = Recusal.objects.filter(request=request, person_id__in=me)
    mine = committees_of(person).filter(items__request=request).exclude(Exists(aside))
    mine = mine.filter(Exists(valid_declarations().filter(request=request, person_id__in=me)))
    return Reader(request, committees=tuple(mine.distinct().order_by("name", "pk")))


def is_party(person: Person, request: AccessRequest) -> bool:
    """Whether the person is the applicant or a named member, with this account."""
    return queries.people_of(request).filter(pk=person.pk).exists()


def messages_of(reader: Reader) -> QuerySet[Message]:
    """What the reader may read, newest first: what is shared, and the internal messages of their own committees."""
    found = Message.objects.filter(request=reader.request).select_related("author", "committee", "request")
    if not reader.reads:
        return found.none()
    return found.filter(Q(internal=False) | Q(committee__in=reader.committees))


def readers_of(request: AccessRequest, *, committees: Iterable[UUID]) -> QuerySet[Person]:
    """The members of these committees who read messages on the request: they declared no conflict of interest."""
    members = CommitteeMember.objects.appointed().filter(committee_id__in=list(committees)).values("person_id")
    parties = queries.people_of(request).order_by().values("pk")
    aside = Recusal.objects.filter(request=request).values("person_id")
    merged = Person.objects.filter(Q(pk__in=parties) | Q(pk__in=aside), merged_into_id=OuterRef("pk"))
    found = Person.objects.filter(pk__in=members).exclude(pk__in=parties).exclude(pk__in=aside)
    declared = valid_declarations().filter(request=request, person_id=OuterRef("pk"))
    return found.exclude(Exists(merged)).filter(Exists(declared)).order_by("name", "pk")


def attachments_for(person: Viewer, request: AccessRequest) -> QuerySet[Attachment]:
    """The documents of the request that the person may read, oldest first.

    Whoever may read the request reads what was submitted with it; what is not yet submitted only the applicant's side
    reads. A document of a message is read by whoever reads the message.
    """
    found = Attachment.objects.filter(request=request).select_related("uploaded_by", "request")
    if not queries.visible_to(person).filter(pk=request.pk).exists():
        return found.none()
    reader = reader_of(person, request)
    readable = messages_of(reader).filter(withdrawn_at__isnull=True).order_by().values("pk")
    submitted = Q()
    if not reader.is_party:
        hidden = form_files.unreadable(request, {one.pk for one in reader.committees})
        submitted = Q(pk__in=_in_rounds(request)) & ~Q(pk__in=hidden)
    return found.filter((Q(message__isnull=True) & submitted) | Q(message_id__in=readable))


def _in_rounds(request: AccessRequest) -> QuerySet[Round, UUID]:
    """The ids of the documents that a round contains. A round that an appeal opens has those of the round before."""
    each = Func("snapshot__attachments", function="jsonb_array_elements", output_field=JSONField(), set_returning=True)
    rows = Round.objects.filter(request=request).order_by().annotate(each=each)
    return rows.values_list(Cast(KeyTextTransform("id", "each"), UUIDField()), flat=True)


def documents_of(request: AccessRequest) -> QuerySet[Attachment]:
    """The documents of the request and of answers as the applicant's side sees them now, oldest first."""
    return Attachment.objects.filter(request=request, message__isnull=True, removed_at__isnull=True)


def documents_in(snapshot: Mapping[str, Any], *, committees: Collection[UUID]) -> QuerySet[Attachment]:
    """The documents that a round contains and these committees read, oldest first."""
    listed, forms = snapshot.get("attachments", ()), snapshot.get("forms", ())
    theirs = set[str]()
    if any(one["field"] for one in listed):
        theirs = form_files.readable(forms, versions_by_id(UUID(row["version"]) for row in forms), committees)
    return Attachment.objects.filter(pk__in=[one["id"] for one in listed if not one["field"] or one["id"] in theirs])
