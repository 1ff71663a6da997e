"""Loaded before all the tests: what shares a calculation out between cores does so on one.

The tests already take all the cores, each its own. Sharing further the small systems that Vigie solves makes
the cores wait for one another: half of what the tests of the pages took. A server started by a test
inherits it.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
