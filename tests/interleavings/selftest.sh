#!/bin/sh
# tests/interleavings/selftest.sh PROGRAM - plants bugs, and demands that each is found. The last line is "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 1
program=$1
passed=0
failed=0
planted() { # BUG SENTENCE
	said=$(timeout 300 "$program" --seed 1 --runs 6000 --plant "$1" | sed -n 's/^SEED //p')
	case $said in
	*"$2"*)
		passed=$((passed + 1))
		echo "ok      $1 is found (seed ${said%%:*})"
		;;
	*)
		failed=$((failed + 1))
		echo "FAILED  $1 is not found: $said"
		;;
	esac
}
planted early-ack "was acknowledged, and is not in the store"
planted no-outbox "was said twice"
planted no-look "without a look"
planted no-compare "which has no open gate"
planted any-button "with what had no live button"
planted old-copy "did what they must not"
planted no-four-eyes "did what they must not"
planted no-debt "is neither back nor owed"
planted no-timer "no time wakes it"
planted live-buttons "has buttons that decide nothing"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
