/*
 * later.c - a list of due times.
 */
#include "tests/sim/salesforce/later.h"
#include "tests/sim/salesforce/grants.h"
#include "tests/sim/sim.h"

#include <stdlib.h>

struct later {
	json_t *list; /* of {due_ms, kind, what} */
};

struct later *later_new(void)
{
	struct later *later = sim_calloc(1, sizeof(*later));
	later->list = json_array();
	return later;
}

void later_free(struct later *later)
{
	if (later)
		json_decref(later->list);
	free(later);
}

void later_add(struct later *later, int64_t delay_ms, enum later_kind kind, json_t *what)
{
	json_array_append_new(later->list, json_pack("{s:I, s:i, s:o}", "due_ms", (json_int_t)(sim_now_ms() + delay_ms),
	                                             "kind", (int)kind, "what", what));
}

static void happen(struct org *org, enum later_kind kind, const json_t *what)
{
	const char *user = sim_text(what, "user");
	switch (kind) {
	case LATER_RELEASE: grants_release_license(org, user, sim_text(what, "license")); break;
	case LATER_GRANT: grants_by_automation(org, user, sim_text(what, "set")); break;
	case LATER_INSERT:
		org_insert(org, sim_text(what, "object"), json_deep_copy(json_object_get(what, "row")));
		break;
	}
}

void later_run(struct later *later, struct org *org)
{
	for (size_t i = 0; i < json_array_size(later->list);) {
		json_t *entry = json_array_get(later->list, i);
		if (json_integer_value(json_object_get(entry, "due_ms")) > sim_now_ms()) {
			i++;
			continue;
		}
		json_incref(entry);
		json_array_remove(later->list, i);
		happen(org, (enum later_kind)json_integer_value(json_object_get(entry, "kind")),
		       json_object_get(entry, "what"));
		json_decref(entry);
	}
}

size_t later_count(const struct later *later)
{
	return json_array_size(later->list);
}

void later_cut(struct later *later, size_t count)
{
	while (json_array_size(later->list) > count)
		json_array_remove(later->list, json_array_size(later->list) - 1);
}
