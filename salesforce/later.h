/*
 * salesforce/later.h - an answer that is known at once still comes later.
 *
 * This folder has no arrow to the loop. An http request that can't be sent is
 * answered later by promise (http.h), can be cancelled like any other, and goes
 * nowhere: that is all that is needed here.
 */
#pragma once

#include "bot/http/http.h"

/* Calls done(arg, ...) later, once; what the answer says has no meaning, but for ABORTED from inside http_free. */
static inline http_ticket later(struct http *http, http_done_fn *done, void *arg)
{
	return http_send(http, &(struct http_request){.method = "GET", .url = ""}, done, arg);
}
