"""A vehicle that follows a run that is not its own is recognised from its track."""
