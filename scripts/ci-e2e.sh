#!/usr/bin/env bash
# Runs the browser tests against a server of their own: new home, free port, gone afterwards. Called by `make test-e2e`.
# Without a Chromium it says so and skips; in CI a missing Chromium is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

browser=${CHROMIUM_PATH:-}
for name in chromium chromium-browser google-chrome; do
    [ -n "$browser" ] || browser=$(command -v "$name" || true)
done
if [ -z "$browser" ]; then
    echo "Browser tests SKIPPED: no Chromium found. Debian: apt-get install chromium; or set CHROMIUM_PATH." >&2
    [ "${CI:-}" = true ] && exit 1
    exit 0
fi

work=$(mktemp -d)
server=
finish() {
    local code=$?
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    if [ "$code" -ne 0 ] && [ -f "$work/server.log" ]; then
        echo "--- the server's last lines" >&2
        tail -n 40 "$work/server.log" >&2
    fi
    rm -rf "$work"
    exit "$code"
}
trap finish EXIT

port=$(.venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export HOST=127.0.0.1 PORT=$port MODELPORT_HOME=$work/instance MODELS_STORE=$work/models_store
export ADMIN_EMAIL=admin@example.com ADMIN_PASSWORD=e2e-Passw0rd-long AUTH_CALLS_PER_MINUTE=1000 DEMO=1
.venv/bin/python -m backend.serve >"$work/server.log" 2>&1 &
server=$!

export E2E_BASE_URL=http://127.0.0.1:$port E2E_EMAIL=$ADMIN_EMAIL E2E_PASSWORD=$ADMIN_PASSWORD CHROMIUM_PATH=$browser
# shellcheck disable=SC2016 # the script's own ${}
node -e '
  const deadline = Date.now() + 120_000;
  const ask = () => fetch(process.env.E2E_BASE_URL + "/readyz").then((r) => r.ok, () => false);
  const poll = async () => {
    if (await ask()) return;
    if (Date.now() > deadline) { console.error("The server was not ready after two minutes."); process.exit(1); }
    setTimeout(poll, 250);
  };
  poll();'
kill -0 "$server"
npm --prefix frontend run --silent e2e
