"""`manage.py story`: play the whole main job over HTTP against a running portal, as separate people."""

import argparse
import json
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from deploy.demo.people import PEOPLE
from tests.acceptance.context import Context
from tests.acceptance.memory import Memory
from tests.acceptance.page import Wrong
from tests.acceptance.script import STEPS


class Command(BaseCommand):
    help = "Play the main job over HTTP as separate people; ends non-zero at the first wrong answer."
    requires_system_checks: list[str] = []  # speaks HTTP only; needs neither the database nor the settings in order

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        demo = settings.BASE_DIR / "var" / "demo.json"
        parser.add_argument("--address", help="where the portal is (default: what the demo's file says)")
        parser.add_argument("--demo-json", type=Path, default=demo, help="the file that `make demo` writes")
        parser.add_argument("--state", type=Path, help="remember progress here; an interrupted story goes on from it")

    def handle(self, *_args: Any, **options: Any) -> None:
        context = self._tale(options["demo_json"], options["address"], Memory(options["state"]))
        self.stdout.write(f"The story {context.run}, at {context.address}")
        began = time.monotonic()
        for name, step in STEPS:
            if name in context.memory.done:
                continue
            context.begin(name)
            start = time.monotonic()
            try:
                step(context)
            except Wrong as wrong:
                raise CommandError(f"{name}: {wrong}") from wrong
            context.memory.done.append(name)
            context.memory.save()
            self.stdout.write(f"{(time.monotonic() - start) * 1000:8.0f} ms  {name}")
            self.stdout.flush()
        self.stdout.write(f"{(time.monotonic() - began) * 1000:8.0f} ms  the whole story, {len(STEPS)} steps")

    def _tale(self, demo_json: Path, address: str | None, memory: Memory) -> Context:
        facts: dict[str, Any] = json.loads(demo_json.read_text(encoding="utf-8")) if demo_json.exists() else {}
        address = address or facts.get("address")
        if not address:
            raise CommandError(f"{demo_json} is not there: start `make demo` first, or give --address.")
        accounts = facts.get("accounts") or [
            {"key": one.key, "email": one.email, "password": one.password, "name": one.name} for one in PEOPLE
        ]
        return Context(address, accounts, memory, facts.get("mail") or {})
