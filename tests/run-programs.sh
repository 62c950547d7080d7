#!/bin/sh
# tests/run-programs.sh PROGRAM... - runs test programs one after the other; the last line is "N passed, N failed".
#
# What a program prints is shown only when it failed. A program that dies counts as one failure more than it told.
set -u
passed=0
failed=0
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
# cmocka's own handler would hide the sanitizer's report
ASAN_OPTIONS=${ASAN_OPTIONS:-handle_segv=2}
TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1}
export ASAN_OPTIONS TSAN_OPTIONS

count() { # WORD - the number in cmocka's line "[  WORD  ] n test(s)"
	sed -n "s/^\[  $1  \] \([0-9][0-9]*\) test(s).*/\1/p" "$out" | head -n 1
}

for program; do
	timeout "${TEST_TIMEOUT_S:-300}" "$program" >"$out" 2>&1 </dev/null
	code=$?
	good=$(count PASSED)
	bad=$(count FAILED)
	bad=${bad:-0}
	[ $code -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
	if [ "$bad" -eq 0 ] && [ "${good:-0}" -eq 0 ]; then bad=1; fi
	passed=$((passed + ${good:-0}))
	failed=$((failed + bad))
	if [ "$bad" -gt 0 ]; then
		echo "FAILED  $program (exit code $code)"
		grep -vE '^\[ (RUN     |      OK) \]' "$out" | head -n 60 | sed 's/^/        /'
	else
		echo "ok      $program ($good)"
	fi
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
