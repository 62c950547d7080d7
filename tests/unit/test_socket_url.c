/*
 * tests/unit/test_socket_url.c - where a socket may lead.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bot/slack/socket_url.h"

static void assert_url(const char *url, bool home, bool tls, const char *host, int port, const char *path)
{
	struct socket_url u;
	struct err err = {0};

	if (socket_url_parse(&u, url, home, &err))
		fail_msg("%s: %s", url, err.text);
	assert_int_equal(u.tls, tls);
	assert_string_equal(u.host, host);
	assert_int_equal(u.port, port);
	assert_string_equal(u.path, path);
}

static void assert_refused(const char *url, bool home)
{
	struct socket_url u;
	struct err err = {0};

	assert_int_equal(socket_url_parse(&u, url, home, &err), ERR_INVALID);
	assert_null(strstr(err.text, "ticket"));
}

static void slacks_hosts_are_taken_over_tls(void **state)
{
	(void)state;
	assert_url("wss://wss-primary.slack.com/link/?ticket=1&app_id=2", false, true, "wss-primary.slack.com", 443,
	           "/link/?ticket=1&app_id=2");
	assert_url("wss://wss.slack-gov.com:8443/x", false, true, "wss.slack-gov.com", 8443, "/x");
	assert_url("wss://WSS.Slack.com", false, true, "WSS.Slack.com", 443, "/");
}

static void other_hosts_are_refused(void **state)
{
	static const char *const urls[] = {"ws://wss.slack.com/?ticket=1",
	                                   "wss://evil.example/?ticket=1",
	                                   "wss://evilslack.com/?ticket=1",
	                                   "wss://slack.com.evil.example/?ticket=1",
	                                   "wss://wss.slack.com@evil.example/?ticket=1",
	                                   "wss:///x?ticket=1",
	                                   "wss://.slack.com:0/?ticket=1",
	                                   "https://wss.slack.com/?ticket=1",
	                                   "",
	                                   "wss://wss.slack.com:99999/",
	                                   "wss://wss.slack.com?ticket=1",
	                                   "wss://wss.slack.com/a b",
	                                   "wss://wss.slack.com/\r\nX: y",
	                                   "wss://[::1/",
	                                   "wss://wss.slack.com/#x",
	                                   "ws://127.0.0.1:80/?ticket=1",
	                                   "wss://127.0.0.1/"};

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		assert_refused(urls[i], false);
}

static void this_machine_is_taken_where_the_api_is_on_it(void **state)
{
	(void)state;
	assert_url("ws://127.0.0.1:8080/link/?ticket=1", true, false, "127.0.0.1", 8080, "/link/?ticket=1");
	assert_url("wss://localhost/link/", true, true, "localhost", 443, "/link/");
	assert_url("ws://[::1]:90/", true, false, "::1", 90, "/");
	assert_refused("ws://10.0.0.1/", true);
	assert_refused("ws://127.0.0.1.evil.example/", true);
	assert_refused("ws://wss.slack.com/", true);
}

static void too_long_a_path_is_refused(void **state)
{
	char url[2400] = "wss://wss.slack.com/";

	(void)state;
	memset(url + strlen(url), 'x', 2100);
	assert_refused(url, false);
}

static void an_api_on_this_machine_is_known(void **state)
{
	(void)state;
	assert_true(socket_url_points_home("http://127.0.0.1:8080/api/"));
	assert_true(socket_url_points_home("https://localhost/api/"));
	assert_true(socket_url_points_home("http://[::1]:1/api/"));
	assert_false(socket_url_points_home("https://slack.com/api/"));
	assert_false(socket_url_points_home("https://localhost.example/api/"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(slacks_hosts_are_taken_over_tls),
	    cmocka_unit_test(other_hosts_are_refused),
	    cmocka_unit_test(this_machine_is_taken_where_the_api_is_on_it),
	    cmocka_unit_test(too_long_a_path_is_refused),
	    cmocka_unit_test(an_api_on_this_machine_is_known),
	};

	return cmocka_run_group_tests_name("socket_url", tests, NULL, NULL);
}
