"""The servers that the demo and the tests start for themselves, each on 127.0.0.1 and in one data folder."""

from deploy.demo.embedded.database import Urls, postgres
from deploy.demo.embedded.process import Trouble

__all__ = ["Trouble", "Urls", "postgres"]
