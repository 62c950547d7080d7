/*
 * tests/sim/slack/feed.c - everything that was done or became visible.
 */

#include "tests/sim/slack/feed.h"

#include "tests/sim/slack/blocks.h"
#include "tests/sim/slack/workspace.h"

#include <stdlib.h>

static void name_it(json_t *entry, const char *member, const char *name_member, const json_t *item)
{
	if (*sim_text(entry, member) && item)
		json_object_set(entry, name_member, json_object_get(item, "name"));
}

json_int_t feed_add(struct slack *slack, const char *what, json_t *entry)
{
	json_int_t n = (json_int_t)json_array_size(slack->feed) + 1;

	name_it(entry, "user", "user_name", workspace_user(slack, sim_text(entry, "user")));
	name_it(entry, "channel", "channel_name", workspace_channel(slack, sim_text(entry, "channel")));
	json_object_set_new(entry, "n", json_integer(n));
	json_object_set_new(entry, "what", json_string(what));
	json_object_set_new(entry, "at_ms", json_integer((sim_wall_us() - slack->born_us) / 1000));
	json_array_append_new(slack->feed, entry);
	sim_changed(slack->sim);
	return n;
}

static void copy_member(json_t *to, const json_t *from, const char *name)
{
	json_t *value = json_object_get(from, name);

	if (value)
		json_object_set_new(to, name, json_deep_copy(value));
}

json_int_t feed_message(struct slack *slack, const char *what, const char *channel, const json_t *message)
{
	json_t *entry = json_pack("{s:s}", "channel", channel);

	copy_member(entry, message, "user");
	copy_member(entry, message, "ts");
	copy_member(entry, message, "thread_ts");
	copy_member(entry, message, "text");
	copy_member(entry, message, "visible");
	json_object_set_new(entry, "shown", json_string(sim_text(message, "_shown")));
	json_object_set_new(entry, "buttons", blocks_labels(json_object_get(message, "blocks")));
	return feed_add(slack, what, entry);
}

void feed_control(struct slack *slack, const struct sim_request *req, struct sim_answer *ans)
{
	const char *after = sim_query(req, "after");
	const char *wait = sim_query(req, "wait_ms");
	size_t from = after ? strtoul(after, NULL, 10) : 0;
	int64_t until = sim_now_ms() + (wait ? strtol(wait, NULL, 10) : 0);
	json_t *news = json_array();

	while (json_array_size(slack->feed) <= from && sim_now_ms() < until && !sim_stopping(slack->sim))
		sim_wait(slack->sim, until);
	for (size_t i = from; i < json_array_size(slack->feed); i++)
		json_array_append(news, json_array_get(slack->feed, i));
	sim_answer_new(ans, 200, news);
}
