#!/bin/sh
# tests/scenario/run.sh FOLDER [WORD...] - the scenarios; FOLDER holds eacbot, both fakes and the scenarios of one MODE.
#
# WORD: a theme, or a part of a sentence (with underscores). JOBS=1 one after the other, KEEP=1 leaves what failed.
set -u
[ $# -ge 1 ] || { echo "usage: $0 FOLDER [WORD...]" >&2; exit 2; }
case $1 in /*) programs=$1 ;; *) programs=$PWD/$1 ;; esac
shift
cd "$(dirname "$0")/../.." || exit 1
unset SLACK_APP_TOKEN SLACK_BOT_TOKEN SALESFORCE_CLIENT_SECRET CREDENTIALS_DIRECTORY STATE_DIRECTORY
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy
exec "$programs/scenarios" "$programs" "$@"
