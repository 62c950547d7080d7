/*
 * slack/web.h - one call of a Web API method and what its answer means. Private to this folder.
 *
 * Form bodies for every method (docs.slack.dev, "Using the Slack Web API": some
 * methods take no JSON, all take forms; nested values go as JSON text inside).
 * Trying again is the caller's decision.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "bot/base/secret.h"
#include "bot/http/http.h"
#include "bot/slack/slack.h"

struct web;

/* api_url ends with '/' and is copied. `refused` is told when a call ends with AUTH, before the caller is. */
struct web *web_new(struct http *http, const char *api_url, void (*refused)(void *arg, const char *method), void *arg);
/* Calls under way are answered with ABORTED from inside; the callbacks may not call again. NULL is fine. */
void web_free(struct web *web);
/*
 * `arguments` is stolen and may be NULL. The answer comes later, once; after web_cancel never. `token` is read before
 * this returns.
 */
http_ticket web_call(struct web *web, const struct secret *token, const char *method, json_t *arguments,
                     unsigned timeout_ms, slack_answer_fn *done, void *arg);
void web_cancel(struct web *web, http_ticket ticket); /* unknown tickets are fine */
void web_each_count(const struct web *web, void (*fn)(void *arg, const char *method, const char *result, uint64_t n),
                    void *arg);
/* The form body for arguments; NULL values are left out. The caller frees. For web.c and its test. */
char *web_form(json_t *arguments);
