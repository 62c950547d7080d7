/*
 * tests/unit/test_sf_instance.c - which hosts may get our session.
 */
#include "salesforce/instance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void salesforces_own_hosts_are_trusted(void **state)
{
	(void)state;
	assert_int_equal(instance_check("https://acme.my.salesforce.com", false, NULL), OK);
	assert_int_equal(instance_check("https://acme--uat.sandbox.my.salesforce.com:443", false, NULL), OK);
	assert_int_equal(instance_check("https://ACME.my.Salesforce.com", false, NULL), OK);
	assert_int_equal(instance_check("https://acme.my.salesforce.mil", false, NULL), OK);
}

static void others_are_not(void **state)
{
	static const char *const bad[] = {
	    "",
	    "acme.my.salesforce.com",
	    "http://acme.my.salesforce.com",
	    "https://salesforce.com.evil.example",
	    "https://evilsalesforce.com",
	    "https://salesforce.com",
	    "https://evil.example/.salesforce.com",
	    "https://evil.example#.salesforce.com",
	    "https://evil.example?x=.salesforce.com",
	    "https://acme.my.salesforce.com@evil.example",
	    "https://user:pw@acme.my.salesforce.com",
	    "https://acme.my.salesforce.com/path",
	    "https://acme.my.salesforce.com:",
	    "https://acme.my.salesforce.com:123456",
	    "https://evil.example\\.salesforce.com",
	    "ftp://acme.my.salesforce.com",
	    "https://[::1]x.salesforce.com",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(instance_check(bad[i], true, NULL), ERR_AUTH);
}

static void loopback_is_for_a_loopback_login_only(void **state)
{
	static const char *const here[] = {"http://127.0.0.1:8080", "https://localhost", "http://[::1]:9",
	                                   "http://127.1.2.3"};

	(void)state;
	for (size_t i = 0; i < sizeof(here) / sizeof(here[0]); i++) {
		assert_true(instance_is_loopback(here[i]));
		assert_int_equal(instance_check(here[i], true, NULL), OK);
		assert_int_equal(instance_check(here[i], false, NULL), ERR_AUTH);
	}
	assert_false(instance_is_loopback("http://127.evil.example"));
	assert_false(instance_is_loopback("http://127.0.0.1.evil.example"));
	assert_false(instance_is_loopback("http://128.0.0.1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(salesforces_own_hosts_are_trusted),
	    cmocka_unit_test(others_are_not),
	    cmocka_unit_test(loopback_is_for_a_loopback_login_only),
	};

	return cmocka_run_group_tests_name("sf_instance", tests, NULL, NULL);
}
