"""Everything that is wrong in the environment, and not only the first of it: for `manage.py doctor`."""

import importlib
import os
import re
import sys
from collections.abc import Iterable

from django.core.exceptions import ImproperlyConfigured

NAME = re.compile(r"\b[A-Z][A-Z0-9_]{4,}\b")  # a variable, as the sentences name it
# Values that the production settings accept: with one in place of what is wrong, the next fault is found.
STAND_INS = {
    "SECRET_KEY": "stand-in-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789",
    "PORTAL_ADDRESS": "https://portal.invalid",
    "DATABASE_URL": "postgresql://stand-in@127.0.0.1/stand-in",
    "LINK_KEYS": "k1:stand-in-0123456789-abcdefghijklmnopqrstuvwxyz",
    "OIDC_ISSUER": "https://idp.invalid",
    "OIDC_CLIENT_ID": "stand-in",
    "OIDC_CLIENT_SECRET": "stand-in-0123456789-abcdef",
    "BROKER_URL": "redis://broker.invalid/0",
    "MAIL_FROM": "stand-in@portal.invalid",
    "EMAIL_HOST": "mail.invalid",
    "S3_ENDPOINT_URL": "https://s3.invalid",
    "S3_BUCKET": "stand-in",
}


def every_fault(module: str) -> list[str]:
    """The sentences about what is missing or wrong for these settings, in order; none if they can be read.

    Changes os.environ: only a process that ends afterwards may call it.
    """
    faults: list[str] = []
    replaced: set[frozenset[str]] = set()  # by the names of the variables: a stand-in that does not help ends it
    while True:
        sys.modules.pop(module, None)
        try:
            importlib.import_module(module)
        except ImproperlyConfigured as fault:
            names = frozenset(NAME.findall(str(fault)))
            if names in replaced:
                return faults
            faults.append(str(fault))
            replaced.add(names)
            _replace(names)
        else:
            return faults


def _replace(names: Iterable[str]) -> None:
    """Put a stand-in where these variables are wrong; one without a stand-in is left out, for its default."""
    for name in names:
        os.environ.pop(name, None)
        if name in STAND_INS:
            os.environ[name] = STAND_INS[name]
    if "DEBUG" in names:  # one sentence for two variables
        os.environ.pop("DJANGO_DEBUG", None)
