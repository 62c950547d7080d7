/*
 * scenario/batch.c - many people with one command: one message, one approval, each still their own repair.
 */
#include <stdlib.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/scenario/play.h"
#include "tests/scenario/scenario.h"

static const char four[] = "repair @jane @john bob@example.com carl@example.com";

static void begin_four(struct stage *stage)
{
	stage_set(stage, "limits.board_from", json_integer(3));
	stage_start(stage);
	free(stage_slash(stage, "maria", four));
	for (int id = 1; id <= 4; id++)
		stage_await(stage, id, "waiting_approval", NULL);
	SEE(stage, .channel = "helpdesk", .contains = "EAC-5: repair");
	SEE(stage, .channel = "helpdesk", .contains = "4 people: before anything", .button = "Approve");
}

static void four_people_share_one_message_and_one_approval(struct stage *stage)
{
	begin_four(stage);
	stage_click(stage, "omar", "Approve", "EAC-5");
	for (int id = 1; id <= 4; id++)
		stage_await(stage, id, "waiting_user", NULL);
	SEE(stage, .user = "jane", .channel = "dm", .button = "Done");
	SEE(stage, .channel = "helpdesk", .contains = "4 waiting for the affected person");
}

static void one_rejection_ends_all(struct stage *stage)
{
	begin_four(stage);
	free(stage_slash(stage, "maria", "status EAC-5"));
	free(stage_slash(stage, "omar", "reject EAC-5 not now"));
	for (int id = 1; id <= 4; id++)
		stage_await(stage, id, "rejected", NULL);
	SEE(stage, .channel = "helpdesk", .contains = "4 rejected", .timeout_ms = 20000);
}

static void a_board_survives_a_kill(struct stage *stage)
{
	begin_four(stage);
	stage_kill(stage);
	stage_start(stage);
	stage_click(stage, "omar", "Approve", "EAC-5");
	for (int id = 1; id <= 4; id++)
		stage_await(stage, id, "waiting_user", NULL);
}

const struct scenario batch_scenarios[] = {
    SCENARIO(four_people_share_one_message_and_one_approval),
    SCENARIO(one_rejection_ends_all),
    SCENARIO(a_board_survives_a_kill),
    {0},
};
