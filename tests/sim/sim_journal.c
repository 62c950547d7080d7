/*
 * tests/sim/sim_journal.c - what came in, and what was wrong with it.
 *
 * The journal tells a person why a test failed; the violations tell a test
 * that the client broke the protocol although everything seemed to work.
 */

#include "tests/sim/sim_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JOURNAL_MAX = 20000, BODY_MAX = 16 * 1024 };

static void journal_add(struct sim *sim, json_t *line)
{
	json_object_set_new(line, "n", json_integer(++sim->lines));
	json_object_set_new(line, "at_ms", json_integer(sim_now_ms() - sim->started_ms));
	if (json_array_size(sim->journal) >= JOURNAL_MAX)
		json_array_remove(sim->journal, 0);
	json_array_append_new(sim->journal, line);
}

static json_t *body_text(const char *body, size_t len)
{
	json_t *text = body ? json_stringn(body, len < BODY_MAX ? len : BODY_MAX) : NULL;

	return text ? text : json_string("");
}

void journal_request(struct sim *sim, const struct sim_request *req, const struct sim_answer *ans,
                     const struct sim_fault *fault, int64_t took_ms)
{
	json_t *line =
	    json_pack("{s:s, s:s, s:s, s:O, s:i, s:I, s:o, s:o}", "method", req->method, "path", req->path, "kind",
	              req->kind, "query", req->query, "status", ans->drop ? 0 : ans->status, "ms", (json_int_t)took_ms,
	              "body", body_text(req->body, req->body_len), "answer", body_text(ans->body, ans->body_len));

	json_object_set_new(line, "bytes",
	                    json_integer((json_int_t)(strlen(req->target) + req->body_len + ans->body_len)));
	if (fault->rule)
		json_object_set_new(line, "fault", json_copy(fault->rule));
	journal_add(sim, line);
	if (sim->verbose)
		fprintf(stderr, "%s %s -> %d\n", req->method, req->kind, ans->drop ? 0 : ans->status);
}

__attribute__((format(printf, 1, 0))) static json_t *sentence(const char *format, va_list args)
{
	char *text = NULL;
	json_t *string;

	if (vasprintf(&text, format, args) < 0)
		abort();
	string = json_string(text);
	free(text);
	return string ? string : json_string("(not UTF-8)");
}

json_t *sim_jsonf(const char *format, ...)
{
	va_list args;
	json_t *string;

	va_start(args, format);
	string = sentence(format, args);
	va_end(args);
	return string;
}

void sim_violation(struct sim *sim, const char *format, ...)
{
	va_list args;
	json_t *text;

	va_start(args, format);
	text = sentence(format, args);
	va_end(args);
	if (sim->verbose)
		fprintf(stderr, "VIOLATION %s\n", json_string_value(text));
	json_array_append_new(sim->violations,
	                      json_pack("{s:I, s:I, s:O}", "n", ++sim->sentences, "at_ms",
	                                (json_int_t)(sim_now_ms() - sim->started_ms), "sentence", text));
	journal_add(sim, json_pack("{s:s, s:o}", "kind", "violation", "note", text));
}

void sim_note(struct sim *sim, const char *kind, const char *format, ...)
{
	va_list args;
	json_t *text;

	va_start(args, format);
	text = sentence(format, args);
	va_end(args);
	if (sim->verbose)
		fprintf(stderr, "%s: %s\n", kind, json_string_value(text));
	journal_add(sim, json_pack("{s:s, s:o}", "kind", kind, "note", text));
}

void journal_control(struct sim *sim, const struct sim_request *req, struct sim_answer *ans)
{
	const char *after = sim_query(req, "after");
	const char *kind = sim_query(req, "kind");
	json_int_t from = after ? strtoll(after, NULL, 10) : 0;
	json_t *lines = json_array();
	size_t i;
	json_t *line;

	if (strcmp(req->method, "DELETE") == 0)
		json_array_clear(sim->journal);
	json_array_foreach (sim->journal, i, line) {
		if (json_integer_value(json_object_get(line, "n")) <= from)
			continue;
		if (!kind || strcmp(kind, sim_text(line, "kind")) == 0)
			json_array_append(lines, line);
	}
	sim_answer_new(ans, 200, lines);
}

void violations_control(struct sim *sim, const struct sim_request *req, struct sim_answer *ans)
{
	sim_answer_json(ans, 200, sim->violations);
	if (strcmp(req->method, "DELETE") == 0)
		json_array_clear(sim->violations);
}
