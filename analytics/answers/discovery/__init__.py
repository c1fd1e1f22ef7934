"""Which slices fail, and which of them are real?"""
