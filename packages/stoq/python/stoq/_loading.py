"""Makes a plugin object of a module."""

from __future__ import annotations

import importlib.util
import os
import sys
from types import ModuleType
from typing import Any

from . import plugins
from ._remote import new_maps

#: The method that a plugin of each kind has.
MAIN_METHODS = {
    "worker": "scan",
    "connector": "save",
    "reader": "read",
    "source": "ingest",
    "extractor": "extract",
    "carver": "carve",
    "decoder": "decode",
    "decorator": "decorate",
}


def load_plugin(start: dict[str, Any]) -> Any:
    """Imports, constructs and configures the plugin that stoQ has named."""
    module = _import(start["module"])
    plugin = _find_class(module, start["category"])()
    if start["category"] == "worker":
        vars(plugin).update(new_maps("self"))
    for key, value in start["attributes"].items():
        setattr(plugin, key, value)
    for key, value in start["options"].items():
        setattr(plugin, key, _typed(key, value))
    return plugin


def _import(path: str) -> ModuleType:
    # Last: a plugin named like a library must not hide it.
    sys.path.append(os.path.dirname(path))
    name = "stoq_plugin_" + os.path.splitext(os.path.basename(path))[0]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python module")
    module = importlib.util.module_from_spec(spec)
    # An example of the guide extends a class that it does not import.
    for kind in plugins.KINDS.values():
        setattr(module, kind.__name__, kind)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _find_class(module: ModuleType, category: str) -> type:
    """The first class, by name, that extends the class of the kind; else one of another kind with its method."""
    kind = plugins.KINDS[category]
    own = [
        value
        for _, value in sorted(vars(module).items())
        if isinstance(value, type)
        and issubclass(value, plugins.StoqPluginBase)
        and value.__module__ != plugins.__name__
    ]
    for value in own:
        if issubclass(value, kind):
            return value
    for value in own:
        if hasattr(value, MAIN_METHODS[category]):
            return value
    raise ImportError(f"no class extends {kind.__name__}")


def _typed(key: str, value: Any) -> Any:
    """What stoQ has not typed yet: 1 and 0 are booleans, as they were, where the name does not say otherwise."""
    if key.endswith("_tuple") and isinstance(value, list):
        return tuple(value)
    if value in ("0", "1") and not key.endswith(("_list", "_dict", "_int")):
        return value == "1"
    return value
