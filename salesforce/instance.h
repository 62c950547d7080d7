/*
 * salesforce/instance.h - which hosts may get our session. Pure.
 *
 * The answer to a login names the host for everything that follows
 * (instance_url). Whoever could forge it would get the session, so only
 * Salesforce's own domains count, and a loopback address when the login was one.
 */
#pragma once

#include <stdbool.h>

#include "bot/base/err.h"

/* http or https to localhost, 127.0.0.0/8 or [::1], with any port. */
bool instance_is_loopback(const char *url);
/* OK for https://host[:port] of Salesforce without path or user; AUTH with a sentence otherwise. */
enum errc instance_check(const char *url, bool loopback_allowed, struct err *reterr) MUST_CHECK;
