"""Calling the API as a program does: a token, JSON in, JSON out."""

import json
from typing import Any

from django.test import Client

from apps.people.models import Person
from tests import stories

ROOT = "/api/v1"


class Caller:
    """A program of one person (or nobody's), with a token of the given scopes."""

    def __init__(self, person: Person | None, *scopes: str) -> None:
        self.person = person
        self.secret = stories.token(person, *scopes) if person is not None else ""
        self.client = Client()

    def headers(self, **more: str) -> dict[str, str]:
        carried = {"Authorization": f"Bearer {self.secret}"} if self.secret else {}
        return carried | more

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> Any:
        return self.client.get(ROOT + path, query or {}, headers=self.headers(**headers))

    def head(self, path: str) -> Any:
        return self.client.head(ROOT + path, headers=self.headers())

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("POST", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self.send("PATCH", path, body, **headers)

    def send(self, method: str, path: str, body: Any, *, kind: str = "application/json", **headers: str) -> Any:
        """`body` as JSON, or as it is when it is bytes."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(method, ROOT + path, data, content_type=kind, headers=self.headers(**given))


def refused(answer: Any, status: int, code: str = "") -> dict[str, Any]:
    """The problem document of a refusal; fails if the answer is anything else."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["detail"]
    assert problem["reference"]
    if code:
        assert problem["type"].endswith(f"#{code}")
    return problem


def fields(problem: dict[str, Any]) -> set[str]:
    return {each["field"] for each in problem["errors"]}
