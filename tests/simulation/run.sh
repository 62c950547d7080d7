#!/bin/sh
# tests/simulation/run.sh PROGRAM DAYS SEED... - lives that many days once with each seed, two at a time; the last line is
# "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 1
program=$1
days=$2
shift 2
seeds=$#
printf '%s\n' "$@" | xargs -P 2 -I SEED sh -c '
	said=$(timeout 1800 "$1" --seed SEED --days "$2" 2>&1)
	code=$?
	printf "%s\n" "$said"
	[ $code -eq 0 ] && exit 0
	echo "FAILED  again: $1 --seed SEED --days $2 [--loud]"
	exit 1' sh "$program" "$days" | {
	passed=0
	failed=0
	while IFS= read -r line; do
		printf '%s\n' "$line"
		case $line in FAILED*) failed=$((failed + 1)) ;; *"seed "*" lives"*) passed=$((passed + 1)) ;; esac
	done
	echo "$passed passed, $failed failed"
	[ $failed -eq 0 ] && [ $passed -eq "$seeds" ]
}
