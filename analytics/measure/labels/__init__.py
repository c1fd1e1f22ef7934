"""Labels that come late: whether they do, how fast they come by class, and what the rows without one will say."""
