#!/bin/sh
# tests/coverage.sh FOLDER [FILE...] - what the unit, contract and flow tests reached, per file; FOLDER holds the objects of MODE=cov.
#
# Lines, and branches: of those that gcov counts, how many were taken at least once. Files that are named: their lines that
# were not reached, too. A child that a test kills writes no counts: what only crash tests reach looks unreached here.
set -u
[ $# -ge 1 ] || { echo "usage: $0 FOLDER [FILE...]" >&2; exit 2; }
cd "$(dirname "$0")/.." || exit 1
folder=$1
shift

if [ $# -gt 0 ]; then
	work=$(mktemp -d) || exit 1
	trap 'rm -rf "$work"' EXIT
	for file; do
		root=$(pwd)
		(cd "$work" && gcov -r -s "$root" -o "$(dirname "$folder/$file")" "$folder/${file%.c}.gcno" >/dev/null 2>&1)
		echo "$file"
		grep '#####' "$work/$(basename "$file").gcov"
	done
	exit 0
fi

for file in $(make -s sources); do
	notes=$folder/${file%.c}.gcno
	[ -f "$notes" ] || continue
	gcov -b -n -o "$(dirname "$notes")" "$notes" 2>/dev/null | awk -v file="$file" '
		index($0, "File '\''" file "'\''") { mine = 1; next }
		mine && /^File/ { exit }
		mine && /^Lines executed/ { sub(/^Lines executed:/, ""); sub(/% of /, " "); lines = $1 " " $2 }
		mine && /^Taken at least once/ { sub(/^Taken at least once:/, ""); sub(/% of /, " "); branches = $1 " " $2 }
		END { if (lines != "") print lines, branches == "" ? "100 0" : branches, file }'
done | sort -n | awk '
	{ printf "%6.1f %% of %4d lines  %6.1f %% of %4d branches  %s\n", $1, $2, $3, $4, $5
	  reached += $1 * $2 / 100; lines += $2; taken += $3 * $4 / 100; branches += $4 }
	END { if (lines) printf "%6.1f %% of %d lines, %.1f %% of %d branches in all\n", 100 * reached / lines, lines, 100 * taken / branches, branches }'
