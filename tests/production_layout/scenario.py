"""What is done in each row: kill, freeze, a rolling upgrade, and each secret replaced node by node."""

import json
import secrets
import signal
import time
from dataclasses import replace
from urllib.parse import quote

import psycopg
from psycopg import sql

from deploy.demo.embedded.world import ROOT
from tests.production_layout import parts
from tests.production_layout.layout import Layout
from tests.production_layout.place import NODES
from tests.production_layout.rows import Act

COMPONENTS = ("web1", "web2", "worker1", "worker2", "beat", "postgres", "valkey", "seaweed", "nginx")


def nothing(_layout: Layout, seconds: float) -> None:
    """The same load with nothing done: how slow this machine is today."""
    time.sleep(seconds)


def kill(component: str) -> Act:
    def act(layout: Layout, seconds: float) -> None:
        layout.kill(component)
        time.sleep(seconds)
        layout.start_again(component)

    return act


def freeze(component: str) -> Act:
    def act(layout: Layout, seconds: float) -> None:
        layout.freeze(component)
        time.sleep(seconds)
        layout.go_on(component)

    return act


# ------------------------------------------------------------------------------------------------- the upgrade
def upgrade(layout: Layout, _seconds: float) -> None:
    """From the previous release to this code: `migrate` first, then node by node, then workers and beat."""
    layout.place.command(layout.urls, "manage.py", "migrate", "--verbosity", "0", owner=True)
    layout.collect_static(ROOT)
    time.sleep(5)  # the old code on the new schema
    for node in NODES:
        layout.replace(node, ROOT)
        time.sleep(3)


# ------------------------------------------------------------------------------------- secrets, node by node
def _on_every_node(layout: Layout, **own: str) -> None:
    for node in NODES:
        layout.replace(node, own=own)


def secret_key(layout: Layout, _seconds: float) -> None:
    old, new = layout.place.secrets.take("portal"), secrets.token_urlsafe(48)
    _on_every_node(layout, SECRET_KEY=old, SECRET_KEY_FALLBACKS=new)
    _on_every_node(layout, SECRET_KEY=new, SECRET_KEY_FALLBACKS=old)


def link_keys(layout: Layout, _seconds: float) -> None:
    both = f"k1:{layout.place.secrets.take('links')},k2:{secrets.token_urlsafe(48)}"
    _on_every_node(layout, LINK_KEYS=both, LINK_KEY_ID="k1")
    _on_every_node(layout, LINK_KEYS=both, LINK_KEY_ID="k2")


def client_secret(layout: Layout, _seconds: float) -> None:
    place, new = layout.place, secrets.token_urlsafe(48)
    old = place.secrets.take("client")
    _on_every_node(layout, OIDC_CLIENT_SECRET=old, PROVIDER_SECRET_FALLBACKS=f"home:{new}")
    at_the_provider = parts.provider_environment(place, layout.urls) | {"OIDC_CLIENT_SECRET": new}
    place.command(layout.urls, "-m", "deploy.demo.identity_provider.prepare", env=at_the_provider)
    _on_every_node(layout, OIDC_CLIENT_SECRET=new, PROVIDER_SECRET_FALLBACKS=f"home:{old}")
    _on_every_node(layout, OIDC_CLIENT_SECRET=new, PROVIDER_SECRET_FALLBACKS="")


def database_password(layout: Layout, _seconds: float) -> None:
    """A second login as docs/for-operators.md writes it; at the end the first has another password."""
    login, password = "gatehouse_app_2", secrets.token_urlsafe(32)
    with psycopg.connect(layout.urls.superuser, autocommit=True) as admin:
        names = {"login": sql.Identifier(login), "password": sql.Literal(password)}
        admin.execute(sql.SQL("CREATE ROLE {login} LOGIN PASSWORD {password} IN ROLE gatehouse_app").format(**names))
        admin.execute(sql.SQL("ALTER ROLE {login} SET role = gatehouse_app").format(**names))
    old = f"gatehouse_app:{layout.place.secrets.take('gatehouse_app')}@"
    second = layout.urls.app.replace(old, f"{login}:{quote(password)}@")
    if second == layout.urls.app:
        raise LookupError("the address of the database has another shape")
    _on_every_node(layout, DATABASE_URL=second)
    with psycopg.connect(layout.urls.superuser, autocommit=True) as admin:
        changed = sql.SQL("ALTER ROLE gatehouse_app PASSWORD {}").format(sql.Literal(secrets.token_urlsafe(32)))
        admin.execute(changed)
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'gatehouse_app'")
    layout.urls = replace(layout.urls, app=second)  # what comes after signs in as the nodes do


def s3_keys(layout: Layout, _seconds: float) -> None:
    """A second key pair at the storage, then on every node, then the first is deleted."""
    first = {"accessKey": "gatehouse", "secretKey": layout.place.secrets.take("s3")}
    second = {"accessKey": "gatehouse2", "secretKey": secrets.token_urlsafe(32)}
    _storage_knows(layout, first, second)
    _on_every_node(layout, S3_ACCESS_KEY=second["accessKey"], S3_SECRET_KEY=second["secretKey"])
    time.sleep(65)  # addresses that the old pair signed live for a minute
    _storage_knows(layout, second)


def _storage_knows(layout: Layout, *pairs: dict[str, str]) -> None:
    config = layout.place.data_dir / "seaweed" / "s3.json"
    facts = json.loads(config.read_text(encoding="utf-8"))
    facts["identities"][0]["credentials"] = list(pairs)
    config.write_text(json.dumps(facts), encoding="utf-8")
    process = layout.servers["seaweed"].process
    if process is not None:
        process.send_signal(signal.SIGHUP)
    time.sleep(2)


ROTATIONS: dict[str, Act] = {
    "SECRET_KEY": secret_key,
    "LINK_KEYS": link_keys,
    "client secret": client_secret,
    "database password": database_password,
    "S3 keys": s3_keys,
}
