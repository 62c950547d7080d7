#!/bin/sh
# Runs jsforce, a client that Salesforce did not write for our sake, against the fake Salesforce.
# Usage: run-salesforce.sh [SIM-SALESFORCE]; needs node, npm and openssl. Everything goes into a temporary folder.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
sim=${1:-$top/build/release/sim-salesforce}
org=$top/tests/sim/salesforce/org.json
work=${CONFORMANCE_DIR:-$(mktemp -d)}
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; [ -n "${CONFORMANCE_DIR:-}" ] || rm -rf "$work"' EXIT INT TERM

"$sim" --state "$org" --self-test
mkdir -p "$work"
cp "$here/package.json" "$here/salesforce.mjs" "$work"
[ -d "$work/node_modules/jsforce" ] ||
	(cd "$work" && npm install --no-package-lock --no-audit --no-fund --silent --ignore-scripts)
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 2 -subj /CN=conformance 2>/dev/null

"$sim" --state "$org" --public-key "$work/cert.pem" --die-with-parent >"$work/listening" &
pid=$!
until grep -q listening "$work/listening"; do
	kill -0 "$pid"
	sleep 0.1
done
SF_URL=http://$(sed 's/listening //' "$work/listening") SF_KEY=$work/key.pem node "$work/salesforce.mjs"
kill "$pid"
wait "$pid"
pid=
