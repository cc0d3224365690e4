"""nginx with the shipped deploy/front/nginx.conf, on other ports and folders: for every test that starts it.

It is no Python package; `make test` installs it.
"""

import os
import shutil
from collections.abc import Iterable

import pytest

from deploy.demo.embedded import servers
from deploy.demo.embedded.process import Server
from deploy.demo.embedded.world import ROOT, World

PROGRAM = os.environ.get("NGINX_PROGRAM") or shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
needed = pytest.mark.skipif(PROGRAM is None, reason="no nginx on this machine: apt-get install --yes nginx-light")
_BODIES = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def shipped(world: World, changes: Iterable[tuple[str, str]]) -> str:
    """The shipped site with its folders here and these other changes; each must still be in the file."""
    site = (ROOT / "deploy/front/nginx.conf").read_text(encoding="utf-8")
    for before, here in (
        ("    http2 on;\n", ""),  # nginx 1.25 and newer
        ("/var/log/nginx/", f"{world.data_dir}/log/"),
        ("/var/lib/gatehouse/", f"{world.data_dir}/"),
        ("/etc/gatehouse;", f"{ROOT}/deploy/front;"),
        *changes,
    ):
        if before not in site:
            raise LookupError(f"deploy/front/nginx.conf has no {before!r} any more")
        site = site.replace(before, here)
    return site


def server(world: World, site: str) -> Server:
    """nginx with this site, not yet started."""
    folder = world.data_dir / "nginx"
    folder.mkdir(exist_ok=True)
    (folder / "site.conf").write_text(site, encoding="utf-8")
    temporary = "".join(f"{name}_temp_path {folder}/{name};" for name in _BODIES)
    user = "user root;\n" if os.geteuid() == 0 else ""  # the folders of a test are its own
    (folder / "nginx.conf").write_text(
        f"{user}daemon off; pid {folder}/pid; error_log {world.data_dir}/log/main-error.log info;\n"
        f"events {{}}\nhttp {{ access_log off; {temporary} include {folder}/site.conf; }}\n",
        encoding="utf-8",
    )
    command = [str(PROGRAM), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    ready = servers.listens(world.ports["web"])
    return Server("nginx", command, world.data_dir / "log" / "nginx.log", ready, env={"PATH": os.environ["PATH"]})
