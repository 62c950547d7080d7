#!/bin/sh
# tests/lint/lint.sh [CHECK...] - what can be said about the code without running it. The last line is "N passed, N failed".
#
# One check a function, each silent when it has nothing to say; called by `make lint`, or with names of single checks.
set -u
cd "$(dirname "$0")/../.." || exit 1
export LC_ALL=C
flags=$(make -s compile-flags)
warnings="-Wall -Wextra -Werror -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings
	-Wformat=2 -Wvla -Wundef -Wcast-qual -Wswitch"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
program_files=$(make -s sources)
test_files=$(make -s test-sources)
headers=$(find bot commands salesforce config tests -name '*.h' | sort)
both() { xargs -n "$1" -P 2 sh -c "$2" sh; } # N COMMAND: runs it over standard input, two at a time

needs() { # PROGRAM
	command -v "$1" >/dev/null 2>&1 || { echo "$1 is missing: deploy/install-deps test"; return 1; }
}

arrows() { tests/lint/arrows.sh; }

headers_alone() {
	echo "$headers" | FLAGS="$flags $warnings" both 1 'printf "#include \"%s\"\nextern int not_empty;\n" "$1" | gcc $FLAGS -fsyntax-only -x c - 2>&1'
}

banned() {
	found=0
	while read -r name where instead; do
		case $name in "" | \#*) continue ;; esac
		files=$program_files
		[ "$where" = program ] || files="$program_files $test_files"
		# comments are not calls; nor are members and longer names
		calls=$(grep -nE "(^|[^A-Za-z0-9_.>\"])$name[[:space:]]*\(" $files /dev/null |
			grep -vE '^[^:]*:[0-9]+:[[:space:]]*(\*|/\*|//)') || continue
		echo "$calls" | sed "s|\$|   [use: $instead]|"
		found=1
	done <tests/lint/banned.txt
	grep -nE '\b(TODO|FIXME|XXX)\b' $program_files $test_files $headers && found=1
	return $found
}

# What people read stands in the catalogue (commands/phrases), in every language; and nothing stands there in vain.
sentences() {
	found=0
	elsewhere=$(grep -n '' $(printf '%s\n' $program_files $headers | grep '^commands/') |
		grep -vE '^[^:]*:[0-9]+:[[:space:]]*(\*|//|#include)|log_(event|repair)\(' | sed 's|/\*.*||' |
		grep -E '"[^"]*[a-z]{2,} [a-z]{2,}[^"]*"' | grep -vF -f tests/lint/sentences.txt) && found=1
	[ -z "$elsewhere" ] || echo "$elsewhere" | sed 's|$|   [outside of commands/phrases; or a line in tests/lint/sentences.txt]|'
	for name in $(cat commands/phrases/*.def | sed -n 's/^PHRASE(\([A-Z0-9_]*\).*/\1/p'); do
		steps=${name#STEP_} # titles of steps are named by steps.h
		grep -qE "PHRASE_$name\b" $program_files || grep -q "X($steps, " commands/eac/steps.h || {
			echo "$name is said by nobody"
			found=1
		}
	done
	return $found
}

layout() {
	needs clang-format || return 1
	echo "$program_files $test_files $headers" | xargs -n 40 -P 2 clang-format --dry-run -Werror 2>&1
}

scripts() {
	bad=0
	for f in $(find .ci deploy tests -type f -not -path '*/node_modules/*' -exec grep -lE '^#!/bin/(ba)?sh' {} +); do
		case $(head -n 1 "$f") in *bash) bash -n "$f" || bad=1 ;; *) sh -n "$f" || bad=1 ;; esac
	done
	return $bad
}

second_compiler() {
	needs clang || return 1
	echo "$program_files $test_files" | tr ' ' '\n' | FLAGS="$flags $warnings" both 8 'clang $FLAGS -Wno-format-nonliteral -Wno-string-concatenation -Wno-enum-float-conversion -fsyntax-only "$@" 2>&1'
}

tidy() {
	needs clang-tidy || return 1
	echo "$program_files" | FLAGS="$flags" both 4 \
		'clang-tidy --config-file=tests/lint/clang-tidy.yaml --quiet "$@" -- $FLAGS' >"$work/tidy" 2>&1
	code=$?
	grep -E -A 2 '(error|warning): ' "$work/tidy" # without the long way there
	return $code
}

cppcheck_() {
	needs cppcheck || return 1
	cppcheck --quiet --std=c11 --language=c --enable=warning,portability --inline-suppr --suppress=missingInclude \
		--suppress=missingIncludeSystem --suppress=unknownMacro --suppress=varFuncNullUB --suppress=normalCheckLevelMaxBranches --error-exitcode=1 -j 2 -D_GNU_SOURCE -I. \
		$program_files 2>&1
}

analyzer() {
	echo "$program_files" | FLAGS="$flags" both 4 \
		'bad=0; for f; do gcc $FLAGS -O1 -Werror -fanalyzer -fdiagnostics-path-format=none -c "$f" -o /dev/null 2>&1 || bad=1; done; exit $bad'
}

passed=0
failed=0
run() { # CHECK TITLE
	if "$1" >"$work/out"; then
		passed=$((passed + 1))
		echo "ok      $2"
	else
		failed=$((failed + 1))
		echo "FAILED  $2"
		head -n 60 "$work/out" | sed 's/^/        /'
	fi
}

wanted=${*:-arrows headers_alone banned sentences layout scripts second_compiler tidy cppcheck_ analyzer}
for check in $wanted; do
	case $check in
	arrows) run arrows "includes follow tests/lint/arrows.txt, without loops" ;;
	headers_alone) run headers_alone "every header compiles alone" ;;
	banned) run banned "no banned function, nothing left open" ;;
	sentences) run sentences "what people read is in the catalogue" ;;
	layout) run layout "clang-format agrees with the layout" ;;
	scripts) run scripts "every shell script can be read" ;;
	second_compiler) run second_compiler "clang accepts everything too" ;;
	tidy) run tidy "clang-tidy has no finding" ;;
	cppcheck | cppcheck_) run cppcheck_ "cppcheck has no finding" ;;
	analyzer) run analyzer "gcc -fanalyzer has no finding" ;;
	*) echo "no such check: $check" >&2 && exit 2 ;;
	esac
done
echo "The ten longest functions (to look at, not a verdict):"
echo "$program_files" | xargs awk -f tests/lint/longest.awk | sort -rn | head -n 10 | sed 's/^/        /'
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
