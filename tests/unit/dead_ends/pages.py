"""The control for each move: the page on which its person finds it, and the form that is sent there."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from apps.access_requests.models import AccessRequest
from apps.access_requests.queries import committees_without_quorum, current_vote, open_round
from apps.access_requests.states import RequestState
from apps.grants.models import AccessGrant
from apps.people.models import Person
from tests import stories
from tests.unit.dead_ends.cast import World, fresh


@dataclass
class Form:
    """One form of a page: where it may be sent, and what it holds before anybody types."""

    addresses: list[str]
    holds: dict[str, Any] = field(default_factory=dict)


class Forms(HTMLParser):
    """The forms of a page."""

    def __init__(self, here: str) -> None:
        super().__init__()
        self.here, self.found = here, list[Form]()
        self.inside, self.text = False, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = True
            self.found.append(Form([said.get("action") or self.here]))
        elif self.inside and "formaction" in said:
            self.found[-1].addresses.append(said["formaction"])
        if self.inside and tag == "textarea":
            self.text = said.get("name", "")
            self.found[-1].holds[self.text] = [""]
        if self.inside and tag == "input" and said.get("name") and self._is_sent(said):
            self.found[-1].holds.setdefault(said["name"], []).append(said.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self.text:
            self.found[-1].holds[self.text][0] += data

    def handle_endtag(self, tag: str) -> None:
        self.text = "" if tag == "textarea" else self.text
        self.inside = self.inside and tag != "form"

    @staticmethod
    def _is_sent(said: dict[str, str]) -> bool:
        return said.get("type") not in {"checkbox", "radio"} or "checked" in said


@dataclass(frozen=True)
class Control:
    """Where a move is made: the page, the address its form goes to, and what the person types."""

    page: str
    address: str
    typed: dict[str, Any]


def press(by: Person, control: Control) -> HttpResponse | str:
    """Open the page, find the form, send it; the answer, or what is missing."""
    client = stories.client_for(by, second_factor=True)
    page = client.get(control.page)
    if page.status_code != 200:
        return f"{control.page} answers {page.status_code}"
    forms = Forms(control.page)
    forms.feed(page.content.decode())
    for form in forms.found:
        if control.address in form.addresses:
            answer: HttpResponse = client.post(control.address, form.holds | control.typed)
            return answer
    return f"{control.page} has no form for {control.address}"


def control_for(name: str, world: World, thing: Any, by: Person) -> Control:
    """The control of a move about a thing; KeyError for a move that has none."""
    if isinstance(thing, AccessRequest):
        return _for_request(name, world, thing, by)
    spare = fresh(world.cast.spare)
    signing = {"typed_name": by.name, "seen": getattr(thing, "sha256", "")}
    if name in {"sign", "countersign", "terminate"}:
        typed = {"reason": "This project will not take place."} if name == "terminate" else signing
        return Control(reverse("agreement_page", args=[thing.pk]), reverse(f"agreement_{name}", args=[thing.pk]), typed)
    dataset = thing.dataset if isinstance(thing, AccessGrant) else thing.item.dataset
    address = reverse(PLACES[name], args=[dataset.slug])
    if name == "add another owner":
        return Control(address, address, {"code": spare[0].code, "role": "own_dataset"})
    return Control(address, address, {"person": spare[0].code})


PLACES = {"add another owner": "dataset_people", "name an owner": "dataset_owner"}


def _for_request(name: str, world: World, request: AccessRequest, by: Person) -> Control:
    page, case = reverse("request_page", args=[request.pk]), reverse("case", args=[request.pk])
    stories.declare(request, by)
    if name in {"submit", "withdraw"}:
        written = name == "submit" and request.state == RequestState.DRAFT
        page = reverse("request_edit", args=[request.pk]) if written else page
        return Control(page, reverse(f"request_{name}", args=[request.pk]), {})
    if name == "accept for review":
        return Control(case, reverse("case_accept", args=[request.pk]), {})
    if name == "request changes":
        return Control(case, reverse("case_request_changes", args=[request.pk]), {"text": "Which variables?"})
    if name == "confirm a vote":
        item = next(one for one in request.items.all() if current_vote(one, by) is not None)
        return Control(case, reverse("vote_confirm", args=[request.pk, item.pk]), {})
    if name == "vote":
        item = request.items.filter(state="open").order_by("pk")[0]
        seen = open_round(request)
        reason = {"choice": "approve", "reason": "The purpose fits the consent of the participants."}
        return Control(case, reverse("vote", args=[request.pk, item.pk]), reason | {"seen": seen.pk if seen else ""})
    if name == "appoint an operator":
        address = reverse("set_up_roles")
        return Control(address, address, {"code": fresh(world.cast.spare)[0].code, "kind": "operator", "days": "30"})
    committee = next(iter(committees_without_quorum(request)))
    address = reverse("committee_manage", args=[committee.slug])
    return Control(address, address, {"action": "add", "code": fresh(world.cast.spare)[0].code})
