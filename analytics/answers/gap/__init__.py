"""Why is production worse than the reference, and which part is whose?"""
