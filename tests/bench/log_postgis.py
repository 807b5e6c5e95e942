"""The report log in PostgreSQL: adds per second, a million reports, and a server that is killed in the middle.

python tests/bench/log_postgis.py [NUMBER OF REPORTS]
"""

import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[2]))

import geopandas as gpd  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import shapely  # noqa: E402

from tests.conftest import find_postgres  # noqa: E402
from tests.evidence.log.postgres import Server, running_server  # noqa: E402
from tracker.evidence.log import open_log  # noqa: E402
from tracker.model import LogUnavailable, tables  # noqa: E402

SECONDS = 8
SEVEN = ["report_id", "kind", "unit", "earliest", "latest", "geometry", "radius_m"]


def made(count: int) -> gpd.GeoDataFrame:
    """Sound reports of ten days, with words of usual length."""
    random = np.random.default_rng(0)
    earliest = pd.Timestamp("2023-06-20T00:00Z") + pd.to_timedelta(random.integers(0, 864_000, count), unit="s")
    text = [f"A convoy of some forty vehicles was seen on the road, report number {number}" for number in range(count)]
    columns: dict[str, object] = {
        "report_id": [f"r{number}" for number in range(count)],
        "kind": ["sighting"] * count,
        "unit": [f"column {number}" for number in random.integers(0, 20, count)],
        "earliest": pd.Series(earliest).dt.as_unit("us"),
        "latest": pd.Series(earliest + pd.Timedelta(minutes=30)).dt.as_unit("us"),
        "time_basis": ["observed"] * count,
        "place": ["Yelets"] * count,
        "radius_m": random.uniform(500, 9000, count),
        "summary": text,
        "publisher": [f"channel {number}" for number in random.integers(0, 500, count)],
        "url": [f"https://example.org/{number}" for number in range(count)],
        "reliability": ["B"] * count,
        "credibility": [2] * count,
        "geometry": shapely.points(random.uniform(36, 41, count), random.uniform(47, 56, count)),
    }
    return tables.table(columns, tables.REPORTS)


# ---- what the other processes do


def write(url: str, name: str, seconds: str, file: str) -> None:
    """Add reports for some seconds; each acknowledged one becomes a line: id, seconds that it took."""
    end, number = time.monotonic() + float(seconds), 0
    with open(file, "w", buffering=1) as acknowledged:
        while True:
            try:
                log = open_log(url, author=name)
                break
            except LogUnavailable:
                continue
        with log:
            begun = time.monotonic()
            while time.monotonic() < end:
                report_id = f"{name}-{number}"
                try:
                    log.add_sighting(
                        report_id=report_id, lon=39.1, lat=51.6, radius_m=900.0, time="2023-06-24T15:00Z",
                        unit="column", publisher="x", summary=f"{name} {number}",
                    )  # fmt: skip
                except LogUnavailable:
                    continue
                now = time.monotonic()
                acknowledged.write(f"{report_id} {now - begun:.6f}\n")
                begun, number = now, number + 1


def load(url: str, count: str) -> dict[str, float]:
    """Seconds to add many reports from a table, and what the process needs at most."""
    reports = made(int(count))
    before = peak_mb()
    with open_log(url, author="import") as log:
        begun = time.perf_counter()
        log.add(reports)
        took = time.perf_counter() - begun
    return {"import, s": took, "peak of the table, MB": before, "peak of the import, MB": peak_mb()}


def read(url: str, what: str) -> dict[str, float]:
    """Seconds to read reports as a table, and what the process needs at most."""
    with open_log(url) as log:
        log.reports(since="2001-01-01T00:00Z", until="2001-01-02T00:00Z")  # everything imported and connected
        before, begun = peak_mb(), time.perf_counter()
        if what == "verify":
            rows = log.verify().revisions
        elif what == "snapshot":
            with tempfile.TemporaryDirectory() as folder:
                log.snapshot(Path(folder, "march.gpkg"))
            rows = 0
        else:
            options: dict[str, Any] = {
                "all columns": {},
                "7 columns": {"columns": SEVEN},
                "one day": {"since": "2023-06-24T00:00Z", "until": "2023-06-25T00:00Z"},
                "a box": {"bbox": (39.0, 51.0, 39.5, 51.5)},
            }[what]
            rows = len(log.reports(**options))
        took = time.perf_counter() - begun
    return {"rows": rows, "s": took, "peak before, MB": before, "peak, MB": peak_mb()}


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# ---- the figures


def other(verb: str, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, str(HERE), verb, *arguments], stdout=subprocess.PIPE, text=True)


def answer(process: "subprocess.Popen[str]") -> Any:
    output, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"{process.args} failed")
    return json.loads(output)


def fsync_ms(folder: Path) -> float:
    """Median time to make 8 kB durable on the disk of the database."""
    times = []
    with open(folder / "probe", "wb", buffering=0) as file:
        for _ in range(200):
            file.write(bytes(8192))
            begun = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - begun)
    (folder / "probe").unlink()
    return statistics.median(times) * 1000


def writers(server: Server, count: int, folder: Path, *, kill: bool = False) -> None:
    url = server.url(server.fresh_database())
    with open_log(url, create=True, author="bench") as log:
        seconds = SECONDS + (10 if kill else 0)
        files = [folder / f"{count}-{number}-{kill}" for number in range(count)]
        probe = fsync_ms(server.folder)
        all_of_them = [other("write", url, f"w{number}", str(seconds), str(file)) for number, file in enumerate(files)]
        down = 0.0
        if kill:
            while sum(len(file.read_text().split("\n")) for file in files if file.exists()) < 300:
                time.sleep(0.05)
            begun = time.perf_counter()
            server.crash()
            server.start()
            down = time.perf_counter() - begun
        for process in all_of_them:
            process.communicate()
        lines = [line.split() for file in files for line in file.read_text().splitlines()]
        waits = sorted(float(line[1]) for line in lines)
        held = set(log.reports(columns=["report_id"])["report_id"])
        lost = len({line[0] for line in lines} - held)
        sound = log.verify().sound
    if kill:
        print(
            f"server killed among {count} writers: {len(lines)} acknowledged, {lost} lost, {len(held)} held, "
            f"{down:.1f} s down, longest wait {waits[-1]:.1f} s, verify {'sound' if sound else 'NOT sound'}"
        )
        return
    median = statistics.median(waits) * 1000
    print(
        f"{count} writer{'s' if count > 1 else ' '}: {len(lines) / seconds:6.0f} adds/s, median {median:.1f} ms, "
        f"worst {waits[-1] * 1000:.0f} ms, lost {lost}; fdatasync beside it {probe:.2f} ms: "
        f"an add is {seconds * 1000 / len(lines) / probe:.1f} of them"
    )


def million(server: Server, count: int) -> None:
    url = server.url(server.fresh_database())
    open_log(url, create=True).close()
    print(
        f"{count:,} reports:", {name: round(value, 1) for name, value in answer(other("load", url, str(count))).items()}
    )
    server.run("ANALYZE report_log", database=url.rsplit("/", 1)[1])
    for what in ("all columns", "7 columns", "one day", "a box", "verify", "snapshot"):
        print(f"  {what}:", {name: round(value, 2) for name, value in answer(other("read", url, what)).items()})


def main() -> None:
    programs = find_postgres()
    if programs is None:
        print("skipped, there is no PostgreSQL with PostGIS here")
        return
    # Whoever ends it early ends the server too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with running_server(programs) as server, tempfile.TemporaryDirectory() as folder:
        server.run("ALTER SYSTEM SET max_wal_size = '4GB'", database="postgres")
        server.run("SELECT pg_reload_conf()", database="postgres")
        for number in (1, 4, 8):
            writers(server, number, Path(folder))
        writers(server, 4, Path(folder), kill=True)
        million(server, count)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        verb, *rest = sys.argv[1:]
        verbs = {"write": write, "load": load, "read": read}
        print(json.dumps(verbs[verb](*rest)))  # type: ignore[operator]
    else:
        main()
