"""The questions that pages and commands share: the engine is asked, the arithmetic done, one finished answer comes back."""
