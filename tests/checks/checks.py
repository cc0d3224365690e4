"""The list of checks, in the order in which they are run: the quick ones first."""

from collections.abc import Callable
from pathlib import Path

from tests.checks import outside
from tests.checks.addresses import addresses
from tests.checks.check_absolute_addresses import absolute_addresses
from tests.checks.check_commands import commands
from tests.checks.check_events import events
from tests.checks.check_facts import facts
from tests.checks.check_models import cascades, personal_fields
from tests.checks.check_safety import safety
from tests.checks.check_states import states
from tests.checks.check_stored_files import stored_files
from tests.checks.check_views import views
from tests.checks.diagrams import diagrams
from tests.checks.directions import directions
from tests.checks.sizes import sizes
from tests.checks.templates import templates
from tests.checks.translations import translations
from tests.checks.untranslated import untranslated
from tests.checks.vocabulary import vocabulary

Check = Callable[[Path], list[str]]

CHECKS: dict[str, Check] = {
    "style": outside.style,
    "formatting": outside.formatting,
    "sizes": sizes,
    "addresses": addresses,
    "absolute-addresses": absolute_addresses,
    "imports": outside.imports,
    "states": states,
    "commands": commands,
    "events": events,
    "safety": safety,
    "facts": facts,
    "views": views,
    "personal-fields": personal_fields,
    "cascades": cascades,
    "stored-files": stored_files,
    "diagrams": diagrams,
    "templates": templates,
    "markup": outside.markup,
    "untranslated": untranslated,
    "directions": directions,
    "translations": translations,
    "vocabulary": vocabulary,
    "system": outside.system,
    "deployment": outside.deployment,
    "migrations": outside.migrations,
    "upgrades": outside.upgrades,
    "types": outside.types,
}
