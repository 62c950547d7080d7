/*
 * simulation/plant.c - see plant.h.
 */
#include "tests/simulation/plant.h"

#include <stdio.h>
#include <string.h>

#include "bot/base/text.h"
#include "bot/store/store_private.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/people.h"
#include "tests/simulation/world.h"

enum { AGAIN = 15 }; /* envelopes that are sent once more when the inbox has been forgotten */

static struct plant {
	const char *name;
	bool stuck;
} plant;

void plant_begin(const char *name)
{
	plant = (struct plant){.name = name};
}

bool plant_is(const char *name)
{
	return plant.name != NULL && text_eq(plant.name, name);
}

static const struct {
	const char *name, *sql;
	bool once;
} deeds[] = {
    {"forgotten-inbox", "DELETE FROM inbox WHERE done = 1", false},
    {"edited-audit", "UPDATE audit SET at = at + 1000 WHERE n = 5", true},
    {"stuck",
     "UPDATE request SET state = 'running', wake_at = 0 WHERE id = (SELECT MAX(id) FROM request WHERE open = 1)", true},
};

static enum errc run(struct tx *tx, void *arg)
{
	int64_t changes = 0;
	enum errc rc = sql_run(tx, &changes, arg, NO_ARGS);

	if (changes > 0)
		plant.stuck = true;
	return rc;
}

void plant_tamper(void)
{
	for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
		char sql[200];

		if (!plant_is(deeds[i].name) || (deeds[i].once && plant.stuck))
			continue;
		text_copy(sql, sizeof sql, deeds[i].sql);
		disk_ask(run, sql);
	}
	for (int i = 0; i < AGAIN && plant_is("forgotten-inbox"); i++)
		people_redeliver(true);
}

static void copy_file(const char *from, const char *to)
{
	FILE *in = fopen(from, "re"), *out = fopen(to, "we");
	char part[8192];
	size_t n;

	if (in == NULL || out == NULL)
		world_fail("%s can't be copied", from);
	while ((n = fread(part, 1, sizeof part, in)) > 0)
		fwrite(part, 1, n, out);
	fclose(in);
	fclose(out);
}

void plant_swap_store(const char *folder, unsigned life)
{
	enum { KEPT = 2, BACK = 4 };
	char now[600], then[600];

	if (!plant_is("older-store"))
		return;
	snprintf(now, sizeof now, "%s/eacbot.db", folder);
	snprintf(then, sizeof then, "%s/eacbot.db.copy", folder);
	if (life == KEPT)
		copy_file(now, then);
	if (life == BACK)
		copy_file(then, now);
}
