#!/bin/sh
# tests/demo/run.sh FOLDER - a whole repair, told as it happens; FOLDER holds eacbot, both fakes and the demo.
set -u
[ $# -eq 1 ] || { echo "usage: $0 FOLDER" >&2; exit 2; }
case $1 in /*) programs=$1 ;; *) programs=$PWD/$1 ;; esac
cd "$(dirname "$0")/../.." || exit 1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
unset SLACK_APP_TOKEN SLACK_BOT_TOKEN SALESFORCE_CLIENT_SECRET CREDENTIALS_DIRECTORY STATE_DIRECTORY
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy
"$programs/demo" "$programs" "$dir"
