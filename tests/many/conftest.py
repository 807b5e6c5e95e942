"""The road that all cases are driven on."""

from pathlib import Path

import pytest

from tests.many import tiny


@pytest.fixture(scope="session")
def roads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.roads(tmp_path_factory.mktemp("ground"))
