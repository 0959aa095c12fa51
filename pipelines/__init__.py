"""How returns become figures, and how that is run.

Belongs here: the pure steps (``pipelines.steps``), storage, the Dagster wiring, the command line.
Does not belong here: what a form, an edit or a figure is (``schemas``), the assets themselves (``assets``).
"""

import os

# Asked by Arrow when it is loaded. Its own allocator keeps what is free: by it a refresh of a folder of 256 communes
# takes 720 MB instead of 602, and is no quicker.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")

# Asked by numpy when it is loaded. It would start a thread for each core, to multiply matrices of floats, which nothing
# here does; they wait busily at first, which takes a fifth of the time of a quick verb.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
