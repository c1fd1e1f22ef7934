"""Does 0.8 mean 80 %, for whom, since when, and what would recalibration be worth?"""
