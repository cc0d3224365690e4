"""A storage that does not answer."""

from django.core.files.storage import Storage


class Broken(Storage):
    def exists(self, name: str) -> bool:
        raise OSError(5, "Input/output error")
