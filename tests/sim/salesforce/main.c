/*
 * main.c - the fake Salesforce as a program: its command line, and the parts put together.
 */
#include "tests/sim/salesforce/control.h"
#include "tests/sim/salesforce/front.h"
#include "tests/sim/salesforce/resources.h"
#include "tests/sim/salesforce/rest.h"
#include "tests/sim/salesforce/selftest.h"
#include "tests/sim/salesforce/sessions.h"

#include <stdio.h>
#include <string.h>

struct arguments {
	struct sim_options options;
	const char *state_file;
	bool self_test;
	json_t *setup; /* what the command line says instead of the state file */
};

static const char usage[] =
    "usage: sim-salesforce --state FILE.json [--port N] [--public-key FILE] [--client-id ID] [--client-secret SECRET]\n"
    "                      [--audience URL]... [--verbose] [--die-with-parent] [--self-test]\n";

static bool setup_option(json_t *setup, const char *word, const char *value)
{
	static const char *const known[][2] = {
	    {"--public-key", "public_key_file"}, {"--client-id", "client_id"}, {"--client-secret", "client_secret"}};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (value && strcmp(known[i][0], word) == 0)
			return json_object_set_new(setup, known[i][1], json_string(value)) == 0;
	if (!value || strcmp(word, "--audience") != 0)
		return false;
	if (!json_object_get(setup, "audience"))
		json_object_set_new(setup, "audience", json_array());
	return json_array_append_new(json_object_get(setup, "audience"), json_string(value)) == 0;
}

static bool read_arguments(struct arguments *arguments, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (sim_option(&arguments->options, argc, argv, &i))
			continue;
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;
		if (strcmp(argv[i], "--self-test") == 0)
			arguments->self_test = true;
		else if (strcmp(argv[i], "--state") == 0 && value)
			arguments->state_file = argv[++i];
		else if (setup_option(arguments->setup, argv[i], value))
			i++;
		else
			return false;
	}
	return arguments->state_file != NULL;
}

static void on_violation(void *ctx, const char *sentence)
{
	sim_violation(ctx, "%s", sentence);
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

static int serve(struct service *service, const struct sim_options *options)
{
	static const struct sim_ops ops = {.handle = handle, .control = control, .kind = kind};
	service->sim = sim_new(&ops, service);
	service->later = later_new();
	service->sessions = sessions_new();
	service->cursors = cursors_new();
	service->calls = json_object();
	org_on_violation(service->org, on_violation, service->sim);
	int result = sim_run(service->sim, options);
	json_decref(service->calls);
	cursors_free(service->cursors);
	sessions_free(service->sessions);
	later_free(service->later);
	sim_free(service->sim);
	return result;
}

int main(int argc, char **argv)
{
	struct arguments arguments = {.setup = json_object()};
	struct service service = {0};
	int result = 2;
	if (!read_arguments(&arguments, argc, argv)) {
		fputs(usage, stderr);
		goto out;
	}
	result = 1;
	service.state = sim_load(arguments.state_file);
	if (!service.state)
		goto out;
	json_object_update(service.state, arguments.setup);
	service.org = org_new(service.state);
	if (!service.org)
		goto out;
	result = arguments.self_test ? selftest_run(service.org) : serve(&service, &arguments.options);
out:
	org_free(service.org);
	json_decref(service.state);
	json_decref(arguments.setup);
	return result;
}
