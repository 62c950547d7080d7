/*
 * scenario/play.h - whole stretches of a repair, by the people who usually play them.
 *
 * Maria asks, Jane is affected, Ida is the admin, Omar approves.
 */
#pragma once

#include "tests/stage/stage.h"

/* Where a repair stands and waits for somebody. */
enum point { AT_DISCONNECT, AT_SIGN_OUT, AT_LINKS, AT_APPROVAL, AT_BACKEND, AT_CONNECT, AT_TEST, AT_END };

/* `/eac repair WHO` by that user; the number of the repair. */
int begin_repair(struct stage *stage, const char *user, const char *words);
/* Maria's repair of Jane, with the program started before; it waits at AT_DISCONNECT. */
int begin_jane(struct stage *stage);
/* From one point to another, by buttons, Jane being affected. */
void play(struct stage *stage, int id, enum point from, enum point to);
/* The same for anybody, by words that Maria, Ida and Omar type. */
void play_typed(struct stage *stage, int id, const char *target, enum point from, enum point to);
/* What is done at that point, without waiting for what comes of it. */
void play_one(struct stage *stage, enum point point);
/* Starts everything and plays that far; the number of the repair. */
int start_at(struct stage *stage, enum point point);
/* Waits until the repair waits at that point. */
void await_point(struct stage *stage, int id, enum point point);

json_t *of_user(const char *name); /* {"user": name} */
/* Mentions the bot in the thread of the repair. */
void say_in_thread(struct stage *stage, int id, const char *user, const char *words);
/* Does the repair's JSON say that at "path.to.member"? */
bool repair_says(struct stage *stage, int id, const char *path, const char *value);
/* The state of a step, and a text in its detail; NULL: any. */
void check_step(struct stage *stage, int id, const char *step, const char *state, const char *detail);

bool holds_set(struct stage *stage, const char *user, const char *set);
int count_holdings(struct stage *stage, const char *user, const char *member);
/* Does the user hold what was held then? Tokens, links and sessions are looked at by others. */
void check_same_grants(struct stage *stage, const char *user, const json_t *before);
/* Writes that Salesforce was asked for (records made, changed and deleted, tokens revoked). */
int count_writes(struct stage *stage);
/* Fails if there is a message in the channel or the direct message, or somebody types there. */
void check_silent(struct stage *stage, const char *channel);
