/*
 * commands/spoken.h - what a button says, typed: the label finds the command that does the same.
 */
#pragma once

#include "commands/command.h"

/*
 * The command whose button's label the typed text begins with, in English or the asker's language, and what follows it
 * in *ret_rest; NULL: none.
 */
const struct command *spoken_find(const struct asked *asked, const char **ret_rest);
