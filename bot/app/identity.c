/*
 * app/identity.c - who we are in Slack, remembered from one run to the next.
 */
#include "bot/app/identity.h"

#include <stdlib.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"

enum { KEPT_MAX = 1024 };

static const char setting_key[] = "slack_identity";

struct identity {
	struct store *store;
	struct slack *slack;
	char kept[KEPT_MAX];    /* as the store has it; "" */
	char writing[KEPT_MAX]; /* on its way there; "" */
};

struct identity *identity_new(struct store *store, struct slack *slack)
{
	struct identity *identity = mem_alloc(sizeof *identity);

	identity->store = store;
	identity->slack = slack;
	return identity;
}

void identity_free(struct identity *identity)
{
	free(identity);
}

/* "" where it is too long to be kept. */
static void write_down(const struct slack_identity *us, char out[static KEPT_MAX])
{
	json_t *value = json_object();

	json_set_str(value, "token", us->token);
	json_set_str(value, "bot_user", us->bot_user);
	json_set_str(value, "bot_id", us->bot_id);
	json_set_str(value, "team", us->team);
	json_set_str(value, "enterprise", us->enterprise);
	json_set_str(value, "url", us->url);
	if (us->app_known)
		json_set_str(value, "app_id", us->app_id);
	AUTO_FREE char *text = json_text(value);
	json_decref(value);
	text_copy(out, KEPT_MAX, strlen(text) < KEPT_MAX ? text : "");
}

static bool read_kept(const char *text, struct slack_identity *ret)
{
	json_t *value = NULL;

	if (text[0] == '\0' || json_parse(&value, text, strlen(text), NULL) != OK)
		return false;
	*ret = (struct slack_identity){.app_known = json_str(value, "app_id")[0] != '\0'};
	text_copy(ret->token, sizeof ret->token, json_str(value, "token"));
	text_copy(ret->bot_user, sizeof ret->bot_user, json_str(value, "bot_user"));
	text_copy(ret->bot_id, sizeof ret->bot_id, json_str(value, "bot_id"));
	text_copy(ret->team, sizeof ret->team, json_str(value, "team"));
	text_copy(ret->enterprise, sizeof ret->enterprise, json_str(value, "enterprise"));
	text_copy(ret->url, sizeof ret->url, json_str(value, "url"));
	text_copy(ret->app_id, sizeof ret->app_id, json_str(value, "app_id"));
	json_decref(value);
	return ret->bot_user[0] != '\0';
}

static enum errc recall_job(struct tx *tx, void *arg)
{
	struct identity *identity = arg;
	enum errc rc = store_setting_get(tx, setting_key, identity->kept, sizeof identity->kept);

	return rc == ERR_NOT_FOUND ? OK : rc;
}

void identity_recall(struct identity *identity)
{
	struct slack_identity us;

	if (store_run(identity->store, recall_job, identity) != OK) {
		identity->kept[0] = '\0';
		return; /* auth.test will tell */
	}
	if (read_kept(identity->kept, &us))
		slack_presume(identity->slack, &us);
}

static enum errc keep_job(struct tx *tx, void *arg)
{
	struct identity *identity = arg;

	return store_setting_set(tx, setting_key, identity->writing);
}

/* What a failing store did not take is brought again. */
static void on_kept(void *arg, enum errc code)
{
	struct identity *identity = arg;

	if (code == OK)
		text_copy(identity->kept, sizeof identity->kept, identity->writing);
	identity->writing[0] = '\0';
}

void identity_keep(struct identity *identity)
{
	const struct slack_identity *us = slack_identity(identity->slack);
	struct slack_figures figures;
	char text[KEPT_MAX];

	slack_get_figures(identity->slack, &figures);
	if (us == NULL || !figures.confirmed || identity->writing[0] != '\0')
		return;
	write_down(us, text);
	if (text[0] == '\0' || text_eq(text, identity->kept))
		return;
	text_copy(identity->writing, sizeof identity->writing, text);
	store_submit(identity->store, keep_job, on_kept, identity);
}
