"""Make .venv and put the hash-pinned requirements of one purpose into it: `python3 deploy/install.py demo test s3`.

Runs on whatever `python3` there is, finds one that is new enough, and does nothing when nothing changed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OLDEST = (3, 11)
BEGAN = time.time()


def say(what):
    print("%6.1f s  %s" % (time.time() - BEGAN, what), flush=True)


def usable(python):
    """Whether that program is a Python that is new enough and can make environments."""
    asked = "import sys, venv, ensurepip; sys.exit(sys.version_info < %r)" % (OLDEST,)
    try:
        return subprocess.call([python, "-c", asked], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def find_python():
    """A Python of 3.11 or newer: the one that runs this, or another of the machine."""
    names = [os.environ.get("PYTHON"), sys.executable, "python3.13", "python3.12", "python3.11", "python3"]
    for name in names:
        path = shutil.which(name) if name else None
        if path and usable(path):
            return path
    sys.exit(
        "Gatehouse needs Python 3.11 or newer with its venv module, and found none on this machine "
        "(Debian and Ubuntu: apt install python3 python3-venv). Name one with `make demo PYTHON=/path/to/python3.12`."
    )


def environment():
    """The Python of .venv, which is made first when it is missing or broken."""
    folder = os.environ.get("VENV") or os.path.join(ROOT, ".venv")
    python = os.path.join(folder, "bin", "python")
    if not usable(python):
        found = find_python()
        say("making .venv with %s" % found)
        if subprocess.call([found, "-m", "venv", "--clear", folder]) != 0:
            sys.exit("The environment %s could not be made; the lines above say why." % folder)
    return folder, python


def pip(python, *words):
    """The pip of the environment, as a command."""
    return [python, "-m", "pip", "--disable-pip-version-check"] + list(words)


def install(folder, python, purpose):
    """Install what the purpose pins, unless exactly that is there already. Returns whether anything was installed.

    The pins are complete, so pip resolves nothing (`--no-deps`): a newer release of a package breaks no old clone.
    """
    pinned = os.path.join(ROOT, "deploy", "requirements", purpose + ".txt")
    with open(pinned, "rb") as file:
        content = file.read()
    stamp = os.path.join(folder, ".gatehouse-" + purpose)
    wanted = hashlib.sha256(content).hexdigest()
    if os.path.exists(stamp) and open(stamp).read() == wanted:
        return False
    packages = sum(b"==" in line and not line.startswith((b" ", b"#")) for line in content.splitlines())
    say("installing %d pinned packages for %s (about a minute the first time)" % (packages, purpose))
    command = pip(python, "install", "--no-input", "--no-deps", "--require-hashes")
    running = subprocess.Popen(
        command + ["-r", pinned], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True
    )
    said, seen = [], 0
    for line in running.stdout:
        said.append(line)
        if line.startswith(("Collecting ", "Requirement already satisfied: ")):
            seen += 1
            if seen % 15 == 0:
                say("  %d of %d" % (seen, packages))
        elif line.startswith("Installing collected packages"):
            say("  unpacking")
    if running.wait() != 0:
        sys.exit("The packages could not be installed; pip said:\n" + "".join(said[-15:]))
    with open(stamp, "w") as file:
        file.write(wanted)
    return True


def check(folder, python, purposes):
    """Ask pip whether each installed package has what it needs; if not, the next run installs again."""
    checked = subprocess.run(pip(python, "check"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if checked.returncode != 0:
        for purpose in purposes:
            os.remove(os.path.join(folder, ".gatehouse-" + purpose))
        sys.exit("The installed packages do not fit together; pip check said:\n" + checked.stdout.decode())


def main():
    folder, python = environment()
    purposes = sys.argv[1:] or ["demo"]
    installed = [install(folder, python, purpose) for purpose in purposes]
    if any(installed):
        check(folder, python, purposes)


if __name__ == "__main__":
    main()
