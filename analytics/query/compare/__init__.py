"""Pairs of answers to the same input: how they meet, and what is counted of them."""
