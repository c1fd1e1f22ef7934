"""Where should the line be, and what is that worth?"""
