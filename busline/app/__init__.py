"""The composition root: the only place that knows all four packages, and introduces them by handing functions over.

`service` runs Busline; `demo` and `replay` run the same service on a simulated and on a recorded district; `loads`
brings in plans and rosters. The command line (`busline/__main__.py`) is the only caller.
"""
