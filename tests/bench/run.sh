#!/bin/sh
# tests/bench/run.sh - how fast eacbot is: a table on stdout. RECORD=1 records the figures in figures.txt.
#
# SAMPLES is a folder of envelopes for the parser, one a file: real ones where they lie beside the project, else our own.
# B is the build folder; the store lies in it, for a commit waits for the disk. Never fails because something is slow.
set -u
programs=${B:-build}/release
case $programs in /*) ;; *) programs=$PWD/$programs ;; esac
cd "$(dirname "$0")/../.." || exit 1
samples=${SAMPLES:-../shared/slack-samples}
[ -d "$samples" ] || samples=tests/fuzz/corpus/envelope
dir=$(mktemp -d "$programs/bench-XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
unset SLACK_APP_TOKEN SLACK_BOT_TOKEN SALESFORCE_CLIENT_SECRET CREDENTIALS_DIRECTORY STATE_DIRECTORY
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy
"$programs/bench" "$programs" "$dir" tests/bench/figures.txt "$samples" ${RECORD:+record}
