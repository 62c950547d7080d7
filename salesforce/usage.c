/*
 * salesforce/usage.c - see usage.h.
 *
 * Our own calls are kept per hour, in a ring of 24 full hours and the one that
 * runs: a call is forgotten between 24 and 25 hours after it was made, never
 * earlier.
 */
#include "salesforce/usage.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/mem.h"
#include "bot/base/text.h"

enum { HOURS = 25, ERRC_COUNT = ERR_BUG + 1 };
static const int64_t hour_ms = INT64_C(3600) * 1000;
static const int64_t probe_every_ms = INT64_C(15) * 60 * 1000;

struct usage {
	int budget_percent;
	uint64_t counts[SF_KIND_COUNT][ERRC_COUNT];
	int64_t per_hour[HOURS];
	int64_t hour; /* the running one, counted from 0 of the clock */
	int64_t used, limit;
	uint64_t taken;        /* calls, ever */
	uint64_t refused_at;   /* how many had gone out when the org said so */
	bool refused;          /* the org said that its allowance is spent */
	bool closed;           /* calls are held back, for either reason */
	int64_t next_probe_ms; /* while closed */
};

struct usage *usage_new(int budget_percent)
{
	struct usage *usage = mem_alloc(sizeof(*usage));

	usage->budget_percent = budget_percent;
	usage->used = -1;
	usage->limit = -1;
	return usage;
}

void usage_free(struct usage *usage)
{
	free(usage);
}

void usage_count(struct usage *usage, enum sf_kind kind, enum errc result)
{
	usage->counts[kind][result]++;
}

static void lower(char *out, size_t size, const char *name)
{
	size_t i;

	for (i = 0; name[i] && i + 1 < size; i++)
		out[i] = (char)tolower((unsigned char)name[i]);
	out[i] = '\0';
}

void usage_each(const struct usage *usage, void (*fn)(void *arg, const char *kind, const char *result, uint64_t n),
                void *arg)
{
	static const char *const words[] = {
#define X(name, word) word,
	    SF_KINDS(X)
#undef X
	};
	char result[32];

	for (size_t kind = 0; kind < SF_KIND_COUNT; kind++) {
		for (size_t code = 0; code < ERRC_COUNT; code++) {
			if (usage->counts[kind][code] == 0)
				continue;
			lower(result, sizeof(result), err_name((enum errc)code));
			fn(arg, words[kind], result, usage->counts[kind][code]);
		}
	}
}

/* Empties the hours that have passed since the last call. */
static void turn(struct usage *usage, int64_t now_ms)
{
	int64_t hour = now_ms / hour_ms;

	if (hour - usage->hour >= HOURS)
		memset(usage->per_hour, 0, sizeof(usage->per_hour));
	for (; usage->hour < hour && hour - usage->hour < HOURS; usage->hour++)
		usage->per_hour[(usage->hour + 1) % HOURS] = 0;
	usage->hour = hour;
}

static int64_t ours(struct usage *usage, int64_t now_ms)
{
	int64_t sum = 0;

	turn(usage, now_ms);
	for (int i = 0; i < HOURS; i++)
		sum += usage->per_hour[i];
	return sum;
}

static bool share_is_spent(struct usage *usage, int64_t now_ms)
{
	if (usage->limit <= 0 || usage->budget_percent >= 100)
		return false;
	return ours(usage, now_ms) * 100 >= usage->limit * usage->budget_percent;
}

/* Opens and closes; the first probe comes a quarter of an hour after closing. */
static void judge(struct usage *usage, int64_t now_ms)
{
	bool close = usage->refused || share_is_spent(usage, now_ms);

	if (close && !usage->closed)
		usage->next_probe_ms = now_ms + probe_every_ms;
	usage->closed = close;
}

bool usage_may(struct usage *usage, int64_t now_ms)
{
	judge(usage, now_ms);
	return !usage->closed || now_ms >= usage->next_probe_ms;
}

bool usage_take(struct usage *usage, int64_t now_ms)
{
	if (!usage_may(usage, now_ms))
		return false;
	if (usage->closed)
		usage->next_probe_ms = now_ms + probe_every_ms;
	turn(usage, now_ms);
	usage->per_hour[usage->hour % HOURS]++;
	usage->taken++;
	return true;
}

uint64_t usage_stamp(const struct usage *usage)
{
	return usage->taken;
}

/* Digits, at most twelve: -1 if there are none. *end is behind them. */
static int64_t read_number(const char *text, const char **end)
{
	size_t len = strspn(text, "0123456789");

	*end = text + len;
	return len >= 1 && len <= 12 ? strtoll(text, NULL, 10) : -1;
}

static void read_limit_info(struct usage *usage, const char *limit_info)
{
	const char *at = text_starts(limit_info, "api-usage=") ? limit_info + strlen("api-usage=") : "";
	int64_t used = read_number(at, &at);
	int64_t limit = *at == '/' ? read_number(at + 1, &at) : -1;

	if (used < 0 || limit <= 0)
		return;
	usage->used = used;
	usage->limit = limit;
}

void usage_answered(struct usage *usage, int64_t now_ms, const char *limit_info, enum usage_word word, uint64_t stamp)
{
	read_limit_info(usage, limit_info);
	if (word == USAGE_SPENT) {
		usage->refused = true;
		usage->refused_at = usage->taken;
	} else if (word == USAGE_SERVED && stamp > usage->refused_at) {
		usage->refused = false;
	}
	judge(usage, now_ms);
}

void usage_get(struct usage *usage, int64_t now_ms, struct usage_figures *ret)
{
	judge(usage, now_ms);
	*ret = (struct usage_figures){.used = usage->used,
	                              .limit = usage->limit,
	                              .ours = ours(usage, now_ms),
	                              .spent = usage->closed,
	                              .refused = usage->refused};
}
