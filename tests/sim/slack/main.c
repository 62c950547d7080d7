/*
 * tests/sim/slack/main.c - sim-slack: a workspace on the loopback address.
 *
 *   sim-slack [--port N] --state FILE.json [--time-scale X] [--verbose] [--die-with-parent]
 */

#include "tests/sim/slack/admin.h"
#include "tests/sim/slack/envelopes.h"
#include "tests/sim/slack/feed.h"
#include "tests/sim/slack/look.h"
#include "tests/sim/slack/people.h"
#include "tests/sim/slack/slack.h"
#include "tests/sim/slack/sockets.h"
#include "tests/sim/slack/triggers.h"
#include "tests/sim/slack/web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool under(const char *path, const char *folder)
{
	return strncmp(path, folder, strlen(folder)) == 0;
}

static void handle(void *ctx, const struct sim_request *req, struct sim_answer *ans)
{
	if (under(req->path, "/api/"))
		web_handle(ctx, req, ans);
	else if (under(req->path, "/link/"))
		sockets_upgrade(ctx, req, ans);
	else if (under(req->path, "/respond/"))
		response_url_handle(ctx, req, ans);
	else
		sim_answer_text(ans, 404, "text/plain", "");
}

static bool control(void *ctx, const struct sim_request *req, struct sim_answer *ans)
{
	if (strcmp(req->path, "/_sim/sockets") == 0)
		sockets_control(ctx, req, ans);
	else if (strcmp(req->path, "/_sim/feed") == 0)
		feed_control(ctx, req, ans);
	else if (strcmp(req->path, "/_sim/envelopes") == 0)
		envelopes_control(ctx, req, ans);
	else
		return people_control(ctx, req, ans) || admin_control(ctx, req, ans) || look_control(ctx, req, ans);
	return true;
}

static const char *kind(void *ctx, const struct sim_request *req)
{
	(void)ctx;
	if (under(req->path, "/link/"))
		return "link";
	return under(req->path, "/respond/") ? "respond" : web_kind(req->path);
}

static void stop(void *ctx)
{
	sockets_stop(ctx);
}

static int usage(void)
{
	fprintf(stderr, "sim-slack [--port N] --state FILE.json [--time-scale X] [--verbose] [--die-with-parent]\n");
	return 2;
}

static int serve(const char *path, double time_scale, const struct sim_options *options)
{
	static const struct sim_ops ops = {.handle = handle, .control = control, .kind = kind, .stop = stop};
	json_t *state = sim_load(path);
	struct slack *slack = state ? slack_new(state, time_scale) : NULL;
	struct sim *sim = slack ? sim_new(&ops, slack) : NULL;
	int status = 2;

	if (slack) {
		slack->sim = sim;
		status = sim_run(sim, options);
	}
	slack_free(slack); /* before the lock that its alarms sleep on */
	sim_free(sim);
	json_decref(state);
	return status;
}

int main(int argc, char **argv)
{
	struct sim_options options = {0};
	const char *state = NULL;
	double time_scale = 1;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--state") == 0 && i + 1 < argc)
			state = argv[++i];
		else if (strcmp(argv[i], "--time-scale") == 0 && i + 1 < argc)
			time_scale = strtod(argv[++i], NULL);
		else if (!sim_option(&options, argc, argv, &i))
			return usage();
	}
	if (!state)
		return usage();
	srandom((unsigned)time(NULL));
	return serve(state, time_scale, &options);
}
