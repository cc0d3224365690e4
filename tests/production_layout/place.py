"""Where one layout lies: folder, ports, secrets, certificates, and the environment of each node."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.demo.embedded.database import Urls
from deploy.demo.embedded.world import BUCKET, ROOT, World
from tests.production_layout import certificates
from tests.production_layout.certificates import Certificates

NODES = ("web1", "web2", "worker1", "worker2", "beat")
WEB = ("web1", "web2")
MORE_PORTS = ("web1", "web2", "probes1", "probes2")
HTTPS = {"web", "idp", "s3"}


@dataclass
class Place(World):
    """A production portal on this machine: what is https in production is https here."""

    s3: bool = True
    certificates: Certificates = field(init=False)
    # What a node has instead of the common environment while something is being changed node by node.
    own: dict[str, dict[str, str]] = field(default_factory=dict)
    release: dict[str, Path] = field(default_factory=dict)  # the code of each node

    def __post_init__(self) -> None:
        super().__post_init__()
        self.certificates = certificates.make(self.data_dir / "certificates")
        for name in ("SSL_CERT_FILE", "AWS_CA_BUNDLE"):  # for this process, which asks servers if they are ready
            os.environ[name] = str(self.certificates.authority)
        for node in NODES:
            self.own.setdefault(node, {})
            self.release.setdefault(node, ROOT)

    def take_ports(self) -> None:
        super().take_ports()
        from deploy.demo.embedded.ports import Ports

        for name in MORE_PORTS:
            self.ports[name] = Ports(self.data_dir).take(name)

    def address(self, name: str) -> str:
        return f"{'https' if name in HTTPS else 'http'}://127.0.0.1:{self.ports[name]}"

    def common(self, urls: Urls) -> dict[str, str]:
        """The environment that every process of the portal has, as deploy/env.sample lists it."""
        return {
            "DJANGO_SETTINGS_MODULE": "portal.settings.production",
            "PORTAL_ADDRESS": self.address("web"),
            "SECRET_KEY": self.secrets.take("portal"),
            "DATABASE_URL": urls.app,
            "BROKER_URL": self.broker,
            "LINK_KEYS": f"k1:{self.secrets.take('links')}",
            "OIDC_ISSUER": self.address("idp"),
            "OIDC_NAME": "Example University",
            "OIDC_CLIENT_ID": "gatehouse",
            "OIDC_CLIENT_SECRET": self.secrets.take("client"),
            "DELIVERY": "presigned",
            "S3_ENDPOINT_URL": self.address("s3"),
            "S3_BUCKET": BUCKET,
            "S3_ACCESS_KEY": "gatehouse",
            "S3_SECRET_KEY": self.secrets.take("s3"),
            "OPERATOR_NAME": "Example Hospital",
            "CONTACT_EMAIL": "data-help@example.org",
            "MAIL_FROM": "Gatehouse <no-reply@data.example.org>",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(self.ports["smtp"]),
            "EMAIL_USE_TLS": "no",
            "DATA_ROOT": str(self.data_dir),
            "TMPDIR": str(self.data_dir / "tmp"),
            "METRICS_NETWORKS": "127.0.0.0/8",
            "CA_FILE": str(self.certificates.authority),
        }

    def environment(self, node: str, urls: Urls) -> dict[str, str]:
        """What this node is started with: the common values, its own, and the code of its release."""
        probes = {"PROBE_ADDRESS": f"127.0.0.1:{self.ports['probes' + node[-1]]}"} if node in WEB else {}
        return {**self.caller, **self.common(urls), **probes, **self.own[node], **self._code(self.release[node])}

    def _code(self, code: Path) -> dict[str, str]:
        """Where the code is. Release 0.1.0 had no CA_FILE, and its operators named the file to boto3."""
        trusted = {} if code == ROOT else {"AWS_CA_BUNDLE": str(self.certificates.authority)}
        return {"PYTHONPATH": str(code), **trusted}

    def command(
        self, urls: Urls, *words: str, code: Path = ROOT, owner: bool = False, env: Mapping[str, str] | None = None
    ) -> str:
        """A command of manage.py as an operator runs it; what it printed. RuntimeError if it fails."""
        environment = {**self.caller, **self.common(urls), **self._code(code), **(env or {})}
        if owner:
            environment["MIGRATION_DATABASE_URL"] = urls.owner
        done = subprocess.run(
            ["nice", sys.executable, *words], cwd=code, env=environment, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)[:200]} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done.stdout


def fresh(folder: Path) -> Place:
    """A new place in an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    place = Place(folder.resolve())
    place.take_ports()
    return place
