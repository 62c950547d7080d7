#!/bin/sh
# tests/interleavings/run.sh PROGRAM RUNS [FIRST] - plays that many random runs in two processes, from the seed FIRST on (1); the last
# line is "N passed, N failed", one for each half.
set -u
cd "$(dirname "$0")/../.." || exit 1
program=$1
half=$((($2 + 1) / 2))
first=${3:-1}
printf '%s\n' "$first" "$((first + half))" | xargs -P 2 -I SEED sh -c '
	said=$("$1" --seed SEED --runs "$2" 2>&1)
	code=$?
	printf "%s\n" "$said" | tail -n 60
	[ $code -eq 0 ] && exit 0
	echo "FAILED  exit code $code"
	exit 1' sh "$program" "$half" | {
	passed=0
	failed=0
	while IFS= read -r line; do
		printf '%s\n' "$line"
		case $line in FAILED*) failed=$((failed + 1)) ;; "$half runs, "*) passed=$((passed + 1)) ;; esac
	done
	echo "$passed passed, $failed failed"
	[ $failed -eq 0 ] && [ $passed -eq 2 ]
}
