"""The tables that pages and commands show, as finished rows."""
