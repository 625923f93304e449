"""The pickle machine with every acting opcode under control.

Used by `unpickling` alone. Never imports what the allow-list does not admit, never calls what a stream names without
checking its arguments, and never changes an object that existed before the stream was read.
"""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, ClassVar, Final

import numpy as np

from backend.engine.foreign import Array, Foreign
from backend.engine.serving import allowlist, integrity
from backend.engine.serving.rebuild import check_dtype_state, constructors, is_plain_class, numeric_constructor

_READ_BYTES: Final = 1 << 24
_HEADER: Final = ("joblib.numpy_pickle", "NumpyArrayWrapper")


# joblib's streams interleave arrays with opcodes, which only the Python version of the machine can follow.
_PythonUnpickler: Foreign = pickle._Unpickler  # noqa: SLF001


class Refusal(Exception):
    """The stream does something no honest file does; the text says what."""


class UnknownGlobal(Exception):
    """The stream names a global that is not admitted."""


class ArrayHeader:
    """Stands where joblib writes a NumpyArrayWrapper: the array's bytes follow it in the file."""

    shape: tuple[int, ...]
    order: str
    dtype: np.dtype[Any]
    numpy_array_alignment_bytes: int | None = None


class Machine(_PythonUnpickler):  # type: ignore[misc]
    """The pickle machine with every acting opcode under control."""

    dispatch: ClassVar[dict[int, Callable[[Any], None]]] = dict(_PythonUnpickler.dispatch)

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self.stream = file
        self.builders: dict[int, Callable[..., Any]] = {}
        self.handed_out: dict[int, object] = {}
        self.watched: list[object] = []
        self.states_set: dict[int, object] = {}
        self.versions: set[str] = set()

    def find_class(self, module: str, name: str) -> Foreign:
        """Give the admitted global, or the checked replacement of an admitted constructor."""
        module = allowlist.canonical(module)
        found = allowlist.resolve(module, name)
        if found is None:
            raise UnknownGlobal(f"{module}.{name}")
        if (module, name) == _HEADER:
            found = ArrayHeader
        builder = constructors().get((module, name)) or numeric_constructor(found)
        if builder is not None and not isinstance(found, type):
            found = builder
        if builder is not None:
            self.builders[id(found)] = builder
        self.handed_out[id(found)] = found
        return found

    def persistent_load(self, _pid: object) -> Foreign:
        """Refuse: a persistent id asks the reader for an object from elsewhere."""
        raise Refusal("it refers to objects outside the file")

    def get_extension(self, code: int) -> None:
        """Refuse: the extension registry hands out globals without asking find_class twice."""
        raise Refusal(f"it uses extension code {code}")

    def load_reduce(self) -> None:
        """Call only a constructor that this stream obtained by name and that has a checked replacement."""
        args = self.stack.pop()
        build = self.builders.get(id(self.stack[-1]))
        if build is None or type(args) is not tuple:
            raise Refusal(f"it calls {name_of(self.stack[-1])}, which only honest code may")
        self.stack[-1] = self.watch(build(*args))

    def load_newobj(self) -> None:
        """Make a bare instance of an admitted Python class."""
        args = self.stack.pop()
        self.stack.append(self.watch(self.bare_instance(self.stack.pop(), args, {})))

    def load_newobj_ex(self) -> None:
        """Make a bare instance of an admitted Python class, with keywords."""
        keywords, args = self.stack.pop(), self.stack.pop()
        self.stack.append(self.watch(self.bare_instance(self.stack.pop(), args, keywords)))

    def bare_instance(self, cls: Foreign, args: Foreign, keywords: Foreign) -> object:
        """Give `cls.__new__(cls, ...)` where cls came from find_class and is not compiled."""
        if id(cls) not in self.handed_out or not isinstance(cls, type) or not is_plain_class(cls):
            raise Refusal(f"it makes a bare {name_of(cls)}")
        return cls.__new__(cls, *args, **keywords)

    def _instantiate(self, klass: Foreign, args: Foreign) -> None:
        self.append(self.watch(self.bare_instance(klass, (), {}) if not args else self.reduce_with(klass, args)))

    def reduce_with(self, klass: Foreign, args: Sequence[object]) -> object:
        """Apply protocol 0's INST and OBJ, which call a class with arguments."""
        build = self.builders.get(id(klass))
        if build is None:
            raise Refusal(f"it calls {name_of(klass)}, which only honest code may")
        return build(*args)

    def load_build(self) -> None:
        """Set the state of an instance this stream made; then swap joblib's array headers for their arrays."""
        state, instance = self.stack[-1], self.stack[-2]
        self.admit_state(instance, state)
        super().load_build()
        if isinstance(instance, ArrayHeader):
            self.stack[-1] = self.read_array(instance)

    def admit_state(self, instance: object, state: object) -> None:
        """Refuse a state for a shared object, a second state, and a dtype state that would mislead numpy."""
        if id(instance) in self.handed_out:
            raise Refusal(f"it changes {name_of(instance)} itself")
        # A second state would free an array's memory under whoever already looks at it.
        if id(instance) in self.states_set or (isinstance(instance, np.ndarray) and instance.size):
            raise Refusal(f"it sets the state of a {name_of(type(instance))} twice")
        self.states_set[id(instance)] = instance
        if isinstance(instance, np.dtype):
            check_dtype_state(instance, state)
        if isinstance(state, dict) and isinstance(version := state.get("_sklearn_version"), str):
            self.versions.add(version)

    def load_appends(self) -> None:
        """Extend a list."""
        items = self.pop_mark()
        list.extend(self.container(list), items)

    def load_append(self) -> None:
        """Append to a list."""
        value = self.stack.pop()
        list.append(self.container(list), value)

    def load_setitems(self) -> None:
        """Fill a dictionary."""
        items = self.pop_mark()
        target = self.container(dict)
        for key, value in zip(items[::2], items[1::2], strict=True):
            target[key] = value

    def load_setitem(self) -> None:
        """Set one item of a dictionary."""
        value, key = self.stack.pop(), self.stack.pop()
        self.container(dict)[key] = value

    def load_additems(self) -> None:
        """Fill a set."""
        items = self.pop_mark()
        set.update(self.container(set), items)

    def container(self, kind: type) -> Foreign:
        """Give the top of the stack when it is a built-in container, so that no method of another object runs."""
        if not isinstance(self.stack[-1], kind):
            raise Refusal(f"it fills a {name_of(type(self.stack[-1]))} as if it were a {kind.__name__}")
        return self.stack[-1]

    def watch(self, made: object) -> Foreign:
        """Remember an instance whose state must be checked once the whole file is read."""
        if integrity.needs_check(made):
            self.watched.append(made)
        return made

    def read_array(self, header: ArrayHeader) -> Array:
        """Read the array whose bytes follow its header; arrays of objects are pickles and go through this class too."""
        dtype: Foreign = header.dtype
        shape = header.shape
        if not isinstance(dtype, np.dtype) or not all(type(length) is int and length >= 0 for length in shape):
            raise Refusal("it holds a malformed array header")
        if dtype.hasobject:
            return self.read_nested()
        if header.numpy_array_alignment_bytes is not None:
            self.stream.read(self.stream.read(1)[0])
        array = read_exactly(self.stream, dtype, math.prod(shape))
        ordered = array.reshape(shape[::-1]).transpose() if header.order == "F" else array.reshape(shape)
        return ordered if dtype.isnative else ordered.astype(dtype.newbyteorder("="))

    def read_nested(self) -> Array:
        """Read an array of objects with a machine of the same kind, which shares this one's bookkeeping."""
        inner = type(self)(self.stream)
        array = inner.load()
        self.watched += inner.watched
        self.versions |= inner.versions
        if not isinstance(array, np.ndarray):
            raise Refusal("it holds something else where an array belongs")
        return array


def override(cls: type[Machine]) -> None:
    """Enter a class's own methods in its table: the base class dispatches by opcode, not by name."""
    for opcode, name in {
        pickle.REDUCE: "load_reduce",
        pickle.NEWOBJ: "load_newobj",
        pickle.NEWOBJ_EX: "load_newobj_ex",
        pickle.BUILD: "load_build",
        pickle.APPEND: "load_append",
        pickle.APPENDS: "load_appends",
        pickle.SETITEM: "load_setitem",
        pickle.SETITEMS: "load_setitems",
        pickle.ADDITEMS: "load_additems",
    }.items():
        cls.dispatch[opcode[0]] = getattr(cls, name)


override(Machine)


def read_exactly(stream: BinaryIO, dtype: np.dtype[Any], count: int) -> Array:
    """Read `count` elements in slices; a stream that ends early is an error, so no memory is shown unwritten."""
    raw = np.empty(count * dtype.itemsize, dtype=np.uint8)
    position = 0
    while position < raw.size:
        chunk = stream.read(min(_READ_BYTES, raw.size - position))
        if not chunk:
            raise EOFError
        raw[position : position + len(chunk)] = np.frombuffer(chunk, dtype=np.uint8)
        position += len(chunk)
    return raw.view(dtype) if raw.size else np.zeros(count, dtype=dtype)


def name_of(thing: object) -> str:
    """Give a thing's dotted name for a refusal, without calling any of its own code."""
    kind = thing if isinstance(thing, type) else getattr(thing, "__qualname__", None)
    if isinstance(kind, type):
        return f"{kind.__module__}.{kind.__qualname__}"
    return kind if isinstance(kind, str) else f"an instance of {type(thing).__qualname__}"
