#!/bin/sh
# tests/lint/arrows.sh - every #include of ours follows arrows.txt, and the arrows form no loop.
#
# Includes are written from the repository root, so the folder of a file is the path before its last slash.
# Third-party headers are private to the folders listed at the end.
set -u
cd "$(dirname "$0")/../.." || exit 1
{
	sed 's/#.*//; /^[[:space:]]*$/d; s/^/arrow /' tests/lint/arrows.txt
	grep -nE '^[[:space:]]*#[[:space:]]*include' -r bot commands salesforce config --include='*.c' --include='*.h' |
		sed -E 's/^([^:]*):([0-9]+):[[:space:]]*#[[:space:]]*include[[:space:]]*/include \1 \2 /'
} | awk '
function folder(path) { return path ~ /\// ? gensub_last(path) : "." }
function gensub_last(path) { sub(/\/[^\/]*$/, "", path); return path }
function bad(text) { print text; failed = 1 }
$1 == "arrow" {
	from = $2; sub(/:$/, "", from); known[from] = 1
	for (i = 3; i <= NF; i++) { may[from, $i] = 1; to[from] = to[from] " " $i }
	next
}
{
	file = $2; line = $3; name = $4; from = folder(file)
	if (!(from in known)) { if (!(from in said)) bad(from ": not in arrows.txt"); said[from] = 1; next }
	if (name ~ /^"/) {
		gsub(/"/, "", name); into = folder(name)
		if (into == "." || name ~ /^\.\./) bad(file ":" line ": " name " is not written from the repository root")
		else if (into != from && !((from, into) in may)) bad(file ":" line ": " from " must not include " name)
	} else {
		gsub(/[<>]/, "", name)
		owner = ""
		if (name ~ /^libwebsockets/) owner = "^bot/loop/|^bot/slack/socket"
		if (name ~ /^curl\//) owner = "^bot/http/"
		if (name ~ /^sqlite3/) owner = "^bot/store/"
		if (name ~ /^libpq/) owner = "^bot/store/"
		if (name ~ /^yaml/) owner = "^config/"
		if (name ~ /^microhttpd/) owner = "^bot/app/"
		if (owner != "" && file !~ owner) bad(file ":" line ": <" name "> is private to another folder")
	}
}
# A walk that comes back to where it began is a loop.
function walk(f, path,   i, n, next_ones) {
	if (f in open) { bad("a loop:" path " " f); return }
	if (f in done) return
	open[f] = 1
	n = split(to[f], next_ones, " ")
	for (i = 1; i <= n; i++) walk(next_ones[i], path " " f)
	delete open[f]
	done[f] = 1
}
END {
	for (f in known) walk(f, "")
	exit failed
}'
