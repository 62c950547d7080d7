#!/bin/sh
# tests/run-programs.sh PROGRAM... - runs test programs, one per processor at a time; the last line is "N passed, N failed".
#
# What a program prints is shown only when it failed. A program that dies counts as one failure more than it told.
# JOBS=1 runs them one after the other.
set -u
# cmocka's own handler would hide the sanitizer's report
ASAN_OPTIONS=${ASAN_OPTIONS:-handle_segv=2}
TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1}
export ASAN_OPTIONS TSAN_OPTIONS

count() { # WORD FILE - the number in cmocka's line "[  WORD  ] n test(s)"
	sed -n "s/^\[  $1  \] \([0-9][0-9]*\) test(s).*/\1/p" "$2" | head -n 1
}

# one FOLDER PROGRAM - its verdict is printed, its counts are a line "GOOD BAD" of FOLDER/counts
one() {
	out=$(mktemp "$1/XXXXXX") || exit 1
	timeout "${TEST_TIMEOUT_S:-300}" "$2" >"$out" 2>&1 </dev/null
	code=$?
	good=$(count PASSED "$out")
	bad=$(count FAILED "$out")
	good=${good:-0}
	bad=${bad:-0}
	[ $code -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
	if [ "$bad" -eq 0 ] && [ "$good" -eq 0 ]; then bad=1; fi
	echo "$good $bad" >>"$1/counts"
	if [ "$bad" -eq 0 ]; then
		echo "ok      $2 ($good)"
		return
	fi
	{
		echo "FAILED  $2 (exit code $code)"
		grep -vE '^\[ (RUN     |      OK) \]' "$out" | head -n 60 | sed 's/^/        /'
	} >"$out.said"
	cat "$out.said"
}

if [ "${1:-}" = --one ]; then
	one "$2" "$3"
	exit 0
fi
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
printf '%s\n' "$@" | xargs -n 1 -P "${JOBS:-$(nproc)}" "$0" --one "$folder"
awk '{ good += $1; bad += $2 } END { printf "%d passed, %d failed\n", good, bad; exit bad > 0 }' "$folder/counts"
