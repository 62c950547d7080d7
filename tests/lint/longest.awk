# tests/lint/longest.awk - the length of every function, for code laid out by clang-format: a body begins and ends in column one.
FNR == 1 { name = ""; begun = 0 }
/^[a-zA-Z_].*\(/ && !/;[ \t]*$/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
/^{/ { begun = FNR }
/^}/ { if (begun && name != "") printf "%4d  %s (%s:%d)\n", FNR - begun + 1, name, FILENAME, begun; begun = 0; name = "" }
