/*
 * base/secret.h - bytes that must not be seen: wiped when freed, never formatted.
 */
#pragma once

#include "bot/base/err.h"

struct secret;

struct secret *secret_new(const char *bytes, size_t len);
void secret_free(struct secret *s); /* wipes; NULL is fine */
/* NUL-terminated; valid until secret_free. Never log it. NULL for NULL. */
const char *secret_reveal(const struct secret *s);
size_t secret_len(const struct secret *s);
/* Reads a whole file (at most 64 KiB), strips one trailing newline (and a CR before it), refuses NUL bytes and
 * emptiness. */
enum errc secret_read_file(struct secret **ret, const char *path, struct err *reterr) MUST_CHECK;
/* Copies `in` to out with everything that looks like a secret (Slack xox?-/xapp-/xwfp- tokens, Salesforce 00D...! and
 * eyJ tokens, ticket= values, hooks.slack.com paths, Bearer values) replaced by "[hidden]". */
void secret_redact(char *out, size_t size, const char *in);
