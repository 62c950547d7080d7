/*
 * commands/eac/steps.c - names of the ten steps.
 */
#include "commands/eac/steps.h"

#include "bot/base/text.h"
#include "commands/phrases/phrases.h"

static const struct {
	const char *number, *key;
	enum phrase title;
} names[EAC_STEP_COUNT] = {
#define X(name, number, key) {number, key, PHRASE_STEP_##name},
    EAC_STEPS(X)
#undef X
};

static bool is_step(int step)
{
	return step >= 0 && step < EAC_STEP_COUNT;
}

const char *eac_step_key(int step)
{
	return is_step(step) ? names[step].key : "";
}

const char *eac_step_number(int step)
{
	return is_step(step) ? names[step].number : "";
}

const char *eac_step_title(int step, enum language language)
{
	return is_step(step) ? phrase_text(language, names[step].title) : "";
}

json_t *eac_step_title_value(int step)
{
	return is_step(step) ? phrase_value(names[step].title, NULL) : json_string("");
}

int eac_step_find(const char *word)
{
	for (int i = 0; i < EAC_STEP_COUNT; i++)
		if (text_ieq(word, names[i].key) || text_eq(word, names[i].number))
			return i;
	return -1;
}
