/*
 * tests/unit/test_socket_network.c - the network between us and Slack: certificates, proxies, names, suspend.
 *
 * Two functions of the C library are replaced in this program: names that end
 * in ".hangs" are looked up for ever, and the boot clock can be set forward.
 */
#include <dlfcn.h>
#include <netdb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/support/connect_proxy.h"
#include "tests/support/slack_client.h"

enum { PATIENCE_MS = 10000, STOP_MS = 1000, BLOCKED_MS = 400 };

static atomic_llong slept_s;  /* how far the boot clock was set forward */
static atomic_bool hang_ends; /* look-ups that hang give up */

int clock_gettime(clockid_t id, struct timespec *now)
{
	long result = syscall(SYS_clock_gettime, id, now);

	if (id == CLOCK_BOOTTIME)
		now->tv_sec += atomic_load(&slept_s);
	return (int)result;
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **ret)
{
	union {
		void *found;
		int (*call)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
	} real = {.found = dlsym(RTLD_NEXT, "getaddrinfo")};

	if (!node || !strstr(node, ".hangs"))
		return real.call(node, service, hints, ret);
	while (!atomic_load(&hang_ends))
		usleep(5000);
	return EAI_AGAIN;
}

/* --- looks --- */

static bool is_live(const struct slack_client *c)
{
	return slack_client_figures(c).live == 1 && c->alive > 0;
}

static bool is_lost(const struct slack_client *c)
{
	return slack_client_figures(c).losses > 0;
}

static bool came_back(const struct slack_client *c)
{
	return is_lost(c) && slack_client_figures(c).live == 1;
}

static bool was_tried_again(const struct slack_client *c)
{
	return slack_client_figures(c).losses > 1;
}

static void assert_live(struct slack_client *c)
{
	slack_client_turn(c, is_live, PATIENCE_MS);
	if (!is_live(c))
		fail_msg("not live: %s", slack_client_figures(c).last_loss);
}

static void assert_says(struct slack_client *c, const char *words)
{
	if (!strstr(slack_client_figures(c).trouble, words))
		fail_msg("%s is not in: %s", words, slack_client_figures(c).trouble);
}

static void end(struct slack_client *c)
{
	assert_in_range(slack_client_end(c), 0, STOP_MS);
}

/* --- certificates --- */

/* The calls come first, so they meet the flaw; socket_meets below has the sockets meet it. */
static void calls_meet(enum certificate certificate, const char *words)
{
	struct slack_client c;

	slack_client_begin(&c, &(struct hostile_options){.certificate = certificate}, true, NULL);
	slack_client_turn(&c, was_tried_again, PATIENCE_MS);
	assert_int_equal(slack_client_figures(&c).live, 0);
	assert_int_equal(hostile_peer_opens(c.peer), 0);
	assert_says(&c, words);
	end(&c);
}

static void a_certificate_that_is_not_good_is_named_by_calls(void **state)
{
	(void)state;
	calls_meet(CERTIFICATE_EXPIRED, "certificate has expired");
	calls_meet(CERTIFICATE_NOT_YET, "certificate is not yet valid");
	calls_meet(CERTIFICATE_WRONG_NAME, "subject name");
	calls_meet(CERTIFICATE_STRANGER, "unable to get local issuer certificate");
	calls_meet(CERTIFICATE_SELF_SIGNED, "self-signed certificate");
	calls_meet(CERTIFICATE_FOR_CLIENTS, "certificate purpose");
}

/* The calls are plain, and give out the address of a second peer that speaks TLS. */
static void socket_meets(enum certificate certificate, const char *words)
{
	struct hostile_peer *other;
	struct slack_client c;
	char path[] = "/tmp/eacbot-ca-XXXXXX";

	close(mkstemp(path));
	other = hostile_peer_new(&(struct hostile_options){.certificate = certificate, .ca_path = path});
	slack_client_begin(&c, &(struct hostile_options){.link_port = hostile_peer_port(other)}, false, NULL);
	http_set_ca(c.http, path);
	slack_renew_tls(c.slack);
	slack_client_turn(&c, words ? was_tried_again : is_live, PATIENCE_MS);
	if (words)
		assert_says(&c, words);
	else
		assert_live(&c);
	assert_int_equal(hostile_peer_links(other), words ? 0 : 1);
	end(&c);
	hostile_peer_free(other);
	unlink(path);
}

static void a_certificate_that_is_not_good_is_named_by_sockets(void **state)
{
	(void)state;
	socket_meets(CERTIFICATE_GOOD, NULL);
	socket_meets(CERTIFICATE_EXPIRED, "certificate has expired");
	socket_meets(CERTIFICATE_NOT_YET, "certificate is not yet valid");
	socket_meets(CERTIFICATE_WRONG_NAME, "ostname mismatch");
	socket_meets(CERTIFICATE_STRANGER, "unable to get local issuer certificate");
	socket_meets(CERTIFICATE_SELF_SIGNED, "self-signed certificate");
	socket_meets(CERTIFICATE_FOR_CLIENTS, "certificate purpose");
}

static void a_tls_handshake_that_is_never_answered_is_given_up(void **state)
{
	struct slack_client c;

	(void)state;
	slack_client_begin(&c, &(struct hostile_options){.times = 1, .mute_tls = true}, true, NULL);
	slack_client_turn(&c, came_back, PATIENCE_MS);
	assert_live(&c);
	assert_non_null(strstr(slack_client_figures(&c).last_loss, "did not answer"));
	end(&c);
}

/* --- proxies --- */

static void use_proxy(const struct connect_proxy *proxy, const char *login)
{
	AUTO_FREE char *value = mem_printf("http://%s127.0.0.1:%d", login, connect_proxy_port(proxy));

	setenv("HTTPS_PROXY", value, 1);
}

static void through(const struct connect_proxy_options *options, const char *login, const char *trouble)
{
	struct connect_proxy *proxy = connect_proxy_new(options);
	struct slack_client c;

	use_proxy(proxy, login);
	slack_client_begin(&c, &(struct hostile_options){.host = "wss-primary.slack.com"}, true, "slack.com");
	if (trouble) {
		slack_client_turn(&c, is_lost, PATIENCE_MS);
		assert_says(&c, trouble);
	} else {
		assert_live(&c);
		assert_int_equal(connect_proxy_count(proxy, "wss-primary.slack.com:"), 1);
		assert_in_range(connect_proxy_count(proxy, "slack.com:"), 1, 2);
	}
	end(&c);
	connect_proxy_free(proxy);
	unsetenv("HTTPS_PROXY");
}

static void calls_and_sockets_go_through_the_proxy(void **state)
{
	(void)state;
	through(&(struct connect_proxy_options){0}, "", NULL);
}

static void the_proxy_is_told_who_we_are(void **state)
{
	struct connect_proxy_options picky = {.login = "user:p@ss:w/rd"};

	(void)state;
	through(&picky, "user:p%40ss%3Aw%2Frd@", NULL);
	through(&picky, "user:wrong@", "407");
	through(&picky, "", "407");
}

static void a_proxy_that_refuses_is_named(void **state)
{
	(void)state;
	through(&(struct connect_proxy_options){.refuse = "403 Forbidden"}, "", "403");
	through(&(struct connect_proxy_options){.mute = true}, "", "timed out");
}

/* The calls are plain and direct; only the socket, which leads to Slack by its name, needs the proxy. */
static void socket_through(const struct connect_proxy_options *options, const char *words)
{
	struct connect_proxy *proxy = connect_proxy_new(options);
	struct slack_client c;

	use_proxy(proxy, "");
	slack_client_begin(&c, &(struct hostile_options){.host = "wss-primary.slack.com", .link_port = 443}, false,
	                   NULL);
	slack_client_turn(&c, was_tried_again, PATIENCE_MS);
	assert_says(&c, words);
	end(&c);
	connect_proxy_free(proxy);
	unsetenv("HTTPS_PROXY");
}

static void a_proxy_that_lets_no_socket_through_is_named(void **state)
{
	(void)state;
	socket_through(&(struct connect_proxy_options){.refuse = "403 Forbidden"}, "proxy");
	socket_through(&(struct connect_proxy_options){.mute = true}, "proxy");
}

static void a_proxy_that_is_not_there_is_named(void **state)
{
	struct slack_client c;

	(void)state;
	setenv("HTTPS_PROXY", "http://127.0.0.1:1", 1);
	slack_client_begin(&c, &(struct hostile_options){.host = "wss-primary.slack.com", .link_port = 443}, false,
	                   NULL);
	slack_client_turn(&c, was_tried_again, PATIENCE_MS);
	assert_says(&c, "the proxy can't be reached");
	end(&c);
	unsetenv("HTTPS_PROXY");
}

/* --- names --- */

static void hang(const char *api_host, const struct hostile_options *peer)
{
	struct slack_client c;

	atomic_store(&hang_ends, false);
	slack_client_begin(&c, peer, false, api_host);
	slack_client_turn(&c, was_tried_again, PATIENCE_MS);
	assert_true(was_tried_again(&c));
	assert_in_range(c.longest_turn_ms, 0, BLOCKED_MS);
	end(&c);
	atomic_store(&hang_ends, true);
}

static void a_lookup_that_hangs_blocks_neither_the_loop_nor_the_end(void **state)
{
	(void)state;
	hang(NULL, &(struct hostile_options){.host = "wss.hangs.slack.com", .link_port = 443});
	setenv("HTTPS_PROXY", "http://proxy.hangs:3128", 1);
	hang(NULL, &(struct hostile_options){.host = "wss-primary.slack.com", .link_port = 443});
	unsetenv("HTTPS_PROXY");
}

/* --- time --- */

static void a_suspend_is_noticed_at_the_first_look(void **state)
{
	struct slack_client c;

	(void)state;
	slack_client_begin(&c, &(struct hostile_options){0}, false, NULL);
	assert_live(&c);
	atomic_fetch_add(&slept_s, 3600);
	assert_in_range(slack_client_turn(&c, is_lost, PATIENCE_MS), 0, 300);
	assert_non_null(strstr(slack_client_figures(&c).last_loss, "silent for 3600 s"));
	slack_client_turn(&c, came_back, PATIENCE_MS);
	assert_true(came_back(&c));
	assert_int_equal(c.gaps, 1);
	end(&c);
}

/* --- the end --- */

static bool is_registered(const struct slack_client *c)
{
	return slack_client_figures(c).live == 1;
}

static bool is_dialling(const struct slack_client *c)
{
	return hostile_peer_links(c->peer) == 1;
}

static void end_while(const char *script, bool (*state)(const struct slack_client *c), bool tls)
{
	struct hostile_options peer = {.script = hostile_script_named(script), .times = 1};
	struct slack_client c;

	assert_non_null(peer.script);
	slack_client_begin(&c, &peer, tls, NULL);
	slack_client_turn(&c, state, PATIENCE_MS);
	assert_true(state(&c));
	end(&c);
}

static void the_end_waits_for_no_dead_peer(void **state)
{
	(void)state;
	for (int tls = 0; tls < 2; tls++) {
		end_while("no answer to pings", is_registered, tls);
		end_while("nothing is read", is_registered, tls);
		end_while("no answer to the upgrade", is_dialling, tls);
		end_while("no hello", is_dialling, tls);
		end_while("a text that never ends", is_registered, tls);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_certificate_that_is_not_good_is_named_by_calls),
	    cmocka_unit_test(a_certificate_that_is_not_good_is_named_by_sockets),
	    cmocka_unit_test(a_tls_handshake_that_is_never_answered_is_given_up),
	    cmocka_unit_test(calls_and_sockets_go_through_the_proxy),
	    cmocka_unit_test(the_proxy_is_told_who_we_are),
	    cmocka_unit_test(a_proxy_that_refuses_is_named),
	    cmocka_unit_test(a_proxy_that_lets_no_socket_through_is_named),
	    cmocka_unit_test(a_proxy_that_is_not_there_is_named),
	    cmocka_unit_test(a_lookup_that_hangs_blocks_neither_the_loop_nor_the_end),
	    cmocka_unit_test(the_end_waits_for_no_dead_peer),
	    cmocka_unit_test(a_suspend_is_noticed_at_the_first_look),
	};

	loop_block_signals();
	return cmocka_run_group_tests_name("socket_network", tests, NULL, NULL);
}
