/*
 * simulation/fakes/host.c - what sim.c, the journal and the faults are to a fake, in one thread and virtual time.
 */
#include "tests/simulation/fakes/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/simulation/world.h"

/* --- sim.h, as far as the fakes use it --- */

struct sim *sim_new(const struct sim_ops *ops, void *ctx)
{
	struct sim *sim = sim_calloc(1, sizeof *sim);

	sim->ops = *ops;
	sim->ctx = ctx;
	sim->port = host_port();
	return sim;
}

void sim_free(struct sim *sim)
{
	free(sim);
}

int sim_port(const struct sim *sim)
{
	return sim->port;
}

void sim_lock(struct sim *sim)
{
	(void)sim;
}

void sim_unlock(struct sim *sim)
{
	(void)sim;
}

bool sim_wait(struct sim *sim, int64_t until_ms)
{
	(void)sim;
	(void)until_ms;
	world_fail("a fake waits, which nobody may in one thread");
}

void sim_changed(struct sim *sim)
{
	(void)sim;
}

bool sim_stopping(const struct sim *sim)
{
	(void)sim;
	return false;
}

void sim_violation(struct sim *sim, const char *format, ...)
{
	char text[600];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	host_of(sim)->violation(text);
}

void sim_note(struct sim *sim, const char *kind, const char *format, ...)
{
	char text[600];
	int n = snprintf(text, sizeof text, "%s ", kind);
	va_list args;

	va_start(args, format);
	vsnprintf(text + n, sizeof text - (size_t)n, format, args);
	va_end(args);
	host_of(sim)->note(text);
}

json_t *sim_jsonf(const char *format, ...)
{
	va_list args;
	json_t *string;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		abort();
	va_end(args);
	string = json_string(text);
	free(text);
	return string != NULL ? string : json_string("(not UTF-8)");
}

/* --- calls --- */

static json_t *query_of(const char *target)
{
	const char *mark = strchr(target, '?');

	return mark != NULL ? sim_form(mark + 1, strlen(mark + 1)) : json_object();
}

static json_t *mishap_rule(const char *mishap)
{
	return mishap != NULL ? json_pack("{s:s}", "do", mishap) : NULL;
}

struct fake_answer host_ask(struct sim *sim, const struct fake_request *request)
{
	char *path = strdup(request->target);
	struct sim_answer ans = {.status = 200};
	struct sim_request req = {.method = request->method,
	                          .target = request->target,
	                          .body = request->body,
	                          .body_len = request->len,
	                          .headers = json_deep_copy(request->headers),
	                          .query = query_of(request->target),
	                          .fault = mishap_rule(request->mishap)};

	if (path == NULL)
		abort();
	path[strcspn(path, "?")] = '\0';
	req.path = path;
	req.kind = sim->ops.kind(sim->ctx, &req);
	if (req.kind == NULL)
		req.kind = path;
	sim->ops.handle(sim->ctx, &req, &ans);
	struct fake_answer answer = {.status = ans.status,
	                             .body = ans.body != NULL ? ans.body : sim_calloc(1, 1),
	                             .len = ans.body_len,
	                             .headers = json_incref(ans.headers)};
	ans.body = NULL;
	answer_done(&ans);
	json_decref(req.headers);
	json_decref(req.query);
	json_decref(req.fault);
	free(path);
	return answer;
}

json_t *host_order(struct sim *sim, const char *path, json_t *body)
{
	char *text = json_dumps(body, JSON_COMPACT);
	struct sim_answer ans = {.status = 200};
	struct sim_request req = {.method = "POST",
	                          .target = path,
	                          .path = path,
	                          .kind = path,
	                          .body = text,
	                          .body_len = strlen(text),
	                          .headers = json_object(),
	                          .query = json_object()};
	json_t *result = NULL;

	if (!sim->ops.control(sim->ctx, &req, &ans))
		world_fail("no fake has %s", path);
	if (ans.status == 200)
		result = json_loads(ans.body != NULL ? ans.body : "null", JSON_DECODE_ANY, NULL);
	answer_done(&ans);
	json_decref(req.headers);
	json_decref(req.query);
	json_decref(body);
	free(text);
	return result;
}
