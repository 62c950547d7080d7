/*
 * tests/sim/slack/limits.c - how often one may call.
 *
 * A budget is a bucket: `left` fills up at a steady rate to its size, each
 * call takes one. One that ran dry is closed until `until_ms`.
 */

#include "tests/sim/slack/limits.h"

struct bucket {
	double size;
	double per_ms;
};

static json_t *budget(struct slack *slack, const char *key, struct bucket bucket)
{
	json_t *found = json_object_get(slack->budgets, key);

	if (!found) {
		found =
		    json_pack("{s:f, s:I, s:i}", "left", bucket.size, "at_ms", (json_int_t)sim_now_ms(), "until_ms", 0);
		json_object_set_new(slack->budgets, key, found);
	}
	return found;
}

static double refill(json_t *budget, struct bucket bucket, int64_t now)
{
	double left = json_number_value(json_object_get(budget, "left"));
	double since = (double)(now - json_integer_value(json_object_get(budget, "at_ms")));

	left += since * bucket.per_ms;
	return left > bucket.size ? bucket.size : left;
}

/* Seconds to wait, rounded up; 0: taken. */
static int take(struct slack *slack, const char *key, struct bucket bucket, bool strict)
{
	json_t *entry = budget(slack, key, bucket);
	int64_t now = sim_now_ms();
	json_int_t until = json_integer_value(json_object_get(entry, "until_ms"));
	double left = refill(entry, bucket, now);
	int64_t wait_ms = 0;

	if (until > now) {
		sim_violation(slack->sim, "%s: called again %lld ms before Retry-After had passed", key,
		              (long long)(until - now));
		return (int)((until - now + 999) / 1000);
	}
	if (left < 1) {
		if (strict)
			sim_violation(slack->sim, "%s: more than Slack allows, burst included", key);
		wait_ms = (int64_t)((1 - left) / bucket.per_ms);
		wait_ms = (wait_ms / 1000 + 1) * 1000;
		json_object_set_new(entry, "until_ms", json_integer(now + wait_ms));
	} else {
		left -= 1;
	}
	json_object_set_new(entry, "left", json_real(left));
	json_object_set_new(entry, "at_ms", json_integer(now));
	return (int)(wait_ms / 1000);
}

int limit_call(struct slack *slack, const char *method, int per_minute)
{
	struct bucket bucket = {.size = per_minute, .per_ms = per_minute / 60000.0};

	return slack_switch(slack, "tiers") ? take(slack, method, bucket, false) : 0;
}

int limit_post(struct slack *slack, const char *channel)
{
	double rate = json_number_value(json_object_get(slack->settings, "posts_per_second"));
	struct bucket bucket = {.size = (double)slack_setting(slack, "post_burst"), .per_ms = rate / 1000.0};
	json_t *key;
	int wait;

	if (rate <= 0)
		return 0;
	if (bucket.size < rate)
		bucket.size = rate;
	key = sim_jsonf("new messages in %s", channel);
	wait = take(slack, json_string_value(key), bucket, true);
	json_decref(key);
	return wait;
}
