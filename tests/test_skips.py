"""A test that cannot have what it needs is skipped at home and fails in CI."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NEEDS = {
    "plain": "import pytest\n\ndef test_a():\n    pytest.skip('no luck')\n",
    "module": "import pytest\n\npytest.importorskip('a_library_that_nobody_has')\n\ndef test_a(): ...\n",
    "shared": "import pytest\n\n@pytest.mark.shared\ndef test_a(): ...\n",
    "fixture": "def test_a(shared): ...\n",
}


def outcome(tmp_path: Path, source: str, *, ci: bool) -> tuple[int, str]:
    """Exit status and summary of a small test tree that has this project's conftest and nothing beside it."""
    tests = tmp_path / "checkout" / "tests"
    tests.mkdir(parents=True)
    shutil.copy(Path(__file__).with_name("conftest.py"), tests)
    (tests / "test_small.py").write_text(source, "utf-8")
    marks = "[pytest]\nmarkers =\n    shared: ...\n"
    (tests.parent / "pytest.ini").write_text(marks, "utf-8")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "CI"))}
    answer = subprocess.run(
        [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tests.parent,
        env={**clean, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **({"CI": "true"} if ci else {})},
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.returncode, answer.stdout


@pytest.mark.parametrize("need", ["plain", "shared", "fixture"])
def test_at_home_a_missing_need_skips_its_test(tmp_path: Path, need: str) -> None:
    status, text = outcome(tmp_path, NEEDS[need], ci=False)
    assert (status, "1 skipped" in text) == (0, True)


@pytest.mark.parametrize("need", ["plain", "module"])
def test_in_ci_a_skip_is_a_failure_that_tells_its_reason(tmp_path: Path, need: str) -> None:
    status, text = outcome(tmp_path, NEEDS[need], ci=True)
    assert status != 0
    assert "which is a failure in CI" in text
    assert "no luck" in text or "a_library_that_nobody_has" in text


@pytest.mark.parametrize("need", ["shared", "fixture"])
def test_in_ci_only_a_folder_that_is_really_absent_excuses_a_skip(tmp_path: Path, need: str) -> None:
    status, text = outcome(tmp_path, NEEDS[need], ci=True)
    assert (status, "1 skipped" in text) == (0, True)


def test_in_ci_the_folder_is_no_excuse_when_it_is_there(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    source = "import pytest\n\n@pytest.mark.shared\ndef test_a():\n    pytest.skip('no luck')\n"
    status, text = outcome(tmp_path, source, ci=True)
    assert status != 0
    assert "no luck" in text
