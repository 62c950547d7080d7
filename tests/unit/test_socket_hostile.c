/*
 * tests/unit/test_socket_hostile.c - whatever a peer does, the client comes back to life on a good one.
 *
 * One case per script of tests/support/hostile_scripts.c, over plain and over
 * TLS; a part of a name as the argument runs only those. SAY=1 tells what the
 * client says, and how long it took.
 */
#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/support/slack_client.h"

enum {
	PATIENCE_MS = 10000,
	STOP_MS = 1000, /* 150 ms are allowed for a Close */
	SCRIPTS_MAX = 200,
	LINGER_MS = 30,    /* for a second dial that must not come */
	PINGING_MS = 1500, /* what PINGING lasts, so that silence would be noticed */
};

static const struct hostile_script *script; /* of the case that runs */

static bool is_alive(const struct slack_client *c)
{
	struct slack_figures now = slack_client_figures(c);

	if (script->outcome == HOSTILE_LOST && now.losses == 0)
		return false;
	if (script->outcome == HOSTILE_LEAVES)
		return c->alive == 3 && now.live == 1 && now.draining == 0;
	return c->alive > 0 && now.live == 1;
}

/* What is wrong; NULL: nothing. The caller frees. */
static char *judge(const struct slack_client *c)
{
	struct slack_figures now = slack_client_figures(c);

	if (!is_alive(c))
		return mem_printf("not alive: %u live, %u alive, %u losses, %s; %s", now.live, c->alive,
		                  (unsigned)now.losses, now.trouble, now.last_loss);
	if ((script->outcome == HOSTILE_LIVES || script->outcome == HOSTILE_LEAVES) && now.losses)
		return mem_printf("lost: %s", now.last_loss);
	if (script->outcome == HOSTILE_LEAVES)
		return hostile_peer_links(c->peer) == 2 && hostile_peer_acks(c->peer) == 3 &&
		               hostile_peer_closes(c->peer) == 1
		           ? NULL
		           : mem_printf("%u dials, %u acknowledgements, %u closed politely",
		                        hostile_peer_links(c->peer), hostile_peer_acks(c->peer),
		                        hostile_peer_closes(c->peer));
	if (script->reason && !strstr(now.last_loss, script->reason))
		return mem_printf("it says: %s", now.last_loss);
	if (!text_is_utf8(now.last_loss, strlen(now.last_loss)) || strchr(now.last_loss, 27))
		return mem_printf("it says what can't be logged: %s", now.last_loss);
	if (now.losses + 1 != hostile_peer_links(c->peer) || now.opens != hostile_peer_links(c->peer))
		return mem_printf("%u losses, %u opens, %u dials; %s", (unsigned)now.losses, (unsigned)now.opens,
		                  hostile_peer_links(c->peer), now.last_loss);
	return NULL;
}

static void meet(bool tls)
{
	struct slack_client c;
	char *wrong;
	int64_t lived, took;

	slack_client_begin(&c, &(struct hostile_options){.script = script, .times = 1}, tls, NULL);
	lived = slack_client_turn(&c, is_alive, PATIENCE_MS);
	slack_client_turn(&c, NULL, script->steps[3].kind == STEP_PINGING ? PINGING_MS : LINGER_MS);
	wrong = judge(&c);
	if (getenv("SAY"))
		print_message("%lld ms until it lived; %s\n", (long long)lived, slack_client_figures(&c).last_loss);
	took = slack_client_end(&c);
	if (wrong) {
		print_error("%s\n", wrong);
		free(wrong);
		fail();
	}
	assert_in_range(took, 0, STOP_MS);
}

static void over_plain(void **state)
{
	script = *state;
	meet(false);
}

static void over_tls(void **state)
{
	script = *state;
	meet(true);
}

static union {
	const void *from;
	void *to;
} without_const;

static void add(struct CMUnitTest *tests, size_t *count, const struct hostile_script *of, bool tls)
{
	assert(*count < 2 * SCRIPTS_MAX);
	without_const.from = of;
	tests[(*count)++] = (struct CMUnitTest){
	    .name = tls ? mem_printf("%s, over TLS", of->name) : mem_strdup(of->name),
	    .test_func = tls ? over_tls : over_plain,
	    .initial_state = without_const.to,
	};
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[2 * SCRIPTS_MAX];
	const char *wanted = argc > 1 ? argv[1] : "";
	size_t count = 0;
	int bad;

	for (unsigned i = 0; hostile_script(i); i++) {
		if (!strstr(hostile_script(i)->name, wanted))
			continue;
		add(tests, &count, hostile_script(i), false);
		add(tests, &count, hostile_script(i), true);
	}
	loop_block_signals();
	bad = _cmocka_run_group_tests("socket_hostile", tests, count, NULL, NULL);
	for (size_t i = 0; i < count; i++) {
		without_const.from = tests[i].name;
		free(without_const.to);
	}
	return bad;
}
