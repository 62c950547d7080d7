/*
 * app/report.c - how the service is, for machines: the body of /readyz and of /metrics.
 */
#include "bot/app/report.h"

#include <stdlib.h>

#include "bot/app/metrics.h"
#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/base/version.h"

/* A store that has not answered for so long takes no writes, whatever it said last. */
enum { SILENT_MS = 30 * 1000 };

/* --- /readyz --- */

static json_t *part(json_t *whole, const char *name, bool ready, const char *trouble)
{
	json_t *value = json_object();

	json_set_bool(value, "ready", ready);
	json_object_set_new(value, "trouble", json_text_value(trouble));
	json_object_set_new(whole, name, value);
	return value;
}

static bool slack_part(const struct report *report, json_t *whole)
{
	struct slack_figures figures;
	char until[32];

	slack_get_figures(report->slack, &figures);
	bool ready = figures.live > 0 && figures.trouble[0] == '\0' && figures.confirmed;
	json_t *value = part(whole, "slack", ready, figures.trouble);
	json_set_int(value, "connections", figures.live);
	json_set_int(value, "ghost_connections", figures.ghosts);
	if (figures.ghosts > 0)
		json_set_str(value, "ghosts_until", clock_rfc3339(figures.ghosts_until, until));
	return ready;
}

static bool salesforce_part(const struct report *report, json_t *whole)
{
	struct sf_figures figures;

	sf_get_figures(report->sf, &figures);
	json_t *value = part(whole, "salesforce", figures.let_in, figures.trouble);
	json_set_bool(value, "quota_spent", figures.quota_spent);
	if (figures.missing[0] != '\0')
		json_set_str(value, "missing_rights", figures.missing);
	if (figures.api_limit >= 0) {
		json_set_int(value, "api_used", figures.api_used);
		json_set_int(value, "api_limit", figures.api_limit);
	}
	return figures.let_in;
}

static bool store_part(const struct report *report, json_t *whole)
{
	struct pulse_figures pulse;
	struct store_figures store;
	const char *trouble = "";

	pulse_get_figures(report->pulse, &pulse);
	store_get_figures(report->store, &store);
	if (pulse.silent_ms > SILENT_MS)
		trouble = "the store does not answer";
	else if (!store.writable)
		trouble = store.last_error[0] != '\0' ? store.last_error : "the last write failed";
	else if (!pulse.known)
		trouble = "not asked yet";
	part(whole, "store", trouble[0] == '\0', trouble);
	return trouble[0] == '\0';
}

/* A pause is no trouble: whoever wanted it is named. */
static void pause_part(const struct report *report, json_t *whole)
{
	struct pulse_figures pulse;
	char at[32];

	pulse_get_figures(report->pulse, &pulse);
	json_set_bool(whole, "paused", pulse.pause.on);
	if (!pulse.pause.on)
		return;
	json_set_str(whole, "paused_by", pulse.pause.by);
	json_set_str(whole, "paused_since", clock_rfc3339(pulse.pause.at, at));
}

bool report_ready(const struct report *report, struct buf *body)
{
	json_t *whole = json_object();
	bool slack = slack_part(report, whole);
	bool salesforce = salesforce_part(report, whole);
	bool store = store_part(report, whole);
	bool ready = slack && salesforce && store && !report->draining;

	json_set_bool(whole, "ready", ready);
	pause_part(report, whole);
	if (report->draining)
		json_set_bool(whole, "draining", true);
	char *text = json_text(whole);
	buf_printf(body, "%s\n", text);
	free(text);
	json_decref(whole);
	return ready;
}

/* --- /metrics --- */

static void gauge(struct buf *b, const char *name, const char *help, double value)
{
	metrics_family(b, name, "gauge", help);
	metrics_number(b, name, value);
}

static void counter(struct buf *b, const char *name, const char *help, double value)
{
	metrics_family(b, name, "counter", help);
	metrics_number(b, name, value);
}

static void put_store(const struct report *report, struct buf *b)
{
	struct pulse_figures pulse;
	struct store_figures store;
	double bounds[sizeof store_commit_bounds_ms / sizeof *store_commit_bounds_ms];
	struct histogram commits = {.bounds = bounds, .bound_count = sizeof bounds / sizeof *bounds};

	pulse_get_figures(report->pulse, &pulse);
	metrics_family(b, "eacbot_repairs", "gauge", "Repairs by state.");
	for (int i = 0; i < STATE_COUNT && pulse.known; i++)
		metrics_labelled(b, "eacbot_repairs", "state", state_word((enum request_state)i), NULL, NULL,
		                 (uint64_t)pulse.repairs[i]);
	metrics_family(b, "eacbot_outbox_pending", "gauge", "Messages that are not yet with Slack.");
	if (pulse.known)
		metrics_number(b, "eacbot_outbox_pending", (double)pulse.outbox_pending);
	metrics_family(b, "eacbot_paused", "gauge", "1 while no repair begins and nothing is taken away.");
	if (pulse.known)
		metrics_number(b, "eacbot_paused", pulse.pause.on);
	store_get_figures(report->store, &store);
	gauge(b, "eacbot_store_writable", "1 while the store takes writes.", store.writable);
	for (size_t i = 0; i <= commits.bound_count; i++) {
		if (i < commits.bound_count)
			bounds[i] = store_commit_bounds_ms[i] / 1000;
		/* The store counts what is at most so long; the histogram what lies between two bounds. */
		commits.buckets[i] = store.commit_buckets[i] - (i > 0 ? store.commit_buckets[i - 1] : 0);
	}
	commits.sum = store.commit_seconds_sum;
	metrics_histogram(b, "eacbot_store_commit_seconds", "Time of a commit.", &commits);
	counter(b, "eacbot_store_failed_commits_total", "Commits that failed.", (double)store.failed_commits);
	gauge(b, "eacbot_store_waiting_jobs", "Jobs that the store has not begun.", (double)store.waiting);
}

static void put_slack_call(void *arg, const char *method, const char *result, uint64_t n)
{
	metrics_labelled(arg, "eacbot_slack_requests_total", "method", method, "result", result, n);
}

static void put_slack(const struct report *report, struct buf *b)
{
	struct slack_figures figures;

	slack_get_figures(report->slack, &figures);
	gauge(b, "eacbot_slack_connections", "Live Socket Mode connections of ours.", figures.live);
	gauge(b, "eacbot_slack_reported_connections", "Connections that Slack counted at the newest hello.",
	      figures.reported);
	gauge(b, "eacbot_slack_ghost_connections",
	      "Connections that Slack counted beyond ours at the newest hello; clicks that go to them are lost.",
	      figures.ghosts);
	counter(b, "eacbot_slack_hellos_total", "Connections that began.", (double)figures.hellos);
	metrics_family(b, "eacbot_slack_requests_total", "counter", "Calls of Slack's Web API.");
	slack_each_count(report->slack, put_slack_call, b);
}

static void put_salesforce_call(void *arg, const char *kind, const char *result, uint64_t n)
{
	metrics_labelled(arg, "eacbot_salesforce_requests_total", "kind", kind, "result", result, n);
}

static void put_salesforce(const struct report *report, struct buf *b)
{
	struct sf_figures figures;

	sf_get_figures(report->sf, &figures);
	metrics_family(b, "eacbot_salesforce_requests_total", "counter", "Requests to Salesforce.");
	sf_each_count(report->sf, put_salesforce_call, b);
	metrics_family(b, "eacbot_salesforce_api_used", "gauge", "API calls of the whole org in the last 24 hours.");
	if (figures.api_used >= 0)
		metrics_number(b, "eacbot_salesforce_api_used", (double)figures.api_used);
	metrics_family(b, "eacbot_salesforce_api_limit", "gauge", "API calls that the org may make in 24 hours.");
	if (figures.api_limit >= 0)
		metrics_number(b, "eacbot_salesforce_api_limit", (double)figures.api_limit);
	gauge(b, "eacbot_salesforce_ready", "1 while Salesforce lets us in.", figures.let_in);
	gauge(b, "eacbot_salesforce_quota_spent", "1 while only a probing call is made.", figures.quota_spent);
}

static void put_dispatch(const struct report *report, struct buf *b)
{
	static const char name[] = "eacbot_envelopes_total";
	const struct dispatch_figures *figures = dispatch_get_figures(report->dispatch);

	metrics_family(b, name, "counter", "Envelopes of Slack.");
	metrics_labelled(b, name, "type", "slash_commands", NULL, NULL, figures->slash);
	metrics_labelled(b, name, "type", "interactive", NULL, NULL, figures->interactive);
	metrics_labelled(b, name, "type", "events_api", NULL, NULL, figures->events);
	metrics_labelled(b, name, "type", "unknown", NULL, NULL, figures->unknown);
	metrics_histogram(b, "eacbot_ack_seconds", "From an envelope to its acknowledgement.", &figures->ack);
}

void report_metrics(const struct report *report, struct buf *body)
{
	metrics_family(body, "eacbot_build_info", "gauge", "Which eacbot this is.");
	metrics_labelled(body, "eacbot_build_info", "version", EACBOT_VERSION, NULL, NULL, 1);
	put_store(report, body);
	put_slack(report, body);
	put_salesforce(report, body);
	put_dispatch(report, body);
	gauge(body, "eacbot_loop_lag_seconds", "How late the last timer was.",
	      (double)loop_lag_ms(report->loop) / 1000);
}
