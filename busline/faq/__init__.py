"""Questions that are not about where a bus is: prepared answers, found by their words and never made up."""
