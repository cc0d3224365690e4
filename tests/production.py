"""The production settings, read in a process of their own with a complete environment."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMPLETE = {
    "SECRET_KEY": "pP2mWq8ZrT4vYx7NsK1bLd9cGf3hJu6EoQaViR5tXz0MwUyBkS",
    "PORTAL_ADDRESS": "https://portal.example.org",
    "DATABASE_URL": "postgresql://gatehouse_app:p%40ss@db.example.org:5433/gatehouse?sslmode=require",
    "LINK_KEYS": "k1:3kf9Qz7RmX2vLw8TbN4cJh6YsD1gPa5u,k2:8Vb2Nn5Qe7Wt1Yu4Io9Pa3Sd6Fg0HjKl",
    "OIDC_ISSUER": "https://idp.example.org/",
    "OIDC_CLIENT_ID": "gatehouse",
    "OIDC_CLIENT_SECRET": "x7Kp2mWq8ZrT4vYsN1bL",
    "BROKER_URL": "redis://broker.example.org/0",
    "MAIL_FROM": "no-reply@portal.example.org",
    "EMAIL_HOST": "mail.example.org",
}


def start(say: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Read the production settings in a process of their own and print what `say` evaluates to."""
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "portal.settings.production"}
    code = f"from django.conf import settings; print(({say}))"
    return subprocess.run([sys.executable, "-c", code], env={**env, **settings}, capture_output=True, text=True)
