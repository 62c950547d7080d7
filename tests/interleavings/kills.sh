#!/bin/sh
# tests/interleavings/kills.sh PROGRAM - eight repairs, killed at every place; the last line is "N passed, N failed", a sentence each.
set -u
cd "$(dirname "$0")/../.." || exit 1
said=$("$1" --kills 2>&1)
code=$?
printf '%s\n' "$said" | tail -n 20
passed=$(printf '%s\n' "$said" | grep -c ' commits, ')
[ $code -eq 0 ] && failed=0 || failed=1
echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ "$passed" -gt 0 ]
