/*
 * simulation/fakes/salesforce.c - the fake Salesforce of tests/sim, called as a function.
 */
#include <string.h>

#include "tests/sim/salesforce/control.h"
#include "tests/sim/salesforce/front.h"
#include "tests/sim/salesforce/resources.h"
#include "tests/sim/salesforce/rest.h"
#include "tests/sim/salesforce/service.h"
#include "tests/sim/salesforce/sessions.h"
#include "tests/simulation/fakes/host.h"

static struct service service;
static struct fake_host told;

int host_port(void)
{
	return 2; /* as in net.h */
}

const struct fake_host *host_of(struct sim *sim)
{
	(void)sim;
	return &told;
}

static void on_violation(void *ctx, const char *sentence)
{
	(void)ctx;
	told.violation(sentence);
}

static void handle(void *ctx, const struct sim_request *req, struct sim_answer *ans)
{
	front_handle(ctx, req, ans);
}

static bool control(void *ctx, const struct sim_request *req, struct sim_answer *ans)
{
	return control_handle(ctx, req, ans);
}

static const char *kind(void *ctx, const struct sim_request *req)
{
	(void)ctx;
	return rest_kind(req->method, req->target);
}

bool fake_salesforce_begin(const struct fake_host *host, json_t *state)
{
	static const struct sim_ops ops = {.handle = handle, .control = control, .kind = kind};

	told = *host;
	service = (struct service){.state = state};
	service.org = org_new(state);
	if (service.org == NULL)
		return false;
	service.sim = sim_new(&ops, &service);
	service.later = later_new();
	service.sessions = sessions_new();
	service.cursors = cursors_new();
	service.calls = json_object();
	org_on_violation(service.org, on_violation, NULL);
	return true;
}

void fake_salesforce_end(void)
{
	json_decref(service.calls);
	cursors_free(service.cursors);
	sessions_free(service.sessions);
	later_free(service.later);
	sim_free(service.sim);
	org_free(service.org);
	json_decref(service.state);
	service = (struct service){0};
}

struct fake_answer fake_salesforce_ask(const struct fake_request *request)
{
	return host_ask(service.sim, request);
}

json_t *fake_salesforce_order(const char *path, json_t *body)
{
	return host_order(service.sim, path, body);
}
