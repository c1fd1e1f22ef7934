"""Slicewise's library: from a log to a decision, without a browser.

Data flows one way: ``log`` reads what comes in, ``query`` asks it, ``measure`` is pure arithmetic, ``present`` is what goes
out, and ``answers`` strings the four together for the pages and for the command line.
"""
