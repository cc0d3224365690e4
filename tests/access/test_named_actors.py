"""Which named actors each command admits, in one table; every other one is refused with a sentence."""

import importlib
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from apps.core.actors import ANONYMOUS, CONSOLE, SYSTEM, NamedActor
from apps.core.errors import Denied
from apps.people.models import Person
from apps.people.rules import check_named, check_person, check_person_or

pytestmark = pytest.mark.django_db

Command = Callable[..., Any]
APPS = Path(__file__).resolve().parents[2] / "apps"

# Done by nobody who is signed in: no person may, whatever their role.
NAMED_ONLY: dict[str, set[NamedActor]] = {
    # consequences of events, and work that the clock starts
    "access_requests.activate": {SYSTEM},
    "access_requests.decide_by_rules": {SYSTEM},
    "access_requests.invite_students": {SYSTEM},
    "access_requests.keep_approval_rule": {SYSTEM},
    "access_requests.lapse": {SYSTEM},
    "access_requests.erase_invitations": {SYSTEM},
    "access_requests.remind_of_answers": {SYSTEM},
    "agreements.notify_of_conditions": {SYSTEM},
    "notifications.post_digests": {SYSTEM},
    "access_requests.notify_of_due_dates": {SYSTEM},
    "access_requests.set_missing_clocks": {SYSTEM},
    "access_requests.close_denied": {SYSTEM},
    "access_requests.close_over": {SYSTEM},
    "access_requests.take_effect": {SYSTEM},
    "access_requests.withdraw_for_closed_account": {SYSTEM},
    "agreements.close_request_if_over": {SYSTEM},
    "agreements.end_for_closed_account": {SYSTEM},
    "datasets.record_owner_missing": {SYSTEM},
    "datasets.release_versions": {SYSTEM},
    "access_requests.record_committees_without_quorum": {SYSTEM},
    "access_requests.report_lost_voters": {SYSTEM},
    "access_requests.report_open_votes": {SYSTEM},
    "people.extend_affiliation": {SYSTEM},
    "people.drop_visas_of": {SYSTEM},
    "identity.end_sessions_from": {SYSTEM},
    "identity.end_sessions_of": {SYSTEM},
    "tokens.forget_devices": {SYSTEM},
    "identity.forget_sessions": {SYSTEM},
    "people.warn_of_expiring_affiliations": {SYSTEM},
    "agreements.offer": {SYSTEM},
    "agreements.store_pdf": {SYSTEM},
    "agreements.expire": {SYSTEM},
    "access_requests.check_attachment": {SYSTEM},
    "datasets.check_file": {SYSTEM},
    "grants.activate_request": {SYSTEM},
    "grants.issue": {SYSTEM},
    "grants.notify_of_ends": {SYSTEM},
    "notifications.post_due": {SYSTEM},
    "notifications.post_invitations": {SYSTEM},
    "notifications.post_class_mails": {SYSTEM},
    "notifications.settle_notifications": {SYSTEM},
    "notifications.write_notifications": {SYSTEM},
    # what a provider says about its people
    "access_requests.sync_member_claims": {SYSTEM},
    "people.sync_platform_role_claims": {SYSTEM},
    "people.store_visas": {SYSTEM},
    "identity.record_role_claims": {SYSTEM},
    "identity.provider_logged_out": {SYSTEM},
    "people.get_or_create_person": {SYSTEM},
    "committees.sync_member_claims": {SYSTEM},
    # the command line
    "people.add_provider": {CONSOLE},
    "datasets.load_ontology": {CONSOLE},
    "people.make_operator_code": {CONSOLE},
    "identity.disable_break_glass": {CONSOLE},
    "identity.make_break_glass": {CONSOLE},
    "people.add_platform_role_claim": {CONSOLE},
    "people.provider_from_settings": {CONSOLE, SYSTEM},
    "people.end_platform_role_claim": {CONSOLE},
    "committees.add_member_claim": {CONSOLE},
    "committees.end_member_claim": {CONSOLE},
    # programs and visitors before anybody is known
    "tokens.request_device_code": {ANONYMOUS},
    "identity.record_logout_refused": {ANONYMOUS},
    "tokens.redeem_device_code": {ANONYMOUS},
    "tokens.refresh_token": {ANONYMOUS},
    "tokens.revoke_by_secret": {ANONYMOUS},
    "identity.try_break_glass": {ANONYMOUS},
}
# Besides the persons whom the command's own rule lets through (tests of that app).
BESIDE_PERSONS: dict[str, set[NamedActor]] = {
    "access_requests.decline_invitation": {ANONYMOUS},
    "people.appoint_signing_official": {CONSOLE},
    "identity.deactivate": {CONSOLE},
    "people.dismiss_signing_official": {CONSOLE},
    "people.end_platform_role": {CONSOLE},
    "people.give_platform_role": {CONSOLE},
    "people.set_domains": {CONSOLE},
    "people.change_institution": {CONSOLE},
    "people.trust_visa_issuer": {CONSOLE},
    "people.untrust_visa_issuer": {CONSOLE},
    "identity.deactivate_provider": {CONSOLE},
    "committees.change_committee": {CONSOLE},
    "identity.record_sign_in_refused": {ANONYMOUS},
    "people.publish_terms": {CONSOLE},
    "people.publish_site_text": {CONSOLE},
    "identity.reactivate": {CONSOLE},
    "people.register_institution": {CONSOLE},
    "people.set_institution": {CONSOLE},
    "agreements.publish_template": {CONSOLE},
    "committees.create_committee": {CONSOLE},
    "committees.hand_over_chair": {CONSOLE},
    "committees.add_member": {CONSOLE},
    "downloads.fetch": {ANONYMOUS},
    "downloads.make_link": {ANONYMOUS},
    "downloads.open_link": {ANONYMOUS},
}
ADMITTED = NAMED_ONLY | BESIDE_PERSONS  # every other command: persons only


def _modules() -> list[str]:
    files = [*APPS.glob("*/commands*.py"), *APPS.glob("*/commands/*.py")]
    return sorted(".".join(path.relative_to(APPS.parent).with_suffix("").parts) for path in files)


def _commands() -> dict[str, Command]:
    """Every public function of every commands module, as `app.name`."""
    found: dict[str, Command] = {}
    for name in _modules():
        module = importlib.import_module(name)
        for verb, command in inspect.getmembers(module, inspect.isfunction):
            if command.__module__ == name and not verb.startswith("_"):
                found[f"{name.split('.')[1]}.{verb}"] = command
    return found


COMMANDS = _commands()


def _is_refused(command: Command, actor: Any) -> bool:
    """Whether the command refuses this actor before it looks at anything else: all else it gets is nonsense."""
    asked = inspect.signature(command).parameters.values()
    given = {one.name: object() for one in asked if one.default is one.empty and one.kind is not one.VAR_KEYWORD}
    first = [given.pop(one.name) for one in asked if one.kind is one.POSITIONAL_OR_KEYWORD and one.name in given]
    try:
        with transaction.atomic():
            command(*first, **given | {"by": actor})
    except Denied as refusal:
        assert str(refusal.sentence).endswith(".")
        return True
    except Exception:
        return False  # signed in, and lost among the nonsense
    return False


def _admitted(command: Command) -> set[NamedActor]:
    return {actor for actor in NamedActor if not _is_refused(command, actor)}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_command_admits_the_named_actors_of_the_table_and_no_other(name: str) -> None:
    assert _admitted(COMMANDS[name]) == ADMITTED.get(name, set())


@pytest.mark.parametrize("name", sorted(NAMED_ONLY))
def test_no_person_does_what_only_named_actors_may(name: str) -> None:
    assert _is_refused(COMMANDS[name], Person(name="Whoever"))


def test_the_table_names_commands_that_exist() -> None:
    assert set(ADMITTED) - set(COMMANDS) == set()
    assert len(COMMANDS) > 100
    assert not set(NAMED_ONLY) & set(BESIDE_PERSONS)


def test_none_is_nobody_and_refused_everywhere() -> None:
    assert [name for name, command in COMMANDS.items() if not _is_refused(command, None)] == []


def test_control_a_command_without_a_check_admits_everybody() -> None:
    """It would stand in no row of the table, and so fail the first test."""

    def unguarded(thing: object, *, by: Any) -> None:
        return None

    assert _admitted(unguarded) == set(NamedActor)
    assert not _is_refused(unguarded, None)


@pytest.mark.parametrize("actor", list(NamedActor))
def test_the_three_rules(actor: NamedActor) -> None:
    person = Person(name="Whoever")
    assert check_person(person) is person
    assert check_person_or(person, actor) is person
    assert check_person_or(actor, actor) is None
    assert check_named(actor, actor) is actor
    others = [other for other in NamedActor if other is not actor]
    for refused in (
        lambda: check_person(actor),
        lambda: check_person_or(actor, *others),
        lambda: check_named(actor, *others),
        lambda: check_named(person, *NamedActor),
    ):
        with pytest.raises(Denied):
            refused()
