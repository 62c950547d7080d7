#!/bin/sh
# tests/fuzz/fuzz.sh - looks for new inputs with libFuzzer, one target after the other; `make fuzz`.
#
# SECONDS_EACH=60 says how long. What is found new goes to $B/fuzz/corpus, not into the repository; an input that
# breaks something is left as $B/fuzz/crash-NAME-*: mend it, and put the file into tests/fuzz/corpus/NAME.
set -u
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build}
bad=0
for program in $(make -s MODE=fuzz fuzz-programs); do
	name=$(basename "$program" | sed 's/^fuzz_//')
	mkdir -p "$B/fuzz/corpus/$name"
	echo "== $name"
	"$program" -max_total_time="${SECONDS_EACH:-60}" -timeout=5 -rss_limit_mb=1024 -max_len=65536 -print_final_stats=1 \
		-verbosity=0 -artifact_prefix="$B/fuzz/crash-$name-" "$B/fuzz/corpus/$name" "tests/fuzz/corpus/$name" || bad=1
done
exit $bad
