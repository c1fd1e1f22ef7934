"""What decides in the gap: every number with its meaning, its unit, and its source.

Most of these follow from no formula. *By hand* means: set by hand; holds on the planted pairs of ``tests/planted.py`` and
``tests/planted_scores.py``, in which one cause each is planted and has to get at least nine tenths of the change. *Convention*
means that the field or the house uses the number so. A simulation or a check that set or guards a number is named.
"""

from __future__ import annotations

# Intervals and replicates.
DRAWS, SEED = 200, 0
"""Poisson replicates of the bootstraps, and their seed. `tests/measure/gap/test_waterfall.py` generates pairs without a
change: with 200 draws no part is called in more than the stated 5 % of them, but for chance."""
Z_95 = 1.96
"""Standard errors on either side of a 95 % interval, rounded. Normal distribution."""
REPLICATE_GROUPS = 20
"""Groups of scores on either side of a threshold in a replicate. By hand."""
MAX_CELLS_AT_ONCE = 2_000_000
"""Cells times score bins of the replicates that are drawn together. Memory alone: no answer depends on it but for the
seed."""
MIN_SUPPORT = 30
"""Judged rows on either side below which a slice is marked. Convention of the house, as in `answers.slices`."""
TOLERANCE = 1e-9
"""Shares nearer than that are equal: rounding of sums of floats."""

# Cells: rows without a label, and cells with a handful of rows.
FINE_GROUPS, RATE_GROUPS, PSEUDO_ROWS = 50, 10, 5.0
"""Groups of scores that fill in labels, of all rows and of a cell, and rows by which a cell leans on all of them. By
hand."""
FEW_ROWS, LONE_TIMES = 10, 10
"""A cell with fewer rows says nothing where its share is that many times larger on the other side. By hand."""
RARE_SHARE = 0.005
"""Share of the rows of either side from which on a value has slices of its own; rarer ones are taken together. By
hand."""

# Columns: which can be compared, which explain, and of which the waterfall is made.
SIGNIFICANT = 0.01
"""Adjusted p-value below which the shares or the changes of a column's slices differ. By hand; stricter than the usual
0.05."""
LEAST_RELATION, MATTERS = 0.03, 0.001
"""Correlation with labels, decisions or errors, chance taken off, and p-value from which on a column matters. By hand:
a column that only counts (`counter` in ``tests/planted_scores.py``) stays out of the waterfall."""
LEAKS_FROM, LEAKS_BEYOND_SCORE, LEAK_GROUPS = 0.25, 1.5, 50
"""Share of the variance of labels that a column explains, and times what 50 groups of scores explain, beyond which it
is known only after the outcome. By hand: `arr_delay` of the flights is beyond them, `dep_delay` is not."""
LEAST_OVERLAP = 0.5
"""Share of production's rows with a counterpart below which it is not known what a column explains. By hand: most
rows."""
COUNTERPART_SHARE = 0.005
"""Share of the reference's judged rows, and at least `MIN_SUPPORT` rows, in a slice that is a counterpart. By hand."""
STILL_SHARE, STILL_CHANGE = 0.5, 0.5
"""Share of rows in slices that did not change, and part of the whole change that counts as none. By hand: at least
half."""
CANCELLED = 0.5
"""Of what slices differ in their change: a whole change smaller than that is one that cancels out over them. By
hand."""
LEAST_EFFECT = 0.1
"""Of the largest effect: a column that explains less is not chosen. By hand."""
MUCH_EMPTIED = 0.1
"""Of rows: a column that matters and is empty that much more or less often is looked at, if there is room, even where
its mix alone is not beyond chance: what its missing values do would else be called another part. By hand
(``two_emptied`` in `tests/answers/gap/test_gap.py`)."""
MAX_COLUMNS, LEAST_CELLS, MAX_CELLS, ROWS_PER_CELL = 3, 20.0, 400, 25
"""Columns that are crossed; cells that they may have, whatever the rows; judged rows of the smaller side in a cell. By
hand."""
MOST_SEPARATING_VALUES = 30
"""Frequent values of the one column that the waterfall is made of where none explains anything. By hand."""

# Rows without a counterpart.
TAILS = (0.005, 0.02, 0.05)
"""Ranks of the reference, at both ends, at which numbers are divided beside their tenths. By hand."""
ALONE_TIMES, RARE_BEFORE = 5.0, 0.02
"""Production is alone in a slice that holds so small a share of the reference and so many times that share of it. By
hand."""
LEADS = 0.5
"""Of the change: columns that explain as much are not displaced by one without a counterpart. By hand: half."""

# Accounts: whether the same score means the same, and what only followed another change.
SCALE_GROUPS, LEAST_GROUP_ROWS = 20, 5
"""Groups of production's scores, and effective rows of the reference in one. By hand."""
SAME_SCALE, OTHER_SCALE = 0.15, 0.5
"""Scale share up to which scores mean the same, and which its 95 % interval does not reach; 0 is the same score, 1 the
same rank. By hand."""
POWER_TIMES = 2
"""Squared move of scores, in its noise, below which scores do not tell which account fits. By hand."""
LEAST_GROUPS, MOST_GROUPS = 6, 30
"""Groups of scores that a cell is divided into. By hand."""
FIT_TIMES, APART_TIMES = 0.5, 2
"""Shares follow the base rate where that leaves less than so much of their distance, which is so many times that by
chance. By hand."""
GAINED, LEAST_MISSING, GAIN_ERRORS = 0.005, 0.01, 2
"""Share of rows that cells may gain, in excess of so many standard errors each, while missing values become more
frequent by at least so much, for these to be a selection of the values. By hand."""
SMOOTHING = 0.5
"""Rows added to each count of an odds ratio. Haldane (1956), Ann. Hum. Genet. 20:309-311; Anscombe (1956), Biometrika
43:461-464."""

# Inputs: distances, noise and what broke.
PSI_FLOOR = 1e-4
"""Shares count as at least that in the population stability index, which has logarithms. Convention."""
BINS, BAR_ENDS = 10, (0.01, 0.99)
"""Groups of numbers in distances and bars (PSI's convention: tenths), and ranks between which bars are drawn."""
MANY_VALUES = 24
"""Distinct numbers up to which each is a value of its own. Convention of the house, as of slices."""
CHANCE = 0.999
"""Many columns are looked at, so chance is what one sample of a thousand exceeds."""
MAX_ROWS = 50_000
"""Rows of a side whose columns are compared, about: beyond, seconds are too many. By hand."""
MIN_WEEK_ROWS, MIN_WEEKS, MAX_WEEKS = 50, 3, 12
"""Rows of a week and weeks of the reference that say how far apart it is by itself; weeks that are looked at. By
hand."""
MIN_ROWS_OF_WEEKDAYS = 200
"""Rows of the reference on production's weekdays from which on only these are compared. By hand."""
NEW_SHARE, NEW_ROWS = 0.001, 10
"""Share and rows of one side from which on a value that the other side does not have is named. By hand."""
SPIKE_SHARE, SPIKE_TIMES, TIMES_THE_NEXT = 0.03, 5.0, 3.0
"""A value spikes that gained this share, has so many times what it had, and so many times the next number's. By hand;
the default 0 and the word "Unknown" that are planted are found, columns without a fault are not."""
OUTSIDE_SHARE = 0.001
"""Share of production's numbers beyond the reference's range from which on it is told. By hand."""
UNIT_FACTORS = (10.0, 100.0, 1_000.0, 60.0, 3_600.0, 1_000_000.0)
"""Factors between units: powers of ten, and minutes and seconds."""
NEAR_FACTOR, LEAST_OF_UNIT = 0.12, 20
"""Logarithm by which a quartile may miss a factor, and numbers of either side. By hand: no factor of 1.3 or 2.2 is a
unit."""
FAHRENHEIT, FREEZING = 1.8, 32.0
"""Degrees Fahrenheit in one of Celsius, and those at which water freezes. Definition."""
NEAR_DEGREES, MOST_CELSIUS = 0.06, 60.0
"""Of the quartiles' distance, by which each may miss its degrees, and the largest quartile of weather. By hand; a plain
shift by 20 degrees is no change of unit."""

# All inputs together.
MIN_JOINT_ROWS, MAX_JOINT_ROWS = 200, 10_000
"""Rows of either side that a classifier learns from. By hand."""
FOLDS, MAX_CATEGORIES = 3, 60
"""Folds of the classifier, and most frequent values of a text that it tells apart. By hand."""
ITERATIONS, LEARNING_RATE, MAX_LEAVES, MIN_LEAF_ROWS, L2 = 40, 0.15, 15, 40, 1.0
"""Of the classifier: trees, step, leaves of a tree, rows of a leaf, and penalty. By hand."""
NO_COUNTERPART, LEAST_ODDS = 0.01, 1e-3
"""Odds of the reference at which a row of production is alone, and the smallest probability that a weight is divided
by. By hand."""
LEAST_EFFECTIVE_ROWS, MAX_ALONE = 100.0, 0.2
"""Kish's effective rows, and share of production's rows that are alone, within which the effect is conclusive. By
hand."""

# What is told.
LEAST_PART = 0.05
"""Of the change; a smaller part is not called, however narrow its interval. By hand."""
LEAST_EMPTIED = 0.01
"""Of rows: a column that is empty that much more or less often is named. By hand."""
MAX_NAMED = 3
"""Parts, columns, slices or faults that one sentence names. By hand: what can be read."""
MOST = 0.5
"""Of the change, beyond which a part is most of it. The word's meaning."""
TOLD = 0.05
"""Adjusted p-value below which a slice or a date is told. Convention."""
LEADING_SLICES = 2
"""Slices of all columns that an advice names. By hand."""
