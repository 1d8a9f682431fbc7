"""Labels that may be wrong: how many, which, classes that may be one, and how much of it is found."""
