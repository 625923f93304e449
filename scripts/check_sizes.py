"""Refuses Python files and functions that are too long to read in one go; run by `make check`.

Reads the files it is given and prints what is over; changes nothing.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

FILE_LINES_MAX = 300
TEST_FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 50


def python_files(arguments: list[str]) -> Iterator[Path]:
    """Give the files below the given paths; generated migrations are not for reading."""
    for argument in arguments:
        path = Path(argument)
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            if "versions" not in file.parts:
                yield file


def oversizes(file: Path) -> Iterator[str]:
    """Give a line for everything in a file that is over its bound."""
    text = file.read_text(encoding="utf-8")
    lines = text.count("\n")
    lines_max = TEST_FILE_LINES_MAX if "tests" in file.parts else FILE_LINES_MAX
    if lines > lines_max:
        yield f"{file}: {lines} lines, at most {lines_max}"
    for node in ast.walk(ast.parse(text, str(file))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            length = node.end_lineno - node.lineno + 1
            if length > FUNCTION_LINES_MAX:
                yield f"{file}:{node.lineno}: {node.name} has {length} lines, at most {FUNCTION_LINES_MAX}"


def main() -> int:
    """Print everything over its bound; gives 1 when there was any."""
    found = [line for file in python_files(sys.argv[1:]) for line in oversizes(file)]
    print("\n".join(found) or "All files and functions are within bounds.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
