"""Cases: what Busline cannot answer becomes one, with a reference, an owner and a history."""
