"""The main job over HTTP, from the first draft to the refused link: broken off, and under kill -9.

`make test` tells the story once. `make test-all` tells it three times more: broken off in every third step, under
kill -9 of web and worker, and with the files in S3 (test_story_on_s3.py).
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.acceptance import script
from tests.acceptance.context import Context
from tests.acceptance.page import Wrong
from tests.browser.running import ROOT, demo_of

pytestmark = [pytest.mark.demo, pytest.mark.slow]


def play(facts: dict[str, Any], out: StringIO, **options: Any) -> None:
    """The story against that demo, which prints to `out`."""
    call_command("story", demo_json=Path(facts["data_dir"]) / "demo.json", stdout=out, **options)


def told_with_deaths(
    demo: dict[str, Any], state: Path, monkeypatch: pytest.MonkeyPatch, dies_in: Callable[[int], bool]
) -> str:
    """The story, whose teller dies in these steps: each is done, and then forgotten as if it had not been written down.

    What was printed by all the tellers.
    """
    died, out = set[str](), StringIO()

    def dying(name: str, step: script.Step) -> script.Step:
        def after_step(context: Context) -> None:
            step(context)
            if name not in died:
                died.add(name)
                raise Wrong("the teller died")

        return after_step

    steps = [(name, dying(name, step) if dies_in(n) else step) for n, (name, step) in enumerate(script.STEPS)]
    monkeypatch.setattr("tests.acceptance.command.STEPS", steps)
    for _turn in range(len(steps)):
        try:
            play(demo, out, state=state)
            break
        except CommandError as interrupted:
            assert "the teller died" in str(interrupted)
    assert died
    return out.getvalue()


def test_the_whole_story_ends_well_although_it_is_broken_off_in_the_middle(
    demo: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes on where it stopped and doubles nothing; its last steps count."""
    state, middle = tmp_path / "state.json", len(script.STEPS) // 2
    said = told_with_deaths(demo, state, monkeypatch, lambda n: n == middle)
    for name, _step in script.STEPS:
        assert f"ms  {name}\n" in said
    assert json.loads(state.read_text())["done"] == [name for name, _step in script.STEPS]


@pytest.mark.exhaustive
def test_a_story_that_is_broken_off_in_every_third_step_doubles_nothing(
    demo: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = tmp_path / "state.json"
    told_with_deaths(demo, state, monkeypatch, lambda n: n % 3 == 0)
    assert len(json.loads(state.read_text())["done"]) == len(script.STEPS)


def test_the_first_wrong_answer_ends_the_story(demo: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def expects_too_much(context: Context) -> None:
        context.people["colleague"].get("/no-such-page/")

    monkeypatch.setattr("tests.acceptance.command.STEPS", [("too much", expects_too_much)])
    with pytest.raises(CommandError, match="too much: .* answered 404, not 200"):
        play(demo, StringIO())


def test_without_a_demo_the_story_says_what_to_start(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="start `make demo` first"):
        call_command("story", demo_json=tmp_path / "demo.json")


@pytest.mark.exhaustive
def test_web_and_worker_may_be_killed_in_the_middle_of_the_story(run: Path) -> None:
    """kill -9, again and again; the story runs to its end, and its last steps count that nothing happened twice."""
    facts = demo_of(run, "killed")
    demo_json = Path(facts["data_dir"]) / "demo.json"
    teller = subprocess.Popen(
        [sys.executable, "manage.py", "story", "--demo-json", str(demo_json)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    killed = threading.Thread(target=_kill_again_and_again, args=(demo_json, teller), daemon=True)
    killed.start()
    said, _nothing = teller.communicate(timeout=580)
    assert teller.returncode == 0, said


def _kill_again_and_again(demo_json: Path, teller: "subprocess.Popen[str]", times: int = 6) -> None:
    chance = random.Random(7)
    for turn in range(times):
        time.sleep(chance.uniform(4, 7))
        if teller.poll() is not None:
            return
        name = ("web", "worker")[turn % 2]
        try:
            os.kill(json.loads(demo_json.read_text())["pids"][name], signal.SIGKILL)
        except (ProcessLookupError, FileNotFoundError, ValueError):
            continue  # it is being restarted
