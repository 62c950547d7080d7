/*
 * simulation/fakes/slack.c - the fake Slack of tests/sim, called as a function.
 */
#include "tests/simulation/fakes/slack.h"

#include <string.h>

#include "tests/sim/slack/admin.h"
#include "tests/sim/slack/envelopes.h"
#include "tests/sim/slack/feed.h"
#include "tests/sim/slack/look.h"
#include "tests/sim/slack/people.h"
#include "tests/sim/slack/triggers.h"
#include "tests/sim/slack/views.h"
#include "tests/sim/slack/web.h"

static struct slack *slack;
static struct fake_slack_host told;

int host_port(void)
{
	return 1; /* as in net.h */
}

const struct fake_host *host_of(struct sim *sim)
{
	(void)sim;
	return &told.host;
}

const struct fake_slack_host *slack_host(void)
{
	return &told;
}

static bool under(const char *path, const char *folder)
{
	return strncmp(path, folder, strlen(folder)) == 0;
}

static void handle(void *ctx, const struct sim_request *req, struct sim_answer *ans)
{
	if (under(req->path, "/api/"))
		web_handle(ctx, req, ans);
	else if (under(req->path, "/respond/"))
		response_url_handle(ctx, req, ans);
	else
		sim_answer_text(ans, 404, "text/plain", "");
}

static bool control(void *ctx, const struct sim_request *req, struct sim_answer *ans)
{
	if (strcmp(req->path, "/_sim/sockets") == 0) {
		sockets_control(ctx, req, ans);
		return true;
	}
	return people_control(ctx, req, ans) || admin_control(ctx, req, ans) || look_control(ctx, req, ans);
}

static const char *kind(void *ctx, const struct sim_request *req)
{
	(void)ctx;
	return under(req->path, "/respond/") ? "respond" : web_kind(req->path);
}

bool fake_slack_begin(const struct fake_slack_host *host, json_t *state)
{
	static const struct sim_ops ops = {.handle = handle, .control = control, .kind = kind};

	told = *host;
	slack = slack_new(state, 1);
	if (slack == NULL)
		return false;
	slack->sim = sim_new(&ops, slack);
	json_decref(state);
	return true;
}

void fake_slack_end(void)
{
	struct sim *sim = slack->sim;

	slack_sockets_end(slack);
	slack_free(slack);
	sim_free(sim);
	slack = NULL;
}

struct fake_answer fake_slack_ask(const struct fake_request *request)
{
	return host_ask(slack->sim, request);
}

int fake_slack_connect(const char *target)
{
	return slack_connect(slack, target);
}

void fake_slack_frame(int socket, enum fake_frame frame, int code, const char *text, size_t len)
{
	slack_frame(slack, socket, frame, code, text, len);
}

void fake_slack_gone(int socket)
{
	slack_gone(slack, socket);
}

void fake_slack_disconnect(int socket, const char *reason, int64_t close_after_ms)
{
	struct socket *s = socket_by_id(slack, socket);

	if (s != NULL && !s->leaving && !s->closing)
		socket_disconnect(s, reason, close_after_ms);
}

json_t *fake_slack_order(const char *path, json_t *body)
{
	json_object_set_new(body, "wait", json_false());
	return host_order(slack->sim, path, body);
}

json_t *fake_slack_channels(void)
{
	return slack->channels;
}

json_t *fake_slack_settings(void)
{
	return slack->settings;
}

json_t *fake_slack_app(void)
{
	return slack->app;
}

int fake_slack_open(void)
{
	int n = 0;

	for (const struct socket *s = slack->sockets; s != NULL; s = s->next)
		n++;
	return n;
}

int fake_slack_ghosts(void)
{
	ghosts_forget(slack);
	return (int)json_array_size(slack->ghosts);
}

const char *fake_slack_envelope(const char *id, const json_t **ret_payload)
{
	const struct envelope *envelope = envelope_by_id(slack, id);
	static char state[20];
	json_t *result;

	if (envelope == NULL)
		return NULL;
	result = envelope_result(envelope);
	strncpy(state, sim_text(result, "state"), sizeof state - 1);
	json_decref(result);
	if (ret_payload != NULL)
		*ret_payload = envelope_payload(envelope);
	return state;
}

const json_t *fake_slack_view(const char *user)
{
	return json_object_get(view_top(slack, user), "view");
}
