/*
 * bench/figures.c - the table.
 */
#include "tests/bench/figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/mem.h"
#include "bot/base/text.h"

enum { FIGURES_MAX = 40, KEY_BYTES = 40 };

struct figure {
	const char *key, *title, *unit;
	double value, goal;
};

struct recorded {
	char key[KEY_BYTES];
	double value;
};

struct figures {
	struct figure list[FIGURES_MAX];
	struct recorded recorded[FIGURES_MAX];
	int count, recorded_count;
};

struct figures *figures_new(const char *recorded)
{
	struct figures *figures = mem_alloc(sizeof *figures);
	FILE *file = fopen(recorded, "re");
	char line[400];

	while (file != NULL && fgets(line, sizeof line, file) != NULL && figures->recorded_count < FIGURES_MAX) {
		struct recorded *r = &figures->recorded[figures->recorded_count];
		if (line[0] != '#' && sscanf(line, "%39s %lf", r->key, &r->value) == 2)
			figures->recorded_count++;
	}
	if (file != NULL)
		fclose(file);
	return figures;
}

void figures_free(struct figures *figures)
{
	free(figures);
}

void figures_add(struct figures *figures, const char *key, const char *title, const char *unit, double value,
                 double goal)
{
	if (figures->count < FIGURES_MAX)
		figures->list[figures->count++] =
		    (struct figure){.key = key, .title = title, .unit = unit, .value = value, .goal = goal};
}

static const struct recorded *recorded_of(const struct figures *figures, const char *key)
{
	for (int i = 0; i < figures->recorded_count; i++)
		if (text_eq(figures->recorded[i].key, key))
			return &figures->recorded[i];
	return NULL;
}

static void print_number(double value)
{
	printf("%10.*f", value >= 100 ? 0 : value >= 1 ? 1 : 3, value);
}

static void print_row(const struct figures *figures, const struct figure *figure)
{
	const struct recorded *last = recorded_of(figures, figure->key);

	printf("%-50s", figure->title);
	print_number(figure->value);
	printf(" %-3s", figure->unit);
	if (figure->goal > 0)
		printf("%8g", figure->goal);
	else
		printf("%8s", "");
	if (last != NULL)
		print_number(last->value);
	else
		printf("%10s", "");
	if (last != NULL && last->value > 0)
		printf("%7.2f", figure->value / last->value);
	printf("%s\n", figure->goal > 0 && figure->value > figure->goal ? "  goal missed" : "");
}

void figures_print(const struct figures *figures)
{
	printf("%-50s%10s    %8s%10s%7s\n", "", "now", "goal", "recorded", "ratio");
	for (int i = 0; i < figures->count; i++)
		print_row(figures, &figures->list[i]);
}

bool figures_write(const struct figures *figures, const char *path, const char *head)
{
	FILE *file = fopen(path, "we");

	if (file == NULL)
		return false;
	fprintf(file, "# %s\n", head);
	for (int i = 0; i < figures->count; i++)
		fprintf(file, "%-28s %.4g\n", figures->list[i].key, figures->list[i].value);
	return fclose(file) == 0;
}
