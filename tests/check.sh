#!/bin/sh
# tests/check.sh - everything that judges the program, in the order in which a mistake is found soonest.
#
# Each stage prints what it did, and its own last line "N passed, N failed"; the last line of all is their sum. Called by `make check`.
# STAGES="lint unit ..." runs only these.
set -u
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
export B
passed=0
failed=0
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT

# stage TITLE COMMAND... - counts what its last line says; a command that fails without saying so counts as one failure
stage() {
	title=$1
	shift
	echo "== $title"
	begun=$(date +%s)
	{ "$@" 2>&1; echo "exit code $?"; } </dev/null | tee "$log" | grep --line-buffered -v '^exit code [0-9]*$'
	code=$(sed -n 's/^exit code //p' "$log" | tail -n 1)
	sums=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1)
	good=${sums%% passed*}
	bad=${sums##*passed, }
	bad=${bad%% failed}
	good=${good:-0}
	bad=${bad:-0}
	if [ "$code" != 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
	passed=$((passed + good))
	failed=$((failed + bad))
	echo "-- $title: $good passed, $bad failed, $(($(date +%s) - begun)) s"
}

build() { # MODE TARGET...
	mode=$1
	shift
	make --no-print-directory -k -j2 MODE="$mode" "$@" >"$log.build" 2>&1
	code=$?
	[ $code -eq 0 ] || grep -vE "^($mode|link)[[:space:]]" "$log.build" | tail -n 60
	rm -f "$log.build"
	return $code
}
programs() { # MODE TARGET [PATTERN] - runs the test programs whose name matches
	list=$(make -s MODE="$1" "$2" | grep -E "${3:-.}") || list=
	[ -z "$list" ] || tests/run-programs.sh $list
}
replay() { # MODE - each fuzz target over its corpus
	good=0
	bad=0
	for program in $(make -s MODE="$1" fuzz-programs); do
		corpus=tests/fuzz/corpus/$(basename "$program" | sed 's/^fuzz_//')
		if [ ! -d "$corpus" ]; then
			echo "$program has no $corpus"
			bad=$((bad + 1))
		elif timeout 300 "$program" "$corpus" >"$log.replay" 2>&1; then
			good=$((good + 1))
		else
			cat "$log.replay"
			bad=$((bad + 1))
		fi
	done
	rm -f "$log.replay"
	echo "$good passed, $bad failed"
	[ $bad -eq 0 ]
}
wants() { case " ${STAGES:-lint unit cli asan tsan fuzz scenario interleavings simulation} " in *" $1 "*) true ;; *) false ;; esac; }

if wants lint; then stage "lint" tests/lint/lint.sh; fi
if wants unit || wants cli || wants scenario; then
	stage "build, release" build release "$B/eacbot" stage tests "$B/release/scenarios"
fi
if wants unit; then stage "unit, contract and flow tests, release" programs release test-programs; fi
if wants cli; then stage "command line, release" tests/cli/run.sh "$B/release/eacbot"; fi
if wants asan || wants fuzz || wants scenario; then
	stage "build, address and undefined behaviour sanitizers" build asan stage tests fuzzers "$B/asan/scenarios"
fi
if wants asan; then
	stage "unit, contract and flow tests, sanitizers" programs asan test-programs
	stage "command line, sanitizers" tests/cli/run.sh "$B/asan/eacbot"
fi
if wants fuzz; then stage "inputs that mattered once, sanitizers" replay asan; fi
if wants tsan; then
	stage "build, thread sanitizer" build tsan tests
	stage "store tests, thread sanitizer" programs tsan test-programs '/test_(store|app|http|loop|log)[a-z_]*$|/contract/'
fi
if wants scenario; then
	stage "scenarios, release" tests/scenario/run.sh "$B/release"
	stage "scenarios, sanitizers" tests/scenario/run.sh "$B/asan"
fi
if wants interleavings; then
	stage "build, interleavings" build release "$B/release/interleavings"
	stage "the interleavings find planted bugs" tests/interleavings/selftest.sh "$B/release/interleavings"
	stage "killed everywhere, release" tests/interleavings/kills.sh "$B/release/interleavings"
	stage "interleavings, release" tests/interleavings/run.sh "$B/release/interleavings" 15000
fi
if wants simulation; then
	stage "build, simulation" build release "$B/release/simulate"
	stage "simulated days, release" tests/simulation/run.sh "$B/release/simulate" 0.5 1 2 3 4
	stage "two simulated days, release" tests/simulation/run.sh "$B/release/simulate" 2 7 8
	stage "the simulation finds planted bugs" tests/simulation/selftest.sh "$B/release/simulate"
fi
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
