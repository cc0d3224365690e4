"""Words planted in names, e-mails, purposes, links, tokens and query values are in no log of a portal that is used."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.acceptance.browser import Browser
from tests.acceptance.memory import Memory
from tests.acceptance.step_request import PURPOSE, SUMMARY

pytestmark = [pytest.mark.demo, pytest.mark.slow, pytest.mark.exhaustive]
CANARY, CONTROL = "canary7f3a", "control-word-5d1e"
LOGS = ("web", "worker", "beat", "postgres", "caddy", "access")


def logs_of(facts: dict[str, Any]) -> dict[str, str]:
    folder = Path(facts["data_dir"]) / "log"
    return {name: (folder / f"{name}.log").read_text(errors="replace") for name in LOGS}


def plant(facts: dict[str, Any], folder: Path) -> None:
    """Everything that people type or carry, also where it is refused."""
    account = next(one for one in facts["accounts"] if one["key"] == "applicant")
    person = Browser(facts["address"], account, Memory(folder / "memory.json"))
    person.sign_in()
    page = person.get("/account/")
    for path in (
        f"/datasets/?q={CANARY}",
        f"/{CONTROL}/",
        f"/d/k1.{CANARY}/",
        f"/%64/k1.{CANARY}/",
        f"/da/d/k1.{CANARY}",
        f"/people/?q={CANARY}@hospital.example",
        f"/oidc/callback/?code={CANARY}&state={CANARY}",
    ):
        person.raw("GET", path, headers={"Referer": f"{facts['address']}/d/{CANARY}"})
    person.raw("GET", "/api/v1/datasets", headers={"Authorization": f"Bearer gh_{CANARY}{'x' * 30}"})
    for path in ("/account/name/", "/requests/new/", "/oauth/token/", "/device/"):
        typed = [
            ("name", CANARY),
            ("title", CANARY),
            ("email", f"{CANARY}@x.example"),
            ("code", CANARY),
            ("dataset", CANARY),
        ]
        person.post(path, typed, page, expect=None)


def test_no_log_holds_what_people_typed_or_carried(demo: dict[str, Any], tmp_path: Path) -> None:
    """Case 39: the whole story is played, words are planted, and every log of the shipped configuration is searched."""
    call_command("story", demo_json=Path(demo["data_dir"]) / "demo.json", stdout=StringIO())
    plant(demo, tmp_path)
    people = [word for one in demo["accounts"] for word in (one["name"], one["email"])]
    found = [
        (name, word)
        for name, said in logs_of(demo).items()
        for word in (CANARY, PURPOSE[:40], SUMMARY, *people)
        if word in said
    ]
    assert found == []
    assert CONTROL in logs_of(demo)["access"], "the planted control was written"
