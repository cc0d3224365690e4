"""Debian's nginx, which the tests of front servers start beside Caddy; it is no Python package."""

import os
import shutil

import pytest

PROGRAM = os.environ.get("NGINX_PROGRAM") or shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
needed = pytest.mark.skipif(PROGRAM is None, reason="no nginx on this machine: apt-get install --yes nginx-light")
