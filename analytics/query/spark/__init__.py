"""Logs that stay where Spark reads them: the session, the rows with their roles, and what a log of them is."""
