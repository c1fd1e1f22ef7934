"""Pure arithmetic on the score table: counts, metrics, intervals, curves, calibration and slices.

::

    intervals        estimates, intervals, differences, bootstrap: knows numbers only
    ├── comparisons  p-values of proportions and their adjustment
    │   └── discovery    the search for slices: a package of its own
    ├── leaks        columns that tell the label, which are no reasons
    └── counts       the confusion counts of slices
        ├── metrics      the registry: what every metric means and how it is computed
        └── bins         the judged rows of slices, bin by bin
            ├── curves       sweep, ROC, precision-recall, their areas
            ├── costs        the cost matrix, and the cost of every threshold
            │   └── operating    points, limits and capacity
            │       ├── certainty    bootstrap, indifference, savings judged on other rows
            │       └── slice_thresholds, human_band, sensitivity, policies
            └── calibration  Brier score, log loss, reliability, ECE
                ├── estimates    every metric with its interval, per slice
                │   ├── slices       each slice against the rest
                │   └── trend        the same over time
                ├── decomposition, cells, logistic   parts of the Brier score, cells put together anew, slope
                │   └── lines        slopes of many slices at once
                │       └── chance       what calibrated scores of this size would show
                │           ├── calibration_numbers  all of it, slice by slice
                │           └── misfits      slices that are off by another amount than the rest
                ├── side_cells       two sides in the same cells, labels that are not known yet filled in
                │   ├── hybrids      populations between two sides, and what a metric is in them
                │   │   └── waterfall    the change in parts that add up
                │   └── kitagawa     the same by slices of one column
                ├── distances, inputs, density   columns of two sides, one by one and together
                ├── breaks           when the level of calibration changed
                └── recalibration    maps from scores to probabilities
"""
