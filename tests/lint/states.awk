# Draws bot/flow/request_states.h for Graphviz: `make states | dot -Tsvg >states.svg`.
BEGIN { print "digraph request {"; print "  rankdir=LR; node [shape=box, style=rounded];" }
/^#define REQUEST_MOVES/ { moves = 1 }
moves && match($0, /X\([A-Z_]+, [A-Z_]+, [A-Z_]+\)/) {
	split(substr($0, RSTART + 2, RLENGTH - 3), word, ", ")
	printf "  %s -> %s [label=\"%s\"];\n", tolower(word[1]), tolower(word[3]), tolower(word[2])
}
END { print "}" }
