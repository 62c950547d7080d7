#!/bin/sh
# tests/simulation/run.sh PROGRAM DAYS SEED... - lives that many days once with each seed; the last line is "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 1
program=$1
days=$2
shift 2
passed=0
failed=0
for seed; do
	if timeout 900 "$program" --seed "$seed" --days "$days"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "again: $program --seed $seed --days $days [--loud]"
	fi
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
