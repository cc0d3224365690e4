"""Two people edit the same row: whoever saves second is notified, and nothing of either is lost."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import WrongState


def fingerprint(values: Mapping[str, Any]) -> str:
    """A digest of these values, as their texts: the first 32 hex digits of a SHA-256."""
    texts = {name: str(value) for name, value in values.items()}
    return hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()[:32]


def check_unchanged(current: Mapping[str, Any], seen: str) -> None:
    """The values are those that the editor opened; `seen` is their fingerprint then, or empty to skip this."""
    if seen and seen != fingerprint(current):
        raise WrongState(
            _("Someone else saved a change after you opened this page. Your text is still here. Open the current "
            "version in another window, compare it with your text, and make your changes there.")
        )  # fmt: skip
