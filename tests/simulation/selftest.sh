#!/bin/sh
# tests/simulation/selftest.sh PROGRAM - plants bugs, and demands that each is found. The last line is "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 1
program=$1
passed=0
failed=0
planted() { # BUG SENTENCE
	for seed in 1 2 3; do
		said=$(timeout 300 "$program" --seed $seed --days 0.4 --plant "$1" | sed -n "/^SEED/,\$p")
		case $said in *"$2"*)
			passed=$((passed + 1))
			echo "ok      $1 is found (seed $seed)"
			return
			;;
		esac
	done
	failed=$((failed + 1))
	echo "FAILED  $1 is not found: $said"
}
planted doubled-post "was posted twice"
planted lost-update "is left over"
planted late-ack "was not acknowledged within"
planted early-ack "is not in the store"
planted forgotten-inbox " times"
planted older-store "audit trail does not verify"
planted edited-audit "audit trail does not verify"
planted stuck "though nothing is wrong any more"
planted storm "apps.connections.open was called"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
