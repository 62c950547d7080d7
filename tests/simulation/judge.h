/*
 * simulation/judge.h - what must hold, looked at all the time and once more after a quiet hour.
 *
 * Whatever does not hold ends the run with its story (world_fail).
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/simulation/weather.h"

void judge_begin(void);
/* After each event; looks at what is due to be looked at. */
void judge_watch(void);
/* After the quiet hour. */
void judge_end(void);
/* Figures of the run, for one line. */
void judge_tell(void);

/* --- what the others report --- */
void judge_violation(const char *who, const char *sentence);
void judge_request(enum place place, const char *kind, const char *body);
void judge_wires(void);                                         /* one more was dialled */
void judge_socket(int socket);                                  /* one more stands */
void judge_delivered(int socket, const char *text, size_t len); /* a text has reached the program */
void judge_says(int socket, const char *text, size_t len);      /* the program sends a text */
void judge_deed(void);                                          /* a person did something */
/*
 * A word that one deed brings, in that envelope: it must stand in at most `most` repairs or acts, and in one, where the
 * answer named a repair.
 */
void judge_mark(const char *mark, const char *envelope, int most);

/* judge_end.c: the last look; `marks` as judge_mark noted them. */
struct judge_marks {
	struct judge_one_mark {
		char mark[24], envelope[64];
		int most, seen;
		bool promised; /* the answer named a repair */
		bool refused;  /* the answer was that nothing was begun */
		bool unsafe;   /* the answer was that it is not written yet */
		int64_t at_ms;
	} * all;
	size_t count, size;
};
void judge_everything(struct judge_marks *marks);
/* Messages that say the same thing twice; now and then, and at the end. */
void judge_messages(void);
