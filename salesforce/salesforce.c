/*
 * salesforce/salesforce.c - the org as a whole: birth and death, cancelling, figures; see salesforce.h.
 *
 * The questions and deeds are in find.c, look.c, change.c and end.c.
 */
#include "salesforce/salesforce.h"

#include <stdlib.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "salesforce/op.h"
#include "salesforce/rights.h"

static enum errc check_options(const struct sf_options *options, struct err *reterr)
{
	if (text_empty(options->login_url))
		return err_set(reterr, ERR_INVALID, "salesforce.login_url is missing");
	if (text_empty(options->client_id))
		return err_set(reterr, ERR_INVALID, "salesforce.client_id is missing");
	if (options->auth == SF_JWT && text_empty(options->username))
		return err_set(reterr, ERR_INVALID, "salesforce.username is missing");
	return OK;
}

enum errc sf_new(struct sf **ret, struct http *http, const struct sf_options *options, struct err *reterr)
{
	enum errc code = check_options(options, reterr);
	struct sf *sf;

	if (code != OK)
		return code;
	sf = mem_alloc(sizeof(*sf));
	sf->http = http;
	sf->usage = usage_new(options->budget_percent);
	sf->session = session_new(http, sf->usage, options);
	sf->rest = rest_new(http, sf->session, sf->usage);
	sf->catalogue = catalogue_new(sf->rest, sf->session);
	sf->tokens = tokens_new();
	sf->company = company_new(sf);
	sf->username = mem_strdup(options->username ? options->username : "");
	if (options->auth == SF_JWT)
		sf->bot_username = mem_strdup(options->username);
	sf->permission_sets = mem_array(options->permission_set_count + 1, sizeof(char *));
	sf->permission_set_count = options->permission_set_count;
	for (size_t i = 0; i < options->permission_set_count; i++)
		sf->permission_sets[i] = mem_strdup(options->permission_sets[i]);
	*ret = sf;
	return OK;
}

static void abort_ops(struct sf *sf)
{
	struct sf_trouble trouble;

	sf->closing = true;
	sf_error_set(&trouble, ERR_ABORTED, "", "%s", err_sentence(ERR_ABORTED));
	while (sf->ops)
		op_fail(sf->ops, &trouble);
}

void sf_free(struct sf *sf)
{
	if (!sf)
		return;
	abort_ops(sf);
	company_free(sf->company);
	rest_cancel(sf->probe);
	rest_cancel(sf->first);
	catalogue_free(sf->catalogue);
	rest_free(sf->rest);
	session_free(sf->session);
	usage_free(sf->usage);
	tokens_free(sf->tokens);
	for (size_t i = 0; i < sf->permission_set_count; i++)
		free(sf->permission_sets[i]);
	free(sf->permission_sets);
	json_decref(sf->rights);
	free(sf->username);
	free(sf->bot_username);
	free(sf);
}

void sf_set_secrets(struct sf *sf, const struct secret *private_key, const struct secret *client_secret)
{
	session_set_secrets(sf->session, private_key, client_secret);
}

void sf_cancel(struct sf *sf, http_ticket ticket)
{
	for (struct op *op = sf->ops; op; op = op->next) {
		if (op->ticket == ticket) {
			op_free(op);
			return;
		}
	}
}

void sf_get_figures(const struct sf *sf, struct sf_figures *ret)
{
	struct usage_figures usage;

	tokens_expire(sf->tokens);
	usage_get(sf->usage, clock_boot_ms(), &usage);
	*ret = (struct sf_figures){
	    .let_in = session_let_in(sf->session),
	    .api_used = usage.used,
	    .api_limit = usage.limit,
	    .our_calls = usage.ours,
	    .quota_spent = usage.spent,
	    .clock_skew_ms = session_clock_skew_ms(sf->session),
	};
	text_copy(ret->trouble, sizeof(ret->trouble), session_trouble(sf->session));
	text_copy(ret->instance, sizeof(ret->instance), session_instance(sf->session));
	rights_put_missing(sf->rights, ret->missing, sizeof(ret->missing));
}

void sf_each_count(const struct sf *sf, void (*fn)(void *arg, const char *kind, const char *result, uint64_t n),
                   void *arg)
{
	usage_each(sf->usage, fn, arg);
}

static void on_probed(void *arg, const struct rest_answer *answer)
{
	struct sf *sf = arg;

	(void)answer; /* session and usage have taken what there is to know */
	sf->probe = NULL;
}

static void on_rights(void *arg, const struct rest_answer *answer)
{
	struct sf *sf = arg;

	sf->first = NULL;
	if (answer->trouble.code != OK)
		return; /* the first repair will ask again */
	json_auto_t *rights = rights_record(json_get(answer->body, "records"));
	sf_know_rights(sf, rights);
}

/* Without its rights the bot would find nothing anywhere, so whoever looks after it learns that before the first repair
 * does. */
static void on_let_in(void *arg, const struct sf_trouble *trouble)
{
	AUTO_BUF struct buf path = {0};
	struct sf *sf = arg;

	sf->probing = false;
	if (trouble || sf->rights || sf->first)
		return;
	rights_put_path(&path);
	sf->first =
	    rest_send(sf->rest, &(struct rest_request){.kind = SF_KIND_LEARN, .method = "GET", .path = buf_str(&path)},
	              on_rights, sf);
}

/* A login costs no call. The probing call does; usage lets it out once in a while. */
void sf_probe(struct sf *sf)
{
	struct usage_figures usage;

	if (sf->closing)
		return;
	if (!sf->probing && !session_ready(sf->session)) {
		sf->probing = true;
		session_wait(sf->session, on_let_in, sf);
	}
	usage_get(sf->usage, clock_boot_ms(), &usage);
	if (!sf->probe && usage.spent)
		sf->probe = rest_send(sf->rest,
		                      &(struct rest_request){.kind = SF_KIND_PROBE, .method = "GET", .path = "/limits"},
		                      on_probed, sf);
}
