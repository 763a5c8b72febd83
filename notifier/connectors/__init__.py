"""Ways to where departments work: e-mail, Zammad, and a signed webhook. Each is a `busline.cases.parcel.Connector`."""
