"""Reading a file into a DuckDB table and building a log from it: the only raw SQL outside ``query.engine``.

Names from a file never reach a statement: columns are ``c0, c1, …`` by position and values travel as parameters.
"""
