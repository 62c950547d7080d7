/*
 * scenario/connection.c - what goes wrong on the way from Slack to us.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/scenario/play.h"
#include "tests/scenario/scenario.h"
#include "tests/stage/client.h"

/* --- waiting for what only eacbot knows --- */

static void rest_a_little(struct stage *stage)
{
	CHECK(stage, !SEES(stage, .contains = "is never said"));
}

/* Until the log says that (again, after `after` bytes of it); where it stands then. */
static size_t await_log(struct stage *stage, const char *words, size_t after)
{
	int64_t until = clock_boot_ms() + 20000;

	for (;;) {
		AUTO_FREE char *log = stage_log(stage);
		const char *at = strlen(log) > after ? strstr(log + after, words) : NULL;
		if (at != NULL)
			return (size_t)(at - log) + 1;
		if (clock_boot_ms() > until)
			stage_fail(stage, "the log does not say \"%s\"", words);
		rest_a_little(stage);
	}
}

static size_t log_length(struct stage *stage)
{
	AUTO_FREE char *log = stage_log(stage);
	return strlen(log);
}

static bool endpoint_says(struct stage *stage, const char *path, const char *words)
{
	struct client_answer answer = stage_get(stage, path);
	bool says = strstr(answer.body, words) != NULL;

	client_answer_done(&answer);
	return says;
}

/* --- orders --- */

static void order_sockets(struct stage *stage, const char *what)
{
	stage_do(stage, SLACK, "/_sim/sockets", json_pack("{s:s}", "do", what));
}

static void order_ghosts(struct stage *stage, int count, bool swallow)
{
	stage_do(stage, SLACK, "/_sim/sockets",
	         json_pack("{s:s, s:i, s:b}", "do", "ghosts", "count", count, "swallow", swallow));
}

/* --- ghosts --- */

static void ghosts_are_told_to_admins_and_machines(struct stage *stage)
{
	order_ghosts(stage, 2, false);
	stage_start(stage);
	await_log(stage, "2 of which are not ours", 0);
	CHECK(stage, endpoint_says(stage, "/readyz", "\"ghost_connections\":2"));
	CHECK(stage, endpoint_says(stage, "/readyz", "\"ghosts_until\":\"20"));
	CHECK(stage, endpoint_says(stage, "/metrics", "eacbot_slack_ghost_connections 2"));
	AUTO_FREE char *admin = stage_slash(stage, "ida", "status");
	CHECK(stage, strstr(admin, "clicks may be lost until about <!date^") != NULL);
	CHECK(stage, strstr(admin, "/eac approve ID") != NULL);
	AUTO_FREE char *requester = stage_slash(stage, "maria", "status");
	CHECK(stage, strstr(requester, "clicks may be lost") == NULL);

	size_t said = log_length(stage);
	order_ghosts(stage, 0, false);
	order_sockets(stage, "refresh_requested");
	await_log(stage, "2 ghost connections are gone", said);
	CHECK(stage, endpoint_says(stage, "/readyz", "\"ghost_connections\":0"));
	AUTO_FREE char *again = stage_slash(stage, "ida", "status");
	CHECK(stage, strstr(again, "clicks may be lost") == NULL);
}

const struct scenario connection_scenarios[] = {
    SCENARIO(ghosts_are_told_to_admins_and_machines),
    {0},
};
