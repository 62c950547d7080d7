#!/bin/sh
# tests/cli/run.sh BINARY - the command line as a person and a script meet it: words, streams, exit codes.
#
# No network and no service; one line a test, the last line is "N passed, N failed".
set -u
[ $# -eq 1 ] || { echo "usage: $0 BINARY" >&2; exit 2; }
case $1 in /*) eacbot=$1 ;; *) eacbot=$PWD/$1 ;; esac
[ -x "$eacbot" ] || { echo "$eacbot is no program" >&2; exit 2; }
unset SLACK_APP_TOKEN SLACK_BOT_TOKEN SALESFORCE_CLIENT_SECRET CREDENTIALS_DIRECTORY STATE_DIRECTORY
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
passed=0
failed=0

# expect NAME CODE ARGUMENTS... - runs it; leaves its streams in out and err
expect() {
	what=$1 name=$1 code=$2
	shift 2
	"$eacbot" "$@" >out 2>err </dev/null
	got=$?
	if [ $got -eq "$code" ]; then good; else bad "exit code $got instead of $code"; fi
}
good() { passed=$((passed + 1)); echo "ok      $name"; }
bad() {
	failed=$((failed + 1))
	echo "FAILED  $name: $1"
	sed 's/^/        out: /' out
	sed 's/^/        err: /' err
}
says() { # FILE TEXT
	name="$what, $1 has \"$2\""
	if grep -qF -- "$2" "$1"; then good; else bad "not said"; fi
}
is_empty() { # FILE
	name="$what, nothing on $1"
	if [ -s "$1" ]; then bad "something is"; else good; fi
}

(umask 077
printf 'xapp-1-A0-test\n' >app
printf 'xoxb-1-test\n' >bot
openssl genrsa -out key 2048 2>/dev/null)
cat >good.yaml <<YAML
slack: {app_token_file: app, bot_token_file: bot}
access: {requesters: [S0HELPDESK], approvers: [S0APPROVER], admins: [], channels: [any]}
salesforce: {client_id: 3MVG9, username: eacbot@example.com, private_key_file: key}
YAML
sed 's/S0APPROVER/bob/; s/client_id/clientid/' good.yaml >bad.yaml
sed 's/\[S0APPROVER\]/[]/' good.yaml >lonely.yaml

expect 'no word at all is wrong usage' 2
is_empty out
says err 'eacbot check'
expect 'an unknown word is wrong usage' 2 repair
says err 'unknown subcommand: repair'
expect '--help is answered on stdout' 0 --help
is_empty err
for word in run check doctor requests audit; do
	expect "--help names $word" 0 --help
	says out "eacbot $word"
	expect "$word --help is its own" 0 $word --help
	says out "usage: eacbot $word"
	says out 'Exit codes'
	expect "$word without a file is wrong usage" 2 $word
	says err '-c FILE is missing'
	expect "$word with a file that is not there is a wrong configuration" 2 $word -c missing.yaml
	says err 'missing.yaml:1:1: file: can'
done
expect '--version is a word and a number' 0 --version
says out 'eacbot 1.'
expect 'a foreign option is wrong usage' 2 check -c good.yaml --json
expect 'an option without its value is wrong usage' 2 check -c
expect 'a word too many is wrong usage' 2 check -c good.yaml good.yaml

expect 'a good file is ok' 0 check -c good.yaml
says out 'good.yaml: ok'
is_empty err
expect 'a bad file has all its mistakes on stderr' 2 check -c bad.yaml
is_empty out
says err 'bad.yaml:2:48: access.approvers: must be ids'
says err 'bad.yaml:3:14: salesforce.clientid: unknown key; did you mean salesforce.client_id?'
says err 'bad.yaml:3:13: salesforce.client_id: is missing'
expect 'a warning alone is no failure' 0 check -c lonely.yaml
says err 'nobody can approve'
says err '(warning)'
says out 'lonely.yaml: ok'
expect 'run logs the mistakes and ends with 2' 2 run -c bad.yaml
is_empty out
says err '"event":"config.mistake"'

expect 'a head without its hash is wrong usage' 2 audit -c good.yaml --verify --head 12
expect 'a head without --verify is wrong usage' 2 audit -c good.yaml \
	--head 1:0000000000000000000000000000000000000000000000000000000000000000
expect 'an unreadable time is wrong usage' 2 audit -c good.yaml --since yesterday
expect 'a store that is not there is told' 1 requests -c good.yaml
is_empty out
says err 'eacbot: '
expect 'a store that is not there has no audit trail' 1 audit -c good.yaml
name='looking into the store makes no file'
if [ -e eacbot.db ]; then bad 'eacbot.db is there'; else good; fi

name='a full disk on stdout is a failure'
"$eacbot" --help >/dev/full 2>err
if [ $? -eq 1 ]; then good; else bad 'not told'; fi

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
