/*
 * commands/eac/steps.c - names of the ten steps.
 */
#include "commands/eac/steps.h"

#include "bot/base/text.h"

struct step_name {
	const char *number, *key, *title, *who;
};

static const struct step_name names[EAC_STEP_COUNT] = {
#define X(name, number, key, title, who) {number, key, title, who},
    EAC_STEPS(X)
#undef X
};
static const struct step_name nothing = {"", "", "", ""};

static const struct step_name *name_of(int step)
{
	return step >= 0 && step < EAC_STEP_COUNT ? &names[step] : &nothing;
}

const char *eac_step_key(int step)
{
	return name_of(step)->key;
}

const char *eac_step_number(int step)
{
	return name_of(step)->number;
}

const char *eac_step_title(int step)
{
	return name_of(step)->title;
}

const char *eac_step_who(int step)
{
	return name_of(step)->who;
}

int eac_step_find(const char *word)
{
	for (int i = 0; i < EAC_STEP_COUNT; i++)
		if (text_ieq(word, names[i].key) || text_eq(word, names[i].number))
			return i;
	return -1;
}
