"""The constructors an artefact may call, each with its arguments checked.

Called by the unpickler for every REDUCE. Several of the originals are safe for honest files only: numpy's
`_reconstruct` hands out uninitialised memory of this process, a forged dtype turns bytes into pointers, `Tree` trusts
its lengths. A replacement accepts what the library itself writes, and raises UnsafeRebuild for everything else.
"""

from __future__ import annotations

import collections
import copyreg
import functools
import re
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any, Final

import numpy as np

from backend.engine.foreign import Array, Foreign
from backend.engine.serving import allowlist

_DTYPE_NAME: Final = re.compile(r"[<>=|]?(?:[biufcSUVO]\d*|\?)")
_ALIGNED_STRUCT: Final = 0x80  # NPY_ALIGNED_STRUCT in numpy/ndarraytypes.h


class UnsafeRebuild(Exception):
    """An admitted constructor was called with arguments the library never writes."""


def constructors() -> Mapping[tuple[str, str], Callable[..., Any]]:
    """Give the replacement of each built global, by module and name."""
    return _constructors()


def numeric_constructor(cls: object) -> Callable[..., Any] | None:
    """Give the constructor of a compiled loss, which takes numbers alone; None for everything else."""
    family = allowlist.resolve("sklearn._loss._loss", "CyLossFunction")
    if not isinstance(cls, type) or not isinstance(family, type) or not issubclass(cls, family):
        return None

    def make(*numbers: object) -> object:
        if not all(isinstance(number, int | float) for number in numbers):
            raise UnsafeRebuild(f"{cls.__name__} of something else than numbers")
        return cls(*numbers)

    return make


def check_dtype_state(dtype: np.dtype[Any], state: object) -> None:
    """Refuse a dtype state that numpy's public constructor would not have produced for the same layout.

    `dtype.__setstate__` believes the item size, the offsets and the "holds objects" flag it is given.
    """
    if not isinstance(state, tuple) or len(state) != 8 or state[0] != 3:
        raise UnsafeRebuild("a dtype with metadata")
    try:
        expected = _dtype_of(dtype, *state[1:])
        written: Foreign = expected.__reduce__()[2]
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise UnsafeRebuild("a malformed dtype") from error
    # numpy 1 wrote alignment 1 or the natural one for packed records: only the layout and the flags matter.
    if written[1:6] != state[1:6] or (written[7] | _ALIGNED_STRUCT) != (state[7] | _ALIGNED_STRUCT):
        raise UnsafeRebuild("an inconsistent dtype")


def _dtype_of(dtype: np.dtype[Any], order: Foreign, subarray: Foreign, *layout: Foreign) -> np.dtype[Any]:
    names, fields, itemsize, _, flags = layout
    if subarray is not None:
        return np.dtype((subarray[0], subarray[1]))
    if fields is None and names is None:
        return dtype.newbyteorder("=" if order == "|" else order)
    parts = [fields[name] for name in names]
    formats, offsets = [part[0] for part in parts], [part[1] for part in parts]
    described: Foreign = {"names": list(names), "formats": formats, "offsets": offsets, "itemsize": itemsize}
    return np.dtype(described, align=bool(flags & _ALIGNED_STRUCT))


def _encode(text: str, encoding: str = "latin1") -> bytes:
    if type(text) is not str or encoding not in {"latin1", "latin-1"}:
        raise UnsafeRebuild("_codecs.encode other than latin1")
    return text.encode("latin1")


def _no_bytes(*args: object) -> bytes:
    if args:  # protocols 0 to 2 write the empty value as a call, and every other one through _codecs.encode
        raise UnsafeRebuild("bytes of something")
    return b""


def _reconstructor(cls: Foreign, base: Foreign, state: object) -> object:
    if base not in {object, dict, list, set, tuple} or not isinstance(cls, type) or not issubclass(cls, base):
        raise UnsafeRebuild("copyreg._reconstructor with an unusual base")
    if not is_plain_class(cls):
        raise UnsafeRebuild(f"copyreg._reconstructor of {cls.__name__}")
    return copyreg._reconstructor(cls, base, state)  # type: ignore[attr-defined] # noqa: SLF001 - the original


def is_plain_class(cls: type) -> bool:
    """Tell whether a bare instance is made by Python itself, without compiled code that expects to be set up."""
    maker: object = cls.__new__
    return isinstance(maker, FunctionType) or maker in {object.__new__, dict.__new__}


def _dtype(name: object, align: object = False, copy: object = True) -> np.dtype[Any]:  # noqa: ARG001, FBT002
    if type(name) is not str or _DTYPE_NAME.fullmatch(name) is None:
        raise UnsafeRebuild("numpy.dtype of something else than a plain type name")
    # Always a fresh object: the state that follows must not reach numpy's shared float64.
    return np.dtype(name, bool(align), copy=True)


def _empty_array(subtype: Foreign, shape: object, _code: object) -> Array:
    # The shape is always (0,) in honest files; any other would show this process's memory.
    if subtype not in {np.ndarray, np.matrix, np.ma.MaskedArray} or shape not in {(0,), 0}:
        raise UnsafeRebuild("numpy._reconstruct of a non-empty array")
    rebuilt: Array = np.ndarray.__new__(subtype, (0,), np.int8)
    return rebuilt


def _empty_masked(subtype: object, baseclass: object, shape: object, _code: object) -> object:
    if subtype is not np.ma.MaskedArray or baseclass is not np.ndarray or shape not in {(0,), 0}:
        raise UnsafeRebuild("numpy.ma._mareconstruct of a non-empty array")
    return np.ma.MaskedArray(np.zeros(0, dtype=np.int8), mask=np.zeros(0, dtype=bool))


def _array_from_buffer(buffer: object, dtype: object, shape: object, order: object = "C") -> object:
    if not isinstance(buffer, bytes | bytearray) or not isinstance(dtype, np.dtype) or order not in {"C", "F"}:
        raise UnsafeRebuild("numpy._frombuffer of something else than bytes")
    flat: Foreign = np.frombuffer(buffer, dtype=dtype)
    return flat.reshape(shape, order=order)


def _scalar(dtype: object, raw: object = None) -> object:
    if not isinstance(dtype, np.dtype) or dtype.hasobject or not isinstance(raw, bytes):
        raise UnsafeRebuild("numpy.scalar of something else than bytes")
    if len(raw) != dtype.itemsize or not len(raw):
        raise UnsafeRebuild("numpy.scalar of the wrong length")
    return np.frombuffer(raw, dtype=dtype)[0]


def _collection(maker: Callable[..., object]) -> Callable[..., object]:
    """Let a container be made from what the file already holds, never from a number of elements."""

    def make(*args: object) -> object:
        if any(isinstance(argument, int) for argument in args):
            raise UnsafeRebuild(f"{maker.__name__} of a given length")
        return maker(*args)

    return make


def _default_dict(factory: object = None, *rest: object) -> collections.defaultdict[Any, Any]:
    if factory not in {None, int, float, list, dict, set, str, bool, tuple}:
        raise UnsafeRebuild("a defaultdict with an unusual factory")
    return collections.defaultdict(factory, *rest)


def _partial(function: Foreign, *args: object) -> object:
    if args or not allowlist.is_numeric_function(function):
        raise UnsafeRebuild("functools.partial of something else than an array function")
    return functools.partial(function)


def _bit_generator(kind: object = "MT19937") -> object:
    named = kind if isinstance(kind, str) else getattr(kind, "__name__", "")
    if named not in {"MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"}:
        raise UnsafeRebuild("an unknown bit generator")
    return getattr(np.random, named)(0)


def _random_owner(owner: Callable[..., object]) -> Callable[..., object]:
    def make(generator: object = "MT19937", _maker: object = None) -> object:
        made = generator if isinstance(generator, np.random.BitGenerator) else _bit_generator(generator)
        return owner(made)

    return make


def _seed_sequence(cls: object, checksum: object, state: object) -> object:
    if cls is not np.random.SeedSequence or not isinstance(checksum, int):
        raise UnsafeRebuild("a SeedSequence of another class")
    original: Any = allowlist.resolve("numpy.random.bit_generator", "__pyx_unpickle_SeedSequence")
    return original(cls, checksum, state)


def _multinomial_loss(cls: object, checksum: object, state: object = ()) -> object:
    known = allowlist.resolve("sklearn._loss._loss", "CyHalfMultinomialLoss")
    if cls is not known or not isinstance(checksum, int) or state not in {(), None}:
        raise UnsafeRebuild("a CyHalfMultinomialLoss of another class")
    return cls()  # type: ignore[operator]  # it holds nothing, so its own pickle sets nothing


def _bare(family: tuple[str, str]) -> Callable[[Foreign], object]:
    def make(cls: Foreign) -> object:
        known = allowlist.resolve(*family)
        if not isinstance(known, type) or not isinstance(cls, type) or not issubclass(cls, known):
            raise UnsafeRebuild(f"newObj of something else than {family[1]}")
        return cls.__new__(cls)

    return make


def _bare_search_tree(cls: Foreign) -> object:
    if getattr(cls, "__module__", "") not in {"sklearn.neighbors._kd_tree", "sklearn.neighbors._ball_tree"}:
        raise UnsafeRebuild("newObj of something else than a search tree")
    return cls.__new__(cls)


def _tree(features: object, classes: object, outputs: object) -> object:
    whole = isinstance(features, int) and isinstance(outputs, int) and min(features, outputs) > 0
    if not whole or not isinstance(classes, np.ndarray) or classes.dtype != np.intp or classes.shape != (outputs,):
        raise UnsafeRebuild("a Tree whose lengths contradict each other")
    if classes.size and int(classes.min()) < 1:
        raise UnsafeRebuild("a Tree without classes")
    original: Any = allowlist.resolve("sklearn.tree._tree", "Tree")
    return original(features, np.ascontiguousarray(classes), outputs)


def _only_for_fitting(*_args: object, **_keywords: object) -> object:
    # Stands for compiled code that a fitted model keeps and never calls, and that trusts the sizes it is given.
    raise UnsafeRebuild("code that only fitting needs")


@functools.cache
def _constructors() -> Mapping[tuple[str, str], Callable[..., Any]]:
    return {
        ("_codecs", "encode"): _encode,
        ("builtins", "bytearray"): _collection(bytearray),
        ("builtins", "bytes"): _no_bytes,
        ("builtins", "complex"): complex,
        ("builtins", "frozenset"): _collection(frozenset),
        ("builtins", "range"): range,
        ("builtins", "set"): _collection(set),
        ("builtins", "slice"): slice,
        ("collections", "OrderedDict"): _collection(collections.OrderedDict),
        ("collections", "defaultdict"): _default_dict,
        ("copyreg", "_reconstructor"): _reconstructor,
        ("functools", "partial"): _partial,
        ("numpy", "dtype"): _dtype,
        ("numpy._core.multiarray", "_reconstruct"): _empty_array,
        ("numpy._core.multiarray", "scalar"): _scalar,
        ("numpy._core.numeric", "_frombuffer"): _array_from_buffer,
        ("numpy.ma.core", "_mareconstruct"): _empty_masked,
        ("numpy.random._pickle", "__bit_generator_ctor"): _bit_generator,
        ("numpy.random._pickle", "__generator_ctor"): _random_owner(np.random.Generator),
        ("numpy.random._pickle", "__randomstate_ctor"): _random_owner(np.random.RandomState),
        ("numpy.random.bit_generator", "__pyx_unpickle_SeedSequence"): _seed_sequence,
        ("sklearn._loss._loss", "__pyx_unpickle_CyHalfMultinomialLoss"): _multinomial_loss,
        ("sklearn.cluster._kmeans", "_kmeans_single_elkan"): _only_for_fitting,
        ("sklearn.cluster._kmeans", "_kmeans_single_lloyd"): _only_for_fitting,
        ("sklearn.metrics._dist_metrics", "newObj"): _bare(("sklearn.metrics._dist_metrics", "DistanceMetric")),
        ("sklearn.neighbors._ball_tree", "newObj"): _bare_search_tree,
        ("sklearn.neighbors._kd_tree", "newObj"): _bare_search_tree,
        ("sklearn.tree._tree", "Tree"): _tree,
    }
