"""What a restore takes away again of the register of decisions."""

from apps.access_requests.models import RegisterSetting
from apps.access_requests.queries_register import is_public
from apps.audit.models import Event


def withdraw_register(_event: Event) -> bool:
    """The register is off again, if the backup says that it is on."""
    if is_public():
        RegisterSetting.objects.create(is_public=False)
    return True
