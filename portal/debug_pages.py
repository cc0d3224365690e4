"""What Django shows of a fault where debugging is on (a developer's machine only): never a secret, on or off."""

import re
from types import FrameType
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

from portal.logs import without_secrets


class NoSecrets(SafeExceptionReporterFilter):
    """Settings, headers, forms and variables, each without what opens something; also where debugging is on."""

    hidden_settings = re.compile(
        "API|AUTH|TOKEN|KEY|SECRET|PASS|SIGNATURE|COOKIE|BROKER|DATABASE_URL|DSN|CREDENTIAL|DIGEST|CODE|SHOWN", re.I
    )

    def is_active(self, request: HttpRequest | None) -> bool:
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        """No form is shown: people type reasons and codes into them."""
        return dict.fromkeys(request.POST if request is not None else {}, self.cleansed_substitute)

    def get_traceback_frame_variables(  # type: ignore[override]  # Django itself gives a list where it hides
        self, request: Any, tb_frame: FrameType
    ) -> list[tuple[str, Any]]:
        """A variable that is called like a secret, or that holds one of ours, is not shown."""
        shown = super().get_traceback_frame_variables(request, tb_frame)
        return [(name, self.cleansed_substitute if self._tells(name, value) else value) for name, value in shown]

    def _tells(self, name: str, value: Any) -> bool:
        if self.hidden_settings.search(name):
            return True
        written = repr(value)
        return without_secrets(written) != written
