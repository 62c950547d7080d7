#!/bin/sh
# tests/cli/run.sh BINARY - the command line as a person and a script meet it: words, streams, exit codes.
#
# No network and no service; one line a test, the last line is "N passed, N failed". Where sim-slack and sim-salesforce
# lie beside BINARY, doctor is tried against them.
set -u
[ $# -eq 1 ] || { echo "usage: $0 BINARY" >&2; exit 2; }
case $1 in /*) eacbot=$1 ;; *) eacbot=$PWD/$1 ;; esac
[ -x "$eacbot" ] || { echo "$eacbot is no program" >&2; exit 2; }
unset SLACK_APP_TOKEN SLACK_BOT_TOKEN SALESFORCE_CLIENT_SECRET CREDENTIALS_DIRECTORY STATE_DIRECTORY
dir=$(mktemp -d) || exit 1
sims=
trap 'for pid in $sims; do kill "$pid"; done; rm -rf "$dir"' EXIT
top=$PWD
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
{ cat good.yaml; echo 'audit: {anchor_every: 12h}'; } >nowhere.yaml

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
expect 'erase is in the list' 0 --help
says out 'eacbot erase -c FILE PERSON [--yes]'
expect 'erase --help is its own' 0 erase --help
says out 'Exit codes'
expect 'erase without a file is wrong usage' 2 erase
says err '-c FILE is missing'
expect 'erase without a person is wrong usage' 2 erase -c good.yaml --yes
says err 'PERSON is a Slack id'
expect 'erase with a first name is wrong usage' 2 erase -c good.yaml jane
expect 'erase of two persons at once is wrong usage' 2 erase -c good.yaml U0JANE0001 U0BOB00001
expect 'erase where there is no store is told' 1 erase -c good.yaml U0JANE0001
expect 'anchors that go nowhere are warned of' 0 check -c nowhere.yaml
says err 'audit.anchor_every: there is neither audit.anchor_file nor audit.anchor_channel'

expect 'a store that is not there is told' 1 requests -c good.yaml
is_empty out
says err 'eacbot: '
expect 'a store that is not there has no audit trail' 1 audit -c good.yaml
name='looking into the store makes no file'
if [ -e eacbot.db ]; then bad 'eacbot.db is there'; else good; fi

name='a full disk on stdout is a failure'
"$eacbot" --help >/dev/full 2>err
if [ $? -eq 1 ]; then good; else bad 'not told'; fi

# start NAME ARGUMENTS... - a fake beside the binary; its port is left in $port
start() {
	fake=$1
	shift
	"$(dirname "$eacbot")/$fake" --port 0 --die-with-parent "$@" >"$fake.out" 2>"$fake.err" &
	sims="$sims $!"
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		port=$(sed -n 's/^listening 127.0.0.1:\([0-9]*\)$/\1/p' "$fake.out" 2>/dev/null)
		[ -n "$port" ] && return
		sleep 0.5
	done
	echo "$fake does not begin" >&2
	exit 1
}
doctor() {
	openssl req -x509 -key key -days 2 -subj /CN=eacbot -out certificate 2>/dev/null
	start sim-slack --state "$top/tests/sim/slack/workspace.json"
	slack=$port
	start sim-salesforce --state "$top/tests/sim/salesforce/org.json" --public-key certificate
	(umask 077
	printf 'xapp-1-A0EAC00001-1-sim\n' >app
	printf 'xoxb-1-sim\n' >bot)
	cat >well.yaml <<-YAML
		slack: {api_url: "http://127.0.0.1:$slack/api/", app_token_file: app, bot_token_file: bot}
		access: {requesters: [S0HELPDESK], approvers: [S0APPROVER], admins: [U0ADMIN001], channels: [C0HELP0001]}
		salesforce: {client_id: 3MVG9eacbot, username: eacbot@example.com, private_key_file: key, login_url: "http://127.0.0.1:$port"}
	YAML
	echo 'audit: {anchor_file: heads}' >>well.yaml
	sed 's/S0HELPDESK/S0OLDGROUP/; s/U0ADMIN001/U0GUEST001/; s/C0HELP0001/C0NOBOT001/
		s/username:/permission_sets: [Nonsense], username:/' well.yaml >ill.yaml
	sed 's/3MVG9eacbot/3MVG9other/; s/slack: {/slack: {app_token_file: other, /; s/, app_token_file: app//' well.yaml >locked.yaml
	(umask 022; printf 'xapp-1-other\n' >other; chmod 644 other)

	expect 'doctor finds nothing where all is well' 0 doctor -c well.yaml
	says out ' 0 warning, 0 failed'
	says out 'heads can be written; the service makes it'
	is_empty err
	expect 'doctor --json is an array' 0 doctor -c well.yaml --json
	says out '"check": "salesforce-rights"'
	for scope in $(sed -n '/^oauth_config/,/^settings/s/^ *- \([a-z_.:]*\).*/\1/p' "$top/deploy/slack-manifest.yaml"); do
		name="doctor knows the manifest's scope $scope"
		if grep -qF "{\"$scope\", " "$top/bot/app/doctor_slack.c"; then good; else bad 'it does not'; fi
	done
	expect 'doctor names what is wrong' 1 doctor -c ill.yaml
	says out 'S0OLDGROUP (Switched off) is disabled'
	says out 'U0GUEST001 (gus) is a guest'
	says out 'the bot is not in C0NOBOT001'
	says out 'Nonsense: there is none of this API name'
	expect 'doctor fails for an open secret, a bad token and a refused log-in' 1 doctor -c locked.yaml
	says out 'others can read this secret'
	says out 'apps.connections.open: Slack says invalid_auth'
	says out 'client identifier invalid'
	expect 'a doctor that reaches nobody says so' 1 doctor -c dead.yaml
	says out 'let this machine resolve and reach'
}
sed 's/slack: {/slack: {api_url: "http:\/\/127.0.0.1:1\/", /; s/salesforce: {/salesforce: {login_url: "http:\/\/127.0.0.1:1", /' \
	good.yaml >dead.yaml
# A service that reaches nobody keeps a store all the same.
beside_the_service() {
	{ cat dead.yaml; echo 'http: {listen: ""}'; echo 'audit: {anchor_file: heads}'; } >kept.yaml
	"$eacbot" run -c kept.yaml >run.out 2>run.err </dev/null &
	service=$!
	sims="$sims $service"
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		grep -qs service.started run.err && break
		sleep 0.2
	done
	expect 'reading the audit trail beside the service is a line in it' 0 audit -c kept.yaml
	says out ' cli audit-read - all of it'
	is_empty err
	expect 'the trail with a reading in it holds' 0 audit -c kept.yaml --verify
	says out 'the chain holds'
	says out 'head 2:'
	head=$(sed -n 's/^head //p' out)
	expect 'a head that was noted is compared' 0 audit -c kept.yaml --verify --head "$head"
	echo "9$head 2026-11-23T17:50:20Z" >heads
	expect 'an anchor that is missing is told' 1 audit -c kept.yaml --verify
	says err 'the anchor of 2026-11-23T17:50:20Z is missing'
	rm heads
	expect 'a person whom nobody knows is no trouble' 0 erase -c kept.yaml --yes U0JANE0001
	says out 'the store knows nothing of that person'
	kill "$service"
	wait "$service"
	got=$?
	name='the service ended well beside all that'
	if [ $got -eq 0 ]; then good; else bad "see $(cat run.err)"; fi
	sims=${sims% "$service"}
	rm -f eacbot.db* heads # it may have noted another head meanwhile
}
beside_the_service
if [ -x "$(dirname "$eacbot")/sim-slack" ] && [ -x "$(dirname "$eacbot")/sim-salesforce" ]; then doctor; fi

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
