"""Hostile files, each of which would leave a mark if one of its opcodes had its way."""

from __future__ import annotations

import io
import pickle
import pickletools
from collections.abc import Callable, Iterator
from pathlib import Path

import joblib
import numpy as np


class Reduces:
    """Pickles as a call of any callable with any arguments."""

    def __init__(self, function: Callable[..., object], *args: object) -> None:
        self.call = (function, args)

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.call


def op(name: str, *parts: bytes) -> bytes:
    """Assemble one opcode by its name in pickletools."""
    code = next(code.code for code in pickletools.opcodes if code.name == name)
    return code.encode("latin1") + b"".join(parts)


def text(value: str) -> bytes:
    """Push a string."""
    raw = value.encode()
    return op("BINUNICODE", len(raw).to_bytes(4, "little"), raw)


def by_stack(module: str, name: str) -> bytes:
    """Push a global by STACK_GLOBAL."""
    return text(module) + text(name) + op("STACK_GLOBAL")


def by_global(module: str, name: str) -> bytes:
    """Push a global by the GLOBAL opcode of protocol 0."""
    return op("GLOBAL", f"{module}\n{name}\n".encode())


def calling(pushed: bytes, *strings: str) -> bytes:
    """Call what was pushed with strings, and stop."""
    arguments = op("MARK") + b"".join(map(text, strings)) + op("TUPLE")
    return op("PROTO", b"\x04") + pushed + arguments + op("REDUCE") + op("STOP")


UNSAFE = (
    ("os", "system", "SHELL"),
    ("posix", "system", "SHELL"),
    ("subprocess", "getoutput", "SHELL"),
    ("builtins", "eval", "PYTHON"),
    ("builtins", "exec", "PYTHON"),
    ("builtins", "__import__", "antigravity"),
    ("builtins", "getattr", "os"),
    ("builtins", "open", "PATH"),
    ("builtins", "compile", "PYTHON"),
    ("runpy", "run_path", "PATH"),
    ("runpy", "_run_code", "PYTHON"),
    ("code", "interact", "PYTHON"),
    ("timeit", "timeit", "PYTHON"),
    ("cProfile", "run", "PYTHON"),
    ("pdb", "run", "PYTHON"),
    ("pickle", "loads", "x"),
    ("_pickle", "loads", "x"),
    ("marshal", "loads", "x"),
    ("types", "FunctionType", "x"),
    ("importlib", "import_module", "os"),
    ("ctypes", "CDLL", "libc.so.6"),
    ("socket", "create_connection", "x"),
    ("shutil", "rmtree", "PATH"),
    ("pathlib", "Path", "PATH"),
    ("webbrowser", "open", "x"),
    ("operator", "attrgetter", "x"),
    ("operator", "methodcaller", "x"),
    ("functools", "reduce", "x"),
    ("numpy", "load", "PATH"),
    ("numpy", "fromfile", "PATH"),
    ("numpy", "loadtxt", "PATH"),
    ("numpy", "memmap", "PATH"),
    ("numpy", "savetxt", "PATH"),
    ("numpy", "frompyfunc", "x"),
    ("numpy", "vectorize", "x"),
    ("numpy.f2py", "compile", "x"),
    ("numpy.f2py.crackfortran", "getlincoef", "PYTHON"),
    ("numpy.testing._private.utils", "runstring", "PYTHON"),
    ("numpy.lib.npyio", "load", "PATH"),
    ("joblib", "load", "PATH"),
    ("joblib.numpy_pickle", "load", "PATH"),
    ("joblib.numpy_pickle_compat", "NDArrayWrapper", "x"),
    ("joblib.memory", "Memory", "PATH"),
    ("pandas", "read_pickle", "PATH"),
    ("pandas", "eval", "PYTHON"),
    ("scipy.io", "loadmat", "PATH"),
    ("sklearn.datasets", "load_files", "PATH"),
    ("sklearn.datasets._base", "load_files", "PATH"),
    ("sklearn.datasets", "fetch_openml", "x"),
    ("sklearn.utils._testing", "assert_run_python_script_without_output", "PYTHON"),
    ("sklearn.utils._mocking", "CheckingClassifier", "x"),
    ("sklearn.externals._arff", "load", "x"),
    ("sklearn.utils", "check_array", "x"),
    ("sklearn.utils.parallel", "Parallel", "x"),
    ("sklearn.base", "clone", "x"),
    ("sklearn.linear_model._logistic", "np.load", "PATH"),
    ("sklearn.pipeline", "Pipeline.fit.__globals__", "x"),
    ("numpy", "random.seed", "x"),
    ("builtins", "object.__subclasses__", "x"),
    ("sklearn.linear_model._base", "np", "x"),
    ("copyreg", "add_extension", "x"),
    ("copyreg", "__newobj__", "x"),
    ("collections", "namedtuple", "x"),
    ("builtins", "map", "x"),
    ("builtins", "type", "x"),
    ("builtins", "vars", "x"),
    ("builtins", "setattr", "x"),
    ("builtins", "input", "x"),
    ("builtins", "breakpoint", "x"),
)
"""Globals with the argument they are called with; SHELL, PYTHON and PATH stand for one that creates the mark."""


def marking(mark: Path) -> Iterator[tuple[str, bytes, str]]:
    """Give (name, file, offending global) of files that would create `mark`."""
    creating = {"SHELL": f"touch {mark}", "PYTHON": f"open({str(mark)!r}, 'w')", "PATH": str(mark)}
    for module, name, word in UNSAFE:
        argument = creating.get(word, word)
        known = f"{module}.{name}"
        yield f"stack-{known}", calling(by_stack(module, name), argument), known
        yield f"global-{known}", calling(by_global(module, name), argument), known


def nested(mark: Path) -> Iterator[tuple[str, bytes]]:
    """Give (name, file) of joblib files with the payload deep inside: compressed, and in arrays of objects."""
    import os

    payload = Reduces(os.system, f"touch {mark}")
    holder = np.empty(2, dtype=object)
    holder[0] = payload
    for name, value in (("dict", {"model": [payload]}), ("array", {"model": holder}), ("deep", [[{1: holder}]])):
        for compress in (0, ("zlib", 3), ("gzip", 3), ("bz2", 3), ("lzma", 3), ("xz", 3)):
            buffer = io.BytesIO()
            joblib.dump(value, buffer, compress=compress)
            yield f"{name}-{compress}", buffer.getvalue()


def plain(mark: Path, protocol: int) -> bytes:
    """Give a pickle of os.system under any protocol."""
    import os

    return pickle.dumps(Reduces(os.system, f"touch {mark}"), protocol=protocol)
