#!/bin/sh
# Make .venv and node_modules what the requirement files say. Usage: environment.sh run|dev
# Quick when nothing changed: each part leaves a stamp named after the files that it was made from.
set -eu
cd "$(dirname "$0")/../.."
want="${1:?run or dev}"

digest() { cat "$@" | cksum | tr -s ' \t' '-'; }
say() { printf '%s\n' "$*" >&2; }

# A shim on the PATH may name a version that is not there, so each candidate is run, not only found.
find_python() {
    for candidate in "${PYTHON:-}" python3.13 python3.12 python3.11 python3 python; do
        [ -n "$candidate" ] || continue
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    say "Python 3.11 or newer is needed and was not found (tried PYTHON, python3.13, 3.12, 3.11, python3)."
    say "Get it from https://www.python.org/downloads/, or: brew install python@3.13, apt install python3 python3-venv,"
    say "uv python install 3.13. Then run the same command again, or name it: make <target> PYTHON=/path/to/python3"
    exit 1
}

make_venv() {
    python="$(find_python)"
    say "Making .venv with $("$python" --version)"
    rm -rf .venv
    if ! "$python" -m venv .venv >.venv.log 2>&1; then
        cat .venv.log >&2
        rm -rf .venv .venv.log
        say "\`$python -m venv\` does not work. On Debian and Ubuntu: apt install python3-venv"
        exit 1
    fi
    rm -f .venv.log
}

if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
    make_venv
fi

run_stamp=".venv/.tidegate-run-$(digest requirements/bootstrap.txt requirements/run.txt pyproject.toml)"
dev_stamp=".venv/.tidegate-dev-$(digest requirements/bootstrap.txt requirements/run.txt requirements/dev.txt pyproject.toml)"
case "$want" in
    run) [ -e "$run_stamp" ] || [ -e "$dev_stamp" ] || missing="$run_stamp" ;;
    dev) [ -e "$dev_stamp" ] || missing="$dev_stamp" ;;
    *) say "run or dev, not $want"; exit 2 ;;
esac
if [ -n "${missing:-}" ]; then
    say "Installing requirements/$want.txt into .venv (about a minute the first time)"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
    .venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes -r "requirements/$want.txt"
    .venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
    rm -f ".venv/.tidegate-$want-"*
    : >"$missing"
fi

if ! command -v npm >/dev/null 2>&1; then
    say "Node.js 20 or newer, with npm, is needed for the CDK CLI and was not found."
    say "Get it from https://nodejs.org, or: brew install node, nvm install 20, apt install nodejs npm (Debian 13)."
    exit 1
fi
node_tools="$(digest package.json package-lock.json)"
# As for Python: what the tests need beside the rest takes as long again, and running needs none of it.
node_have() { [ -e "node_modules/.tidegate-$1-$node_tools" ]; }
if ! node_have dev && { [ "$want" = dev ] || ! node_have run; }; then
    say "Installing the Node tools of \`$want\` into node_modules"
    [ "$want" = dev ] || omit=--omit=dev
    npm ci ${omit:-} --no-audit --no-fund --ignore-scripts --loglevel=error >&2
    : >"node_modules/.tidegate-$want-$node_tools"
fi
