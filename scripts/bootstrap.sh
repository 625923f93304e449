#!/usr/bin/env bash
# Finds the two toolchains that everything else is built with, or says what to install. Called by the Makefile.
#   scripts/bootstrap.sh python   prints the path of a Python >= 3.11
#   scripts/bootstrap.sh node     checks that Node >= 20 and npm answer
# Installs nothing and changes nothing.
set -euo pipefail

fail() {
    printf '\n%s\n\n' "$1" >&2
    exit 1
}

find_python() {
    local name
    for name in python3.11 python3 python3.12 python3.13; do
        # A name may be a version manager's shim for a Python that is not there: only running it tells.
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            "$name" -c 'import ensurepip, venv' 2>/dev/null ||
                fail "$name cannot make a virtual environment. On Debian or Ubuntu: apt-get install python3-venv"
            command -v "$name"
            return
        fi
    done
    fail "Modelport needs Python 3.11 or newer, and none was found.
Debian or Ubuntu: apt-get install python3 python3-venv    macOS: brew install python@3.11"
}

check_node() {
    local version
    version=$(node --version 2>/dev/null) || fail "Modelport's web application is built with Node 20 or newer, and none was found.
See https://nodejs.org/en/download"
    local major=${version#v}
    [ "${major%%.*}" -ge 20 ] || fail "Modelport's web application is built with Node 20 or newer; this is Node $version."
    npm --version >/dev/null 2>&1 || fail "Node is here and npm is not. Install npm, which normally comes with Node."
}

case "${1:-}" in
    python) find_python ;;
    node) check_node ;;
    *) fail "Usage: $0 python|node" ;;
esac
