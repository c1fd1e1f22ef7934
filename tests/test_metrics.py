"""What the registry of metrics promises, every room keeps: held from both sides."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
import typer

from analytics.__main__ import app
from analytics.measure.counts import Counts
from analytics.measure.gap.metric import COST, OFFERED, PLACES, gap_metric
from analytics.measure.metric import count_value
from analytics.measure.metrics import METRICS, sums_of, used_in
from analytics.measure.slices_cost import COST_SUMS
from analytics.measure.thresholds.operating import LIMITED, Limits
from analytics.present.words import metric_phrase
from analytics.query.discovery.objectives import OBJECTIVES
from analytics.query.relations import SUMS

OWN_OBJECTIVES = {"beyond_base_rate", "cost", "cost_beyond_base_rate", "overprediction", "underprediction", "change"}
"""What a search can look for that is no metric."""


@pytest.mark.parametrize("name", METRICS)
def test_the_score_table_has_the_sums_that_a_metric_needs(name: str) -> None:
    missing = sums_of([name]) - SUMS - COST_SUMS  # what rows cost is added by what somebody said
    assert not missing, f"{name} needs {sorted(missing)}, which query.relations does not add up"


def test_metrics_that_are_searched_for_are_objectives_and_the_other_way_round() -> None:
    metrics, objectives = set(used_in("discovery")), set(OBJECTIVES) - OWN_OBJECTIVES
    assert not metrics - objectives, f"no objective in query.discovery.objectives for {sorted(metrics - objectives)}"
    assert not objectives - metrics, f"objectives whose metric is not used in discovery: {sorted(objectives - metrics)}"
    for name in metrics:
        found, metric = OBJECTIVES[name], METRICS[name]
        assert (found.label, found.definition) == (metric_phrase(name).removeprefix("the "), metric.definition), name
        assert (found.is_share, found.needs_probability) == (metric.is_share, metric.needs_probability), name


def test_the_gap_offers_the_metrics_that_may_be_split() -> None:
    assert (*used_in("gap"), COST) == OFFERED


@pytest.mark.parametrize("name", used_in("gap"))
def test_a_metric_of_the_gap_is_a_ratio_of_sums_over_judged_rows(name: str) -> None:
    found = gap_metric(name)
    if found.is_loss:
        return
    tp, fp, fn, tn = (np.array([n]) for n in (30.0, 7.0, 11.0, 52.0))
    n = tp + fp + fn + tn
    counts = Counts(n, n, 0 * n, 0 * n, tp + fp, n, tp + fn, tp, fp, fn, tn)
    rows = np.zeros((2, 2))
    for cell, place in PLACES.items():
        rows[place] = getattr(counts, cell)[0]
    split = (found.top * rows).sum() / (found.bottom * rows).sum()
    assert split == pytest.approx(count_value(METRICS[name], counts)[0]), f"the parts of {name} do not add up"


def test_a_threshold_can_keep_the_metrics_that_have_a_limit() -> None:
    named = {METRICS[name].limit for name in used_in("limits")}
    limits = {field.name for field in fields(Limits)} - {"capacity"}
    assert not named - limits, f"no field of Limits for {sorted(named - limits)}"
    assert not limits - named, f"limits whose metric is not used in limits: {sorted(limits - named)}"
    assert {limit: metric.limit for limit, metric in LIMITED.items()} == {limit: limit for limit in LIMITED}


def test_the_command_line_has_an_option_for_every_limit() -> None:
    group: Any = typer.main.get_command(app)
    options = {option for parameter in group.commands["thresholds"].params for option in parameter.opts}
    missing = {f"--{limit.replace('_', '-')}" for limit in LIMITED} - options
    assert not missing, f"the command thresholds has no {sorted(missing)}"
