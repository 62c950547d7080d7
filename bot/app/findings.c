/*
 * app/findings.c - what `doctor` found; see findings.h.
 */
#include "bot/app/findings.h"

#include <stdarg.h>
#include <stdlib.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/secret.h"
#include "bot/base/text.h"

enum { DETAIL_MAX = 1000 };

static const char *const state_words[] = {"ok", "warning", "failed"};

struct findings {
	json_t *list; /* in the order in which they were found */
	enum finding_state worst;
	size_t count[3]; /* by state */
};

struct findings *findings_new(void)
{
	struct findings *findings = mem_alloc(sizeof(*findings));

	findings->list = json_array();
	return findings;
}

void findings_free(struct findings *findings)
{
	if (!findings)
		return;
	json_decref(findings->list);
	free(findings);
}

void findings_add(struct findings *findings, enum finding_state state, const char *check, const char *fix,
                  const char *format, ...)
{
	json_t *row = json_object();
	char shown[DETAIL_MAX * 2];
	AUTO_BUF struct buf detail;
	va_list ap;

	buf_init(&detail, DETAIL_MAX);
	va_start(ap, format);
	buf_vprintf(&detail, format, ap);
	va_end(ap);
	secret_redact(shown, sizeof(shown), buf_str(&detail));
	json_object_set_new(row, "check", json_string(check));
	json_object_set_new(row, "state", json_string(state_words[state]));
	json_object_set_new(row, "detail", json_text_value(shown));
	json_object_set_new(row, "fix", json_text_value(fix));
	json_array_append_new(findings->list, row);
	findings->count[state]++;
	if (state > findings->worst)
		findings->worst = state;
}

enum finding_state findings_worst(const struct findings *findings)
{
	return findings->worst;
}

static void print_rows(const struct findings *findings, FILE *out)
{
	size_t i;
	json_t *row;

	json_array_foreach (findings->list, i, row) {
		char detail[DETAIL_MAX * 2];

		text_copy_plain(detail, sizeof(detail), json_str(row, "detail"));
		fprintf(out, "%-8s %-26s %s\n", json_str(row, "state"), json_str(row, "check"), detail);
		if (json_str_or_null(row, "fix"))
			fprintf(out, "%-8s %-26s -> %s\n", "", "", json_str(row, "fix"));
	}
	fprintf(out, "%zu ok, %zu warning, %zu failed\n", findings->count[FINDING_OK], findings->count[FINDING_WARNING],
	        findings->count[FINDING_FAILED]);
}

void findings_print(const struct findings *findings, bool json, FILE *out)
{
	char *text;

	if (!json) {
		print_rows(findings, out);
		return;
	}
	text = json_dumps(findings->list, JSON_INDENT(2));
	fprintf(out, "%s\n", text);
	free(text);
}
