"""The steps of the workflows that take more than one command: typed, tested, and runnable by hand."""
