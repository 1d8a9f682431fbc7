"""One module for each verb: arguments in, a recipe called, its result shown."""
