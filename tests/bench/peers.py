"""An environment of its own for what we are measured beside and do not depend on: pyrosm.

python tests/bench/peers.py [FOLDER]
"""

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

PEERS = ("pyrosm", "igraph")


def work_folder(name: str | None = None) -> Path:
    """Where benchmarks keep what is dear to make: the folder named, or one of ours among the temporary ones."""
    folder = Path(name) if name else Path(tempfile.gettempdir()) / "tracker-bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


def peers_python(work: Path) -> Path | None:
    """The Python of an environment that has the peers, made where there is none; None where it cannot be made."""
    folder = work / "peers"
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    done = folder / ".complete"
    if not done.exists():
        venv.create(folder, with_pip=True, clear=True)
        made = subprocess.run([python, "-m", "pip", "install", "--quiet", *PEERS], capture_output=True, text=True)
        if made.returncode:
            print(f"{', '.join(PEERS)}: not installed ({(made.stderr.strip().splitlines() or ['?'])[-1]})")
            return None
        done.touch()
    return python


if __name__ == "__main__":
    print(peers_python(work_folder(sys.argv[1] if sys.argv[1:] else None)))
