"""Whole numbers in two columns: codes of classes that agree or do not, or amounts that are near each other or not."""

from __future__ import annotations

import math
import re

from analytics.log.alike import NEAR, Alike, are_few, are_grades
from analytics.log.column import MAX_VALUES_BY_VALUE, Column
from analytics.log.right import Right
from analytics.log.role_names import folded_name

_AMOUNT = re.compile(
    r"(.*_)?(seconds?|secs?|minutes?|mins?|hours?|days?|weeks?|months?|years?|duration|eta|age|count|quantity|qty|units|sales|"
    r"demand|orders|visits|defects|cases|patients|customers|passengers|people|guests|incidents|accidents|admissions|arrivals|clicks|visitors|calls|tickets|items|volume|load|amount|price|cost|revenue|income|salary|value_eur|distance|"
    r"km|miles|kg|weight|temperature|forecast|expected|minuten|stunden|tage|wochen|anzahl|menge|preis|umsatz|betrag|dauer|"
    r"nachfrage|besuche|besucher|bestellungen|einheiten|anrufe|demanda|pedidos|visitas|unidades|llamadas|demande|commandes|visites|appels|"
    r"minutos|horas|dias|cantidad|precio|ventas|heures|jours|quantite|prix|ventes|prognose|pronostico|prevision)(_.*)?"
)
"""Parts of names of what is counted or measured, and of a forecast, which is of such a thing."""
_CODE = re.compile(
    r"(.*_)?(codes?|class|classes|category|label|id|type|group|topic|intent|icd|icd10|cpt|drg|hs|hts|sku|naics|sic|isco|atc|"
    r"klasse|kategorie|clase|categoria|classe|categorie|bucket|band|level|grade|stars?|ratings?)(_.*)?"
)
"""Parts of names of classes and grades."""
_MIN_DENSE = 0.3
"""Share of the whole numbers between the least and the greatest, on their own step, from which on they are amounts: codes such as
10021 and 99213 are far fewer than what lies between them. Set by hand."""


_YEAR = re.compile(r"(.*_)?(year|jahr|ano|annee|anno)(_.*)?")
"""Names of years: one that is near is another one."""
_YEARS = (1000.0, 2200.0)
"""Between which whole numbers under such a name are years of a calendar, and no ages."""


def are_years(column: Column) -> bool:
    """Whether a column holds years of a calendar, by its name and its values.

    >>> year, age = (Column(0, "true_year", "BIGINT", "number", low=low, high="2019") for low in ("1900", "1"))
    >>> are_years(year), are_years(age)
    (True, False)
    """
    if _YEAR.fullmatch(folded_name(column.name)) is None or not column.is_whole or column.low is None:
        return False
    return _YEARS[0] <= float(column.low) and float(column.high or "nan") <= _YEARS[1]


def is_amount(column: Column) -> bool:
    """Whether a column is called like something that is counted or measured, and not like a code.

    >>> is_amount(Column(0, "actual_days", "BIGINT", "number")), is_amount(Column(0, "days_code", "BIGINT", "number"))
    (True, False)
    """
    name = folded_name(column.name)
    return column.kind == "number" and _AMOUNT.fullmatch(name) is not None and _CODE.fullmatch(name) is None


def are_measured(predicted: Column, true: Column, found: Alike | None = None) -> bool:
    """Whether two columns of numbers hold amounts and not classes: by their names, by how they agree, else by how values lie.

    Of many numbers those that are mostly equal are answers, and those that are mostly nearly equal are amounts. Where that is
    not known, values that lie close together are amounts, unless they count from 0 or 1 without a gap, as numbered classes do.

    >>> top = tuple((str(value), 9) for value in range(30, 80))
    >>> said = Column(0, "y_pred", "BIGINT", "number", n_distinct=55, top=top, low="30", high="90")
    >>> are_measured(said, said)
    True
    """
    both = (predicted, true)
    if are_years(true):
        return False
    if any(column.kind != "number" or _CODE.fullmatch(folded_name(column.name)) for column in both):
        return False
    if found is not None and found.is_equal and not are_few(predicted, true):
        return False
    if any(is_amount(column) for column in both):
        return True
    if found is not None and found.is_close and not found.is_step_all and not are_grades(predicted, true):
        return True
    return all(_lies_dense(column) for column in both)


def near(predicted: Column, true: Column, found: Alike | None) -> Right:
    """Return the rule of numbers that are near the true ones, by as much as makes a difference to them."""
    tolerance, is_relative = NEAR, True
    if found is not None and found.step:
        tolerance, is_relative = 0.0 if found.is_step_all else found.step, False
    return Right("numbers", true.name, predicted.name, tolerance=tolerance, is_relative=is_relative)


def _lies_dense(column: Column) -> bool:
    """Whether a column has many values that fill their range and are not numbered from 0 or 1."""
    if column.n_distinct <= MAX_VALUES_BY_VALUE or column.low is None or column.high is None:
        return False
    low, high = float(column.low), float(column.high)
    listed = [float(value) for value, _ in column.top]
    if not all(map(math.isfinite, (low, high, *listed))):
        return False
    step = math.gcd(*(round(value - low) for value in listed)) or 1
    is_numbered = low in (0, 1) and step == 1
    return not is_numbered and column.n_distinct >= _MIN_DENSE * ((high - low) / step + 1)
