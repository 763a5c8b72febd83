"""A school district that does not exist, and moves.

    terrain -> city -> routes -> blocks        the same on every day of a seed
    mishaps + traffic -> truth -> reports      one day: what happened, and what the boxes said of it
    riders, roster                             who waits where, and which phones may ask
    staging -> district                        the day of a demonstration; what everybody else uses

Its traffic is not the model by which Busline predicts: here streets, lights, jams,
drivers and children make a bus late.
"""
