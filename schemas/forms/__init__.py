"""The forms reporters fill in: one module per form, found by being in this folder.

Belongs here: forms, and the list of them. Does not belong here: the base classes (``schemas.form``).
"""

from importlib import import_module
from pkgutil import iter_modules

from schemas.form import Form


def _declared() -> tuple[type[Form], ...]:
    found: dict[str, type[Form]] = {}
    for module in iter_modules(__path__):
        for item in vars(import_module(f"{__name__}.{module.name}")).values():
            if isinstance(item, type) and issubclass(item, Form) and "code" in item.__dict__:
                known = found.setdefault(item.code, item)
                if known is not item:
                    raise ValueError(f"Forms {known.__name__} and {item.__name__} have the same code {item.code}.")
    return tuple(found[code] for code in sorted(found))


FORMS: tuple[type[Form], ...] = _declared()
"""Every form, in the order of its code."""

BY_CODE: dict[str, type[Form]] = {form.code: form for form in FORMS}
