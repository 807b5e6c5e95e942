"""Every benchmark of the budgets, one after the other: `make bench`.

python tests/bench/run.py
"""

import runpy
import sys
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
BENCHES = {
    "bundled_case.py": "The bundled case",
    "marches.py": "Simulated marches with a known truth",
    "leave_one_out.py": "The bundled case without one of its timed reports",
    "country_case.py": "A march over a corridor and over a country",
    "roads_prepare.py": "Roads from file to folder and back",
    "roads_search.py": "Bounded searches",
    "many.py": "A thousand units over a dask cluster, with kills",
    "dense.py": "Dense traces beside other matchers",
    "validate.py": "Validation of a million reports",
    "posts.py": "Kilometre posts of the M4, and its length",
    "closures.py": "What the roadblocks of the bundled case close",
    "corroborate.py": "Corroboration of a million reports",
    "log_embedded.py": "The report log in one file",
    "log_postgis.py": "The report log in PostGIS",
    "player_fps.py": "The player in Chromium",
}


def main() -> int:
    """Prints all tables; the number of benchmarks that broke is the exit status."""
    # Next to one another they import the tests' helpers by the checkout's root.
    sys.path.insert(0, str(HERE.parents[1]))
    from tests.conftest import find_chromium

    broken = 0
    for name, title in BENCHES.items():
        print(f"\n{title}\n{'-' * len(title)}", flush=True)
        if name == "player_fps.py" and find_chromium() is None:
            print("skipped, there is no Chromium here")
            continue
        sys.argv = [name]
        try:
            runpy.run_path(str(HERE / name), run_name="__main__")
        except Exception:
            broken += 1
            traceback.print_exc()
    return broken


if __name__ == "__main__":
    sys.exit(main())
