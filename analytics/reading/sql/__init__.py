"""The database of the reading process, and what roles mean in SQL.

Names and values of a file never reach a statement: columns are ``c0, c1, …`` by position and values travel as parameters.
"""
