#!/bin/sh
# Slack's own clients against the fake Slack, then what a careless client would do.
# Usage: run-slack.sh [SIM-SLACK]; needs node and npm. Everything goes into a temporary folder (CONFORMANCE_DIR=... keeps it).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
sim=${1:-$top/build/release/sim-slack}
work=${CONFORMANCE_DIR:-$(mktemp -d)}/slack
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; [ -n "${CONFORMANCE_DIR:-}" ] || rm -rf "$(dirname "$work")"' EXIT INT TERM

mkdir -p "$work"
cp "$here/slack.mjs" "$here/slack-strict.mjs" "$work"
cp "$here/slack.package.json" "$work/package.json" # apart from the other suite, whose libraries don't get along with these
[ -d "$work/node_modules/@slack/socket-mode" ] ||
	(cd "$work" && npm install --no-package-lock --no-audit --no-fund --silent --ignore-scripts)

# One suite with a fake of its own.
run() {
	: >"$work/listening" # a kept folder holds that of the last run
	"$sim" --state "$top/tests/sim/slack/workspace.json" --time-scale 0.01 --die-with-parent >"$work/listening" &
	pid=$!
	until grep -q listening "$work/listening"; do
		kill -0 "$pid"
		sleep 0.1
	done
	node "$work/$1" "http://$(sed 's/listening //' "$work/listening")"
	kill "$pid"
	wait "$pid"
	pid=
}

run slack.mjs
run slack-strict.mjs
