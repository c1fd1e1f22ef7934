"""What the project promises about itself: settings, dependencies, what is tracked."""

from __future__ import annotations

import re
import runpy
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_dependency_has_a_lower_and_an_upper_bound() -> None:
    data = project()
    groups = [data["project"]["dependencies"], *data["dependency-groups"].values()]  # type: ignore[index,union-attr]
    for requirement in (entry for group in groups for entry in group):
        assert re.fullmatch(r"[a-z0-9-]+(\[[a-z]+\])?>=[\d.]+,<\d+", requirement), requirement


def test_every_dependency_has_its_reason_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    names = [re.split(r"[>=]", entry)[0] for entry in project()["project"]["dependencies"]]  # type: ignore[index]
    for name in names:
        assert re.search(rf"^\| `{re.escape(name)}` \|", readme, re.MULTILINE), f"{name} has no row in README's table"


def test_every_dependency_is_pinned_at_one_version_and_no_pin_names_a_host() -> None:
    """`.ci/pins` compares them with what is resolved and installed."""
    data = project()
    pins = data["tool"]["uv"]["constraint-dependencies"]  # type: ignore[index]
    for pin in pins:
        assert re.fullmatch(r"[a-z0-9-]+==[\w.+!]+( ; [\w '.!=<>]+)?", pin), pin
    groups = [data["project"]["dependencies"], *data["dependency-groups"].values()]  # type: ignore[index,union-attr]
    names = {re.split(r"[\[>=]", entry)[0] for group in groups for entry in group}
    assert names <= {pin.split("==")[0] for pin in pins}


def test_the_script_of_the_pins_finds_the_block_that_it_writes() -> None:
    pins = runpy.run_path(str(ROOT / ".ci" / "pins"))
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found = pins["pins_in"](text)
    assert found == project()["tool"]["uv"]["constraint-dependencies"]  # type: ignore[index]
    assert pins["with_pins"](text, found) == text
    changed = pins["with_pins"](text, ["duckdb==9.0", "colorama==1 ; sys_platform == 'win32'"])
    assert pins["pins_in"](changed) == ["duckdb==9.0", "colorama==1 ; sys_platform == 'win32'"]


def test_the_server_listens_on_loopback_and_sends_nothing_home() -> None:
    config = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))
    assert config["server"]["address"] == "127.0.0.1"
    assert config["server"]["maxUploadSize"] == 512
    assert config["server"]["enableXsrfProtection"] is True
    assert config["browser"]["gatherUsageStats"] is False
    assert config["client"]["showErrorDetails"] == "type"
    assert config["client"]["disableDataExport"] is True
    assert {"light", "dark"} <= set(config["theme"])


def tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).exists()]


def test_no_tracked_file_is_large_and_no_lock_file_is_tracked() -> None:
    files = tracked()
    assert files
    assert all(path.stat().st_size <= 8_000_000 for path in files)
    assert not any(path.name == "uv.lock" for path in files)


def test_the_sample_is_there() -> None:
    assert (ROOT / "sample_data" / "flights.parquet").stat().st_size <= 8_000_000
