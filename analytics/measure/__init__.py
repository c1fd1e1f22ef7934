"""Pure arithmetic on the score table: counts, metrics, intervals, curves and slices, and a folder per question.

::

    intervals        estimates, intervals, differences, bootstrap: knows numbers only
    ├── comparisons  p-values of proportions and their adjustment
    ├── leaks        columns that tell the label, which are no reasons
    ├── review       what verdicts say together
    └── counts       the confusion counts of slices
        ├── metrics      the registry: what every metric means and how it is computed
        └── score_bins   the judged rows of slices, bin by bin
            ├── curves       sweep, ROC, precision-recall, their areas
            └── reliability  Brier score, log loss, reliability, ECE
                └── estimates    every metric with its interval, per slice
                    ├── slices       each slice against the rest
                    └── overview     the same over time

    calibration/     slope, parts of the Brier score, what chance would show, slices that are off, breaks, maps of scores
    thresholds/      the cost of every threshold, operating points, certainty, sensitivity, thresholds by slice, the human band
    discovery/       the search for slices: cube, lattice, evidence, groups, noise, confirmation, tree
    gap/             two sides in the same cells, the change in parts that add up, and what came in on both
"""
