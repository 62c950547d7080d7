#!/bin/sh
# tests/coverage.sh FOLDER - which lines of the program the tests reached, per file; FOLDER holds the objects of MODE=cov.
#
# A child that a test kills writes no counts: what only crash tests reach looks unreached here.
set -u
[ $# -eq 1 ] || { echo "usage: $0 FOLDER" >&2; exit 2; }
cd "$(dirname "$0")/.." || exit 1
for file in $(make -s sources); do
	notes=$1/${file%.c}.gcno
	[ -f "$notes" ] || continue
	gcov -n -o "$(dirname "$notes")" "$notes" 2>/dev/null | awk -v file="$file" '
		index($0, "File '\''" file "'\''") { mine = 1; next }
		mine && /^Lines executed/ { sub(/^Lines executed:/, ""); sub(/% of /, " "); print $1, $2, file; exit }'
done | sort -n | awk '
	{ printf "%6.1f %%  of %4d lines  %s\n", $1, $2, $3; reached += $1 * $2 / 100; lines += $2 }
	END { if (lines) printf "%6.1f %%  of %d lines in all\n", 100 * reached / lines, lines }'
