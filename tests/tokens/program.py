"""A program on a machine without a browser, and the person who authorises it; both over HTTP."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.test import Client
from django.urls import reverse

from apps.people.models import Person
from tests import stories

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
FORM = "application/x-www-form-urlencoded"


class Program:
    """Asks, waits, fetches, renews; remembers what it was given last."""

    def __init__(self, client_id: str = "gatehouse-cli", **headers: str) -> None:
        self.client_id = client_id
        self.client = Client(headers=headers, raise_request_exception=False)
        self.asked: dict[str, Any] = {}
        self.got: dict[str, Any] = {}

    def send(self, address: str, fields: Any) -> Any:
        """Any form, as it is."""
        return self.client.post(reverse(address), urlencode(fields, doseq=True), content_type=FORM)

    def ask(self, scope: str = "read download") -> Any:
        answer = self.send("device_authorize", {"client_id": self.client_id, "scope": scope})
        self.asked = answer.json()
        return answer

    def poll(self, device_code: str = "") -> Any:
        code = device_code or self.asked["device_code"]
        fields = {"grant_type": DEVICE_CODE, "device_code": code, "client_id": self.client_id}
        return self._kept(self.send("oauth_token", fields))

    def refresh(self, shown: str = "", **more: str) -> Any:
        fields = {"grant_type": "refresh_token", "refresh_token": shown or self.got["refresh_token"], **more}
        return self._kept(self.send("oauth_token", fields | {"client_id": self.client_id}))

    def revoke(self, shown: str) -> Any:
        return self.send("oauth_revoke", {"token": shown, "client_id": self.client_id})

    def me(self, access: str = "") -> Any:
        shown = access or self.got["access_token"]
        return Client().get("/api/v1/me", headers={"Authorization": f"Bearer {shown}"})

    def _kept(self, answer: Any) -> Any:
        if answer.status_code == 200:
            self.got = answer.json()
        return answer


def error_of(answer: Any, status: int = 400) -> str:
    """The code of RFC 6749, 5.2; fails if the answer is anything else."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/json"
    assert "no-store" in answer["Cache-Control"]
    said = answer.json()
    assert set(said) == {"error", "error_description"}
    assert '"' not in said["error_description"]
    assert "\\" not in said["error_description"]
    assert said["error_description"].isascii()
    return str(said["error"])


def typed(client: Client, code: str) -> str:
    """The page about the program whose code was typed."""
    answer = client.post(reverse("device"), {"user_code": code})
    assert answer.status_code == 302, answer.content
    return str(answer["Location"])


def answer(person: Person, code: str, word: str = "approve") -> Any:
    """The person signs in, types the code, reads what asks, and says the word."""
    client = stories.client_for(person)
    page = typed(client, code)
    assert client.get(page).status_code == 200
    return client.post(page, {"answer": word})


def authorised_program(person: Person, scope: str = "read download", **how: str) -> Program:
    """A program that has its first pair of tokens."""
    program = Program(**how)
    assert program.ask(scope).status_code == 200
    answer(person, program.asked["user_code"])
    assert program.poll().status_code == 200
    return program


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
