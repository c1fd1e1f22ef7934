"""Every page on a sample whose rows stand for many and belong together: it opens, and says what its numbers stand for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from analytics.log.right import Right
from analytics.log.workspace import Workspace
from pages._frame.registry import FIRST, PAGES
from tests.ingested import Desk

ROOT = Path(__file__).parents[2]
N = 500


@pytest.fixture(scope="module")
def frame() -> pl.DataFrame:
    rng = np.random.default_rng(2)
    score, label = rng.random(N).round(3), rng.random(N)
    return pl.DataFrame(
        {
            "id": np.arange(N),
            "score": score,
            "label": (label < score).astype(int),
            "kept": np.where(score > 0.5, 1.0, 0.1),
            "session": [f"s{place % 70}" for place in range(N)],
            "region": rng.choice(["north", "south"], N),
            "said": rng.choice(["a", "b", "c"], N),
            "true": rng.choice(["a", "b", "c"], N),
        }
    )


@pytest.mark.parametrize("kind", ["yes/no", "classes"])
def test_every_page_opens_on_a_sample(
    frame: pl.DataFrame, kind: str, tmp_path: Path, serve: Callable[[Path], None]
) -> None:
    roles: dict[str, Any] = {
        "weight": "kept",
        "is_weight_share": True,
        "unit": "session",
        "row_id": "id",
        "segments": ("region",),
    }
    if kind == "classes":
        roles |= {"right": Right("classes", "true", "said"), "label": "true", "decision": "said", "score": "score"}
    Desk(Workspace(tmp_path / "home"), tmp_path).log(frame, **roles)
    serve(tmp_path / "home")
    pages = [(name, "") for name in ("overview", "thresholds", "review")]
    for name, view in [*pages, ("slices", "Discovered")]:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        if view:
            app.query_params["view"] = view
        if name != FIRST.name:
            app.switch_page(PAGES[name].path)
        app.run()
        assert not app.exception
        assert [error.value for error in app.error] == [], name
        texts = " ".join(element.value for group in (app.markdown, app.caption) for element in group)
        stands = "stand for" in texts.replace("\\", "")
        assert stands or "rows are counted" in texts, name
        assert stands == (name != "review") or name == "overview", name
