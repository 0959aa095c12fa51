"""How returns become figures, and how that is run.

Belongs here: the pure steps (``pipelines.steps``), storage, the Dagster wiring, the command line.
Does not belong here: what a form, an edit or a figure is (``schemas``), the assets themselves (``assets``).
"""

import os

ASKED_WHEN_LOADED = {
    # Arrow's own allocator keeps what is free: by it a refresh of a folder of 256 communes takes 720 MB instead of 602,
    # and is no quicker.
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    # numpy would start a thread for each core, to multiply matrices of floats, which nothing here does; they wait
    # busily at first, which takes a fifth of the time of a quick verb.
    "OPENBLAS_NUM_THREADS": "1",
}
"""What libraries ask the environment when they are loaded, and what they are told where it does not say."""

for _name, _value in ASKED_WHEN_LOADED.items():
    os.environ.setdefault(_name, _value)
