"""Where everything of one demo lies: its folder, ports, secrets, addresses, and the environment they make."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from deploy.demo.embedded.database import Urls
from deploy.demo.embedded.ports import Ports, Secrets
from deploy.demo.embedded.process import Trouble

ROOT = Path(__file__).resolve().parents[3]
SERVERS = ("postgres", "valkey", "app", "probes", "idp", "smtp", "mail")
S3_SERVERS = (
    "s3",
    "s3_master",
    "s3_volume",
    "s3_filer",
    "s3_master_grpc",
    "s3_volume_grpc",
    "s3_filer_grpc",
    "s3_grpc",
)
# What a child may inherit; everything else of the caller's environment stays outside.
_INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE")
MAX_UPLOAD_BYTES = 2 * 1024**3
BUCKET = "gatehouse"


@dataclass
class World:
    """One demo on this machine."""

    data_dir: Path
    wanted_port: int | None = None
    s3: bool = False
    ports: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for folder in ("files", "tmp", "log", "static", "mail", "caddy"):
            (self.data_dir / folder).mkdir(parents=True, exist_ok=True)
        self.data_dir.chmod(0o700)
        self.secrets = Secrets(self.data_dir)
        self._settle_storage()

    def _settle_storage(self) -> None:
        """The first start decides where the files of this data folder lie; they do not move later."""
        note = self.data_dir / "storage"
        if not note.exists():
            note.write_text("s3" if self.s3 else "files")
        kept = note.read_text()
        if self.s3 and kept != "s3":
            raise Trouble(
                f"{self.data_dir} keeps its files in a folder, not in S3: start with `make demo S3=1 "
                "DATA_DIR=another/folder`, or run `make demo-reset` first."
            )
        self.s3 = kept == "s3"

    def take_ports(self) -> None:
        """The same ports as last time, or free ones at the first start."""
        kept = Ports(self.data_dir)
        self.ports["web"] = kept.take("web", wanted=self.wanted_port, prefer=8000)
        for name in (*SERVERS, *(S3_SERVERS if self.s3 else ())):
            self.ports[name] = kept.take(name)

    def address(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    @property
    def broker(self) -> str:
        return f"redis://:{self.secrets.take('broker')}@127.0.0.1:{self.ports['valkey']}/0"

    @property
    def caller(self) -> dict[str, str]:
        """What every child gets."""
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        return {"PATH": os.defpath, **inherited, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)}

    def portal_settings(self, urls: Urls) -> dict[str, str]:
        """What deploy.demo.settings reads."""
        settings = {
            "DATA_DIR": str(self.data_dir),
            "PORTAL_ADDRESS": self.address("web"),
            "SECRET_KEY": self.secrets.take("portal"),
            "DATABASE_URL": urls.app,
            "MIGRATION_DATABASE_URL": urls.owner,
            "BROKER_URL": self.broker,
            "LINK_KEYS": f"k1:{self.secrets.take('links')}",
            "OIDC_ISSUER": self.address("idp"),
            "OIDC_CLIENT_ID": "gatehouse",
            "OIDC_CLIENT_SECRET": self.secrets.take("client"),
            "EMAIL_PORT": str(self.ports["smtp"]),
            "PROBE_ADDRESS": f"127.0.0.1:{self.ports['probes']}",
            "MAX_UPLOAD_BYTES": str(MAX_UPLOAD_BYTES),
            "CLAMD": os.environ.get("CLAMD", ""),
        }
        if self.s3:
            settings |= {
                "S3_ENDPOINT_URL": self.address("s3"),
                "S3_BUCKET": BUCKET,
                "S3_ACCESS_KEY": "gatehouse",
                "S3_SECRET_KEY": self.secrets.take("s3"),
            }
        return settings

    def portal_env(self, urls: Urls) -> dict[str, str]:
        return {**self.caller, "DJANGO_SETTINGS_MODULE": "deploy.demo.settings", **self.portal_settings(urls)}

    def provider_env(self, urls: Urls) -> dict[str, str]:
        """What the demo identity provider reads."""
        return {
            **self.caller,
            "DJANGO_SETTINGS_MODULE": "deploy.demo.identity_provider.settings",
            "IDP_DATABASE_URL": urls.provider,
            "IDP_SECRET_KEY": self.secrets.take("provider"),
            "IDP_KEY_FILE": str(self.data_dir / "identity-provider.pem"),
            "IDP_ADDRESS": self.address("idp"),
            "PORTAL_PORT": str(self.ports["web"]),
            "OIDC_CLIENT_ID": "gatehouse",
            "OIDC_CLIENT_SECRET": self.secrets.take("client"),
        }

    def front_env(self) -> dict[str, str]:
        """What deploy/front/Caddyfile reads."""
        return {
            **self.caller,
            "XDG_DATA_HOME": str(self.data_dir / "caddy"),
            "XDG_CONFIG_HOME": str(self.data_dir / "caddy"),
            "PORT": str(self.ports["web"]),
            "APP_PORT": str(self.ports["app"]),
            "PROBE_PORT": str(self.ports["probes"]),
            "DATA_DIR": str(self.data_dir),
            "STATIC_ROOT": str(self.data_dir / "static"),
            "MAX_BODY_BYTES": str(MAX_UPLOAD_BYTES + 1024**2),
        }
