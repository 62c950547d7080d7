/*
 * commands/boards.h - what is said and clicked about a board: the same commands, for all whom it shows (commands/eac/batch.h).
 */
#pragma once

#include <stdbool.h>

#include "commands/command.h"

/* Is the request in hand a board? */
bool boards_in_hand(const struct asked *asked);
/* A typed command about it, whose rights were checked. */
enum errc boards_typed(struct asked *asked) MUST_CHECK;
/* approve, reject, undo: by a button of the board's card, or typed. */
enum errc boards_decide(struct asked *asked) MUST_CHECK;
/* The backend check of all who wait for it. */
enum errc boards_confirm(struct asked *asked, const char *case_number, const char *seen) MUST_CHECK;
/* What the dialog for the case number says of a board; adds nothing where none is in hand. */
void boards_case_ask(const struct asked *asked, struct buf *b);
/* The dialogs of the board's card. */
enum errc boards_open_note(struct asked *asked) MUST_CHECK;
json_t *boards_note_mistake(const struct asked *asked); /* NULL: none; the caller owns it */
enum errc boards_submit_note(struct asked *asked) MUST_CHECK;
/* `confirm EAC-7, EAC-8 CASE`: more people after the first. *ret_taken: there were, and all is answered. */
enum errc boards_confirm_several(struct asked *asked, bool *ret_taken) MUST_CHECK;
