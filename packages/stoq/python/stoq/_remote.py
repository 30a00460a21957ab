"""Plugins that run elsewhere, in TypeScript or in a Python process of their own, as objects."""

from __future__ import annotations

from typing import Any, Callable

from . import _channel

#: What can be called on a plugin of each kind.
_METHODS = {
    "worker": ("scan", "start"),
    "connector": ("save", "get_file", "connect", "disconnect"),
    "reader": ("read",),
    "source": ("publish", "publish_connect", "publish_release"),
    "extractor": ("extract",),
    "carver": ("carve",),
    "decoder": ("decode",),
    "decorator": ("decorate",),
}
_OPENERS = ("extract", "carve", "decode")
#: Names of what may follow the payload without a name.
_POSITIONS = {"publish": ("key", "err"), "save": ("archive",)}


class RemotePlugin:
    """Another plugin. Its methods are called with (payload, **keywords); its options are attributes."""

    def __init__(self, ref: Any, category: str, name: str) -> None:
        vars(self).update(_ref=ref, category=category, name=name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in _METHODS[self.category]:
            return self._method(name)
        answer = _channel.current.ask("get_attribute", self._ref, name)
        if not answer["found"]:
            raise AttributeError(f"{self.category}:{self.name} has no attribute {name!r}")
        return answer["value"]

    def __setattr__(self, name: str, value: Any) -> None:
        _channel.current.ask("set_attribute", self._ref, name, value)

    def _method(self, method: str) -> Callable[..., Any]:
        names = _POSITIONS.get(method, ())

        def call(payload: Any = None, *more: Any, **kwargs: Any) -> Any:
            if len(more) > len(names):
                raise TypeError(f"{method} takes the payload and keywords")
            kwargs.update(zip(names, more))
            if method == "start":
                return _channel.current.ask("start", self._ref, payload, kwargs)
            found = _channel.current.ask("invoke", self._ref, method, payload, kwargs)
            if method in _OPENERS and found is not None:
                return [(meta, content) for meta, content in found]
            return found

        return call


class PrimaryWorker(RemotePlugin):
    """The worker of the run, where it is not this plugin itself."""

    def __init__(self) -> None:
        super().__init__("primary", "worker", "")
        del vars(self)["name"]
        vars(self).update(new_maps("primary"))

    def multiprocess_put(self, **message: Any) -> None:
        """Hands a message to the scanners; waits while `max_queue` messages wait."""
        _channel.current.ask("put", message)

    def put_and_wait(self, **message: Any) -> Any:
        """As multiprocess_put, and waits until the message needs no more care."""
        return _channel.current.ask("put_and_wait", message)

    def __getattr__(self, name: str) -> Any:
        category = name[len("load_") :]
        if name.startswith("load_") and category in _METHODS:
            return lambda plugin: bool(vars(self)[category + "s"][plugin])
        return super().__getattr__(name)


class Loaded(dict[str, Any]):
    """The plugins of one kind that a worker has loaded, by name; what another has loaded for it is found as well."""

    def __init__(self, owner: str, category: str) -> None:
        super().__init__()
        self._owner = owner
        self._category = category

    def __missing__(self, name: str) -> Any:
        self[name] = loaded_plugin(self._owner, self._category, name)
        return self[name]


def new_maps(owner: str) -> dict[str, Loaded]:
    """Empty maps for every kind, as workers have them."""
    return {category + "s": Loaded(owner, category) for category in _METHODS}


def loaded_plugin(owner: str, category: str, name: str) -> RemotePlugin:
    """Has stoQ load a plugin, once, for a worker ("self", "primary") or for nobody ("stoq")."""
    answer = _channel.current.ask("load", owner, category, name)
    return RemotePlugin(answer["ref"], category, answer["name"])
