"""A dask cluster on this machine: a scheduler and workers, each a process of its own that a test can kill."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.many.tiny import wait_for

QUIET = {
    "DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "error",
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "10s",
    "DASK_DISTRIBUTED__DIAGNOSTICS__NVML": "False",
}


class Cluster:
    """A scheduler, its workers, and a client of theirs."""

    def __init__(self, folder: Path, *, workers: int) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.address = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--port", "0", "--scheduler-file", str(self.address))
        wait_for(self._listens, "the scheduler")
        self.workers = [
            self._start("worker", "--scheduler-file", str(self.address), "--nthreads", "1", "--no-nanny",
                        "--local-directory", str(folder))
            for _ in range(workers)
        ]  # fmt: skip

    def _start(self, what: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--host", "127.0.0.1", "--no-dashboard"]
        with (self.folder / f"{what}.log").open("ab") as log:
            return subprocess.Popen(
                [*command, *options],
                cwd=ROOT,
                env={**os.environ, **QUIET},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _listens(self) -> bool:
        if self.scheduler.poll() is not None:
            raise RuntimeError((self.folder / "scheduler.log").read_text())
        return self.address.is_file() and self.address.stat().st_size > 0

    def kill_worker(self, pid: int) -> None:
        """End a worker as the machine does for want of memory."""
        (found,) = [worker for worker in self.workers if worker.pid == pid]
        found.kill()
        found.wait()

    def kill_scheduler(self) -> None:
        """End the scheduler as a power cut does."""
        self.scheduler.kill()
        self.scheduler.wait()

    def end(self) -> None:
        """End what still runs, even what is stopped."""
        for process in (self.scheduler, *self.workers):
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait()


@contextmanager
def dask_cluster(folder: Path, *, workers: int = 2) -> Iterator[tuple[Cluster, Any]]:
    """A cluster and its client, once all its workers are there."""
    import dask
    from distributed import Client

    with ExitStack() as ends:
        cluster = Cluster(folder, workers=workers)
        ends.callback(cluster.end)
        with dask.config.set({"distributed.comm.timeouts.connect": "10s"}):
            client = Client(scheduler_file=str(cluster.address), set_as_default=False)
            ends.callback(client.close, timeout=5)
            client.wait_for_workers(workers, timeout=120)
            yield cluster, client
