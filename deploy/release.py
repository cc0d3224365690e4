"""`make release`: wheel, sdist, bill of materials, offline wheelhouse and checksums in dist/.

The same commit gives the same bytes: it is exported from git, so what else lies in the folder does not count. Every
time stamp is that of the commit (SOURCE_DATE_EPOCH), every order is sorted, and packages are pinned by hash.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = Path("deploy/requirements/base.txt")
INSTALL = """Install without a network, into a new folder:

    python3 -m venv /opt/gatehouse
    export PIP_NO_INDEX=1 PIP_FIND_LINKS=.
    /opt/gatehouse/bin/pip install --no-deps --require-hashes -r base.txt
    /opt/gatehouse/bin/pip install --no-deps gatehouse-*.whl
    /opt/gatehouse/bin/pip check
    /opt/gatehouse/bin/gatehouse help
"""


def main() -> None:
    """Build everything into a new folder."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--into", type=Path, default=ROOT / "dist", help="a folder that is emptied first")
    options.add_argument("--commit", default="HEAD", help="what is released (default: HEAD)")
    options.add_argument("--wheels", type=Path, help="where pinned packages were downloaded before (no network needed)")
    chosen = options.parse_args()
    into: Path = chosen.into.resolve()
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    epoch = run("git", "log", "-1", "--format=%ct", chosen.commit).strip()
    os.environ["SOURCE_DATE_EPOCH"] = epoch
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "gatehouse"
        run("git", "archive", "--format=tar", f"--output={folder}/tree.tar", chosen.commit)
        with tarfile.open(f"{folder}/tree.tar") as archive:
            archive.extractall(tree, filter="data")
        run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(into), str(tree))
        version = tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
        bill_of_materials(tree, into / f"gatehouse-{version}.cdx.json")
        wheelhouse(tree, into, version, int(epoch), chosen.wheels)
    checksums(into)


def bill_of_materials(tree: Path, target: Path) -> None:
    """The packages that the product runs on, with versions and hashes (CycloneDX 1.6)."""
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", str(tree / REQUIREMENTS)]
    command += ["--pyproject", str(tree / "pyproject.toml"), "--mc-type", "application", "--output-reproducible"]
    run(*command, "--spec-version", "1.6", "--output-format", "JSON", "--output-file", str(target))


def wheelhouse(tree: Path, into: Path, version: str, epoch: int, downloaded: Path | None) -> None:
    """A tar of every pinned package for this Python and machine, and the product's own wheel."""
    wheels = into / "wheels"
    wheels.mkdir()
    if downloaded:
        os.environ |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(downloaded)}
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary", ":all:", "--require-hashes", "--requirement", str(tree / REQUIREMENTS)]
    run(*command, "--dest", str(wheels))
    shutil.copy(tree / REQUIREMENTS, wheels / "base.txt")
    shutil.copy(next(into.glob("gatehouse-*.whl")), wheels)
    (wheels / "INSTALL.txt").write_text(INSTALL, encoding="utf-8")
    python = f"cp{sys.version_info.major}{sys.version_info.minor}"
    name = f"gatehouse-{version}-wheelhouse-{python}-{sys.platform}-{os.uname().machine}"
    with tarfile.open(into / f"{name}.tar", "w", format=tarfile.GNU_FORMAT) as archive:
        for path in sorted(wheels.iterdir()):
            entry = archive.gettarinfo(path, f"{name}/{path.name}")
            entry.mtime, entry.mode, entry.uid, entry.gid, entry.uname, entry.gname = epoch, 0o644, 0, 0, "", ""
            with path.open("rb") as content:
                archive.addfile(entry, content)
    shutil.rmtree(wheels)


def checksums(into: Path) -> None:
    """SHA256SUMS, as `sha256sum --check` reads it."""
    lines = []
    for path in sorted(into.iterdir()):
        with path.open("rb") as content:
            lines.append(f"{hashlib.file_digest(content, 'sha256').hexdigest()}  {path.name}\n")
    (into / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
    print("".join(lines), end="")


def run(*command: str) -> str:
    """Run it in the tree; its output, or its error messages and the end."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command[:4])} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    main()
