"""The lines a person pastes into a terminal: they go on where they stopped, and they check what arrived."""

import shlex

from apps.datasets.models import Distribution


def commands(file: Distribution, link: str) -> list[dict[str, str]]:
    """One line a program. Names are quoted for POSIX shells (shlex), so that no name can run anything."""
    name, url = shlex.quote(_as_argument(file.name)), shlex.quote(link)
    check = shlex.quote(f"{file.sha256}  {_as_argument(file.name)}")
    return [
        {"id": "line-curl", "label": "curl", "text": f"curl -fL -C - -o {name} {url}"},
        {"id": "line-wget", "label": "wget", "text": f"wget -c -O {name} {url}"},
        {
            "id": "line-aria2",
            "label": "aria2",
            "text": f"aria2c -c -x 4 --checksum=sha-256={file.sha256} -o {name} {url}",
        },
        {"id": "line-check", "label": "sha256sum", "text": f"printf '%s\\n' {check} | sha256sum -c -"},
    ]


def _as_argument(name: str) -> str:
    """A name that no program takes for an option or for standard output."""
    return f"./{name}" if name.startswith("-") else name
