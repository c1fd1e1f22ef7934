"""The search for slices that fail: found on one part of the rows, confirmed on the other.

::

    cube            cells with the sums of an objective
    ├── lattice     every conjunction above a minimum support
    ├── skewness    means that few rows carry
    ├── evidence    how far slices stand out, and the intervals and tests of those that are reported
    │   ├── grouping      few and different slices out of many
    │   ├── confirmation  what the held-back part says of them
    │   └── noise         how far the worst slice stands out when nothing is real
    ├── contribution  what each predicate of a slice adds
    └── tree        the same cells cut by a decision tree
"""
