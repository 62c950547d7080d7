/*
 * sessions.c - access tokens.
 */
#include "tests/sim/salesforce/sessions.h"
#include "tests/sim/salesforce/ids.h"
#include "tests/sim/sim.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

struct sessions {
	json_t *open; /* token -> {user, calls} */
};

struct sessions *sessions_new(void)
{
	struct sessions *sessions = sim_calloc(1, sizeof(*sessions));
	sessions->open = json_object();
	return sessions;
}

void sessions_free(struct sessions *sessions)
{
	if (sessions)
		json_decref(sessions->open);
	free(sessions);
}

/* The shape of an opaque token: 00D... ! letters, digits, dots and underscores. */
static void make_token(const char *org_id, char out[128])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
	unsigned char random[80];
	if (RAND_bytes(random, sizeof(random)) != 1)
		abort();
	memcpy(out, org_id, ID_SHORT);
	memcpy(out + ID_SHORT, "!AQ", 3);
	for (size_t i = 0; i < sizeof(random); i++)
		out[ID_SHORT + 3 + i] = letters[random[i] % 64];
	out[ID_SHORT + 3 + sizeof(random)] = '\0';
}

const char *sessions_token(struct sessions *sessions, const char *user_id, const char *org_id)
{
	const char *token;
	json_t *session;
	char made[128];
	json_object_foreach (sessions->open, token, session)
		if (id_same(sim_text(session, "user"), user_id))
			return token;
	make_token(org_id, made);
	json_object_set_new(sessions->open, made, json_pack("{s:s, s:i}", "user", user_id, "calls", 0));
	return json_object_iter_key(json_object_iter_at(sessions->open, made));
}

const char *sessions_use(struct sessions *sessions, const char *token, int64_t calls_max)
{
	json_t *session = json_object_get(sessions->open, token);
	if (!session)
		return NULL;
	json_int_t calls = json_integer_value(json_object_get(session, "calls")) + 1;
	if (calls_max > 0 && calls > calls_max) {
		sessions_end(sessions, token);
		return NULL;
	}
	json_object_set_new(session, "calls", json_integer(calls));
	return sim_text(session, "user");
}

bool sessions_end(struct sessions *sessions, const char *token)
{
	return json_object_del(sessions->open, token) == 0;
}

void sessions_end_all(struct sessions *sessions)
{
	json_object_clear(sessions->open);
}

size_t sessions_count(const struct sessions *sessions)
{
	return json_object_size(sessions->open);
}
