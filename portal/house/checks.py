"""The list of checks, in the order in which they are run: the quick ones first."""

from collections.abc import Callable
from pathlib import Path

from portal.house import outside
from portal.house.addresses import addresses
from portal.house.cycles import cycles
from portal.house.diagrams import diagrams
from portal.house.law_commands import commands
from portal.house.law_events import events
from portal.house.law_models import cascades, personal_fields
from portal.house.law_safety import safety
from portal.house.law_states import states
from portal.house.sizes import sizes
from portal.house.templates import templates
from portal.house.translations import translations
from portal.house.untranslated import untranslated

Check = Callable[[Path], list[str]]

CHECKS: dict[str, Check] = {
    "style": outside.style,
    "formatting": outside.formatting,
    "sizes": sizes,
    "addresses": addresses,
    "imports": outside.imports,
    "cycles": cycles,
    "states": states,
    "commands": commands,
    "events": events,
    "safety": safety,
    "personal-fields": personal_fields,
    "cascades": cascades,
    "diagrams": diagrams,
    "templates": templates,
    "markup": outside.markup,
    "untranslated": untranslated,
    "translations": translations,
    "system": outside.system,
    "deployment": outside.deployment,
    "migrations": outside.migrations,
    "types": outside.types,
}
