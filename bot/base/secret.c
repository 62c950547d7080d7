/*
 * base/secret.c - keeping secrets, and hiding what looks like one.
 *
 * Redaction is the net under everything that is logged, not the fence: code
 * does not hand secrets to the log in the first place.
 */
#include "bot/base/secret.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "bot/base/mem.h"
#include "bot/base/text.h"

enum { FILE_MAX = 64 * 1024 };

struct secret {
	size_t len;
	char bytes[];
};

struct secret *secret_new(const char *bytes, size_t len)
{
	struct secret *s = mem_alloc(sizeof(*s) + len + 1);

	s->len = len;
	if (len > 0)
		memcpy(s->bytes, bytes, len);
	return s;
}

void secret_free(struct secret *s)
{
	if (!s)
		return;
	mem_wipe(s->bytes, s->len);
	free(s);
}

const char *secret_reveal(const struct secret *s)
{
	return s ? s->bytes : NULL;
}

size_t secret_len(const struct secret *s)
{
	return s ? s->len : 0;
}

static enum errc open_error(const char *path, int number, struct err *reterr)
{
	enum errc code = number == ENOENT ? ERR_NOT_FOUND : number == EACCES || number == EPERM ? ERR_DENIED : ERR_IO;

	return err_set(reterr, code, "%s: %s", path, strerror(number));
}

/* Fills `data` (FILE_MAX + 1 bytes); the extra byte shows that the file is too large. */
static enum errc read_all(const char *path, char *data, size_t *ret_len, struct err *reterr)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return open_error(path, errno, reterr);
	while (len <= FILE_MAX) {
		n = read(fd, data + len, FILE_MAX + 1 - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	if (len <= FILE_MAX && n < 0) {
		n = errno;
		close(fd);
		return open_error(path, (int)n, reterr);
	}
	close(fd);
	*ret_len = len;
	return OK;
}

static size_t without_newline(const char *data, size_t len)
{
	if (len > 0 && data[len - 1] == '\n')
		len--;
	if (len > 0 && data[len - 1] == '\r')
		len--;
	return len;
}

enum errc secret_read_file(struct secret **ret, const char *path, struct err *reterr)
{
	char *data = mem_alloc(FILE_MAX + 1);
	size_t len = 0;
	enum errc rc = read_all(path, data, &len, reterr);

	if (rc == OK && len > FILE_MAX)
		rc = err_set(reterr, ERR_TOO_LARGE, "%s: larger than 64 KiB, so it is no secret", path);
	if (rc == OK) {
		len = without_newline(data, len);
		if (len == 0)
			rc = err_set(reterr, ERR_INVALID, "%s: the file is empty", path);
		else if (memchr(data, '\0', len))
			rc = err_set(reterr, ERR_INVALID, "%s: holds a NUL byte", path);
		else
			*ret = secret_new(data, len);
	}
	mem_wipe(data, FILE_MAX + 1);
	free(data);
	return rc;
}

/* What ends a word in a log line: a blank, a quote, a bracket, the end. */
static size_t word_len(const char *s)
{
	return strcspn(s, " \t\r\n\"'<>|,;)}]");
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* The first `n` characters of s that belong to `extra` or are letters or digits. */
static size_t run_len(const char *s, const char *extra)
{
	size_t n = 0;

	while (s[n] && (isalnum((unsigned char)s[n]) || strchr(extra, s[n])))
		n++;
	return n;
}

/* Each rule looks at the text at s: how many bytes to keep (*ret_keep) and then how many to hide; 0: no match. */
typedef size_t rule_fn(const char *s, bool word_begins, size_t *ret_keep);

static size_t slack_token(const char *s, bool word_begins, size_t *ret_keep)
{
	(void)word_begins;
	*ret_keep = 0;
	if (strncasecmp(s, "xapp-", 5) == 0 || strncasecmp(s, "xwfp-", 5) == 0)
		return run_len(s, "-_.%");
	if (strncasecmp(s, "xox", 3) == 0 && isalpha((unsigned char)s[3]) && (s[4] == '-' || s[4] == '.'))
		return run_len(s, "-_.%");
	return 0;
}

/* 00D, 12 to 15 characters, an exclamation mark (perhaps encoded), the rest. */
static size_t salesforce_token(const char *s, bool word_begins, size_t *ret_keep)
{
	size_t n = 3;

	*ret_keep = 0;
	if (!word_begins || strncmp(s, "00D", 3) != 0)
		return 0;
	while (is_word(s[n]))
		n++;
	if (n < 15 || n > 18 || (s[n] != '!' && strncmp(s + n, "%21", 3) != 0))
		return 0;
	return n + run_len(s + n, "!._-%+/=");
}

/* A JWT, or its first part: base64url of {" */
static size_t json_web_token(const char *s, bool word_begins, size_t *ret_keep)
{
	size_t n;

	*ret_keep = 0;
	if (!word_begins || strncmp(s, "eyJ", 3) != 0)
		return 0;
	n = run_len(s, "._-%=");
	return n >= 12 ? n : 0;
}

static size_t bearer(const char *s, bool word_begins, size_t *ret_keep)
{
	*ret_keep = 7;
	return word_begins && strncasecmp(s, "Bearer ", 7) == 0 ? word_len(s + 7) : 0;
}

static size_t hook_path(const char *s, bool word_begins, size_t *ret_keep)
{
	static const char host[] = "hooks.slack.com";

	(void)word_begins;
	*ret_keep = sizeof(host) - 1;
	return strncasecmp(s, host, sizeof(host) - 1) == 0 ? word_len(s + sizeof(host) - 1) : 0;
}

/* key=value, key":"value and key": "value, for keys whose value is a secret wherever they stand. */
static size_t named_value(const char *s, bool word_begins, size_t *ret_keep)
{
	static const char *const keys[] = {"ticket",     "token",         "assertion", "client_secret",
	                                   "trigger_id", "code_verifier", "password",  "passwd"};
	(void)word_begins; /* access_token, refresh_token and the like end in one of them */
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		size_t n = strlen(keys[i]);

		if (strncasecmp(s, keys[i], n) != 0)
			continue;
		if (s[n] == '=') {
			*ret_keep = n + 1;
			return strcspn(s + n + 1, "& \t\r\n\"'<>");
		}
		if (s[n] != '"')
			continue;
		n += 1 + strspn(s + n + 1, " ");
		if (s[n] != ':')
			continue;
		n += 1 + strspn(s + n + 1, " ");
		if (s[n] != '"')
			continue;
		*ret_keep = n + 1;
		return strcspn(s + n + 1, "\"");
	}
	return 0;
}

/* The user:password of scheme://user:password@host. */
static size_t url_login(const char *s, bool word_begins, size_t *ret_keep)
{
	size_t n;

	(void)word_begins;
	*ret_keep = 3;
	if (strncmp(s, "://", 3) != 0)
		return 0;
	n = strcspn(s + 3, "/?# \t\r\n\"'<>@");
	return s[3 + n] == '@' && memchr(s + 3, ':', n) ? n : 0;
}

static rule_fn *const rules[] = {slack_token, salesforce_token, json_web_token, bearer,
                                 hook_path,   named_value,      url_login};

/* Appends to out as far as there is room; the last byte stays for the NUL. */
static void append(char *out, size_t size, size_t *at, const char *s, size_t n)
{
	size_t room = size - 1 - *at;

	if (n > room)
		n = room;
	memcpy(out + *at, s, n);
	*at += n;
}

void secret_redact(char *out, size_t size, const char *in)
{
	static const char hidden[] = "[hidden]";
	const char *s = in ? in : "";
	size_t at = 0;

	if (size == 0)
		return;
	while (*s && at < size - 1) {
		bool word_begins = s == in || !is_word(s[-1]);
		size_t keep = 0;
		size_t hide = 0;

		for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]) && hide == 0; i++)
			hide = rules[i](s, word_begins, &keep);
		if (hide == 0) {
			append(out, size, &at, s++, 1);
			continue;
		}
		append(out, size, &at, s, keep);
		append(out, size, &at, hidden, sizeof(hidden) - 1);
		s += keep + hide;
	}
	while (at > 0 && *s && ((unsigned char)*s & 0xc0) == 0x80) { /* do not end inside a character */
		s--;
		at--;
	}
	out[at] = '\0';
}
