/*
 * http/http_transfer.c - one transfer: setting curl up, collecting the answer, saying what became of it.
 *
 * The verdict matters more than the text: TEMPORARY only when the request
 * certainly never left, UNKNOWN as soon as it may have.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bot/base/clock.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/http/http_private.h"

enum { TIMEOUT_MS = 15000, CONNECT_TIMEOUT_MS = 10000, IDLE_MAX_S = 25 };
static const size_t answer_max = (size_t)8 << 20;

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;

	buf_add(&t->answer, data, size * count);
	return t->answer.cut ? 0 : size * count; /* 0 ends the transfer */
}

static size_t on_send(char *out, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;
	size_t n = t->body_len - t->body_sent;

	if (n > size * count)
		n = size * count;
	memcpy(out, t->body + t->body_sent, n);
	t->body_sent += n;
	return n;
}

/*
 * curl rewinds a body when a reused connection died, to send the request again
 * by itself. Where that would be a second message or a second record, it fails
 * here, and the outcome is unknown.
 */
static int on_rewind(void *arg, curl_off_t offset, int origin)
{
	struct transfer *t = arg;

	if (!t->repeatable || origin != SEEK_SET || offset < 0 || (size_t)offset > t->body_len)
		return CURL_SEEKFUNC_FAIL;
	t->body_sent = (size_t)offset;
	return CURL_SEEKFUNC_OK;
}

/* If the line is header `name`, copies its value. */
static bool header_value(const char *line, size_t len, const char *name, char *out, size_t size)
{
	size_t n = strlen(name);
	AUTO_FREE char *value = NULL;

	if (len <= n || line[n] != ':' || strncasecmp(line, name, n) != 0)
		return false;
	value = mem_strndup(line + n + 1, len - n - 1);
	text_copy(out, size, text_trim(value));
	return true;
}

static size_t on_header(char *line, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;
	size_t len = size * count;
	char date[64];

	if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) { /* a new head: what an interim answer said is void */
		t->date_ms = 0;
		t->retry_after[0] = t->limit_info[0] = t->scopes[0] = '\0';
	} else if (header_value(line, len, "Date", date, sizeof(date))) {
		time_t seconds = curl_getdate(date, NULL);

		t->date_ms = seconds > 0 ? (int64_t)seconds * 1000 : 0;
	} else if (!header_value(line, len, "Retry-After", t->retry_after, sizeof(t->retry_after)) &&
	           !header_value(line, len, "Sforce-Limit-Info", t->limit_info, sizeof(t->limit_info))) {
		header_value(line, len, "X-OAuth-Scopes", t->scopes, sizeof(t->scopes));
	}
	return len;
}

static void set_common(struct transfer *t, const char *url, const char *proxy, unsigned timeout_ms)
{
	CURL *e = t->easy;
	long limit = timeout_ms ? (long)timeout_ms : TIMEOUT_MS;

	curl_easy_setopt(e, CURLOPT_PRIVATE, t);
	curl_easy_setopt(e, CURLOPT_URL, url);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->reason);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L); /* a time-out must not wait for a lookup's thread */
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, limit);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, limit < CONNECT_TIMEOUT_MS ? limit : (long)CONNECT_TIMEOUT_MS);
	curl_easy_setopt(e, CURLOPT_PROXY, proxy);
	curl_easy_setopt(e, CURLOPT_NOPROXY, ""); /* decided already; this keeps curl from reading the environment */
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
}

static void set_request_options(struct transfer *t, const struct http_request *request)
{
	CURL *e = t->easy;

	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, t->http->allow_plain ? "https,http" : "https");
	curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(e, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(e, CURLOPT_SSL_CTX_FUNCTION, tls_use_authorities);
	curl_easy_setopt(e, CURLOPT_SSL_CTX_DATA, t->http);
	curl_easy_setopt(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(e, CURLOPT_MAXAGE_CONN, (long)IDLE_MAX_S);
	curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
	curl_easy_setopt(e, CURLOPT_USERAGENT, t->http->user_agent);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
	/* Without a body there is nothing to rewind, so only a fresh connection keeps curl from sending it twice. */
	curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, !request->repeatable && request->body_len == 0 ? 1L : 0L);
}

static void set_method(struct transfer *t, const struct http_request *request)
{
	CURL *e = t->easy;

	if (request->body) {
		curl_easy_setopt(e, CURLOPT_POST, 1L);
		curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body_len);
		curl_easy_setopt(e, CURLOPT_READFUNCTION, on_send);
		curl_easy_setopt(e, CURLOPT_READDATA, t);
		curl_easy_setopt(e, CURLOPT_SEEKFUNCTION, on_rewind);
		curl_easy_setopt(e, CURLOPT_SEEKDATA, t);
	} else if (text_eq(request->method, "POST")) {
		curl_easy_setopt(e, CURLOPT_POST, 1L);
		curl_easy_setopt(e, CURLOPT_POSTFIELDS, "");
	}
	if (!text_eq(request->method, "GET") && !text_eq(request->method, "POST"))
		curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, request->method);
}

static void add_header(struct transfer *t, const char *line)
{
	struct curl_slist *longer = curl_slist_append(t->headers, line);

	if (!longer)
		abort(); /* out of memory */
	t->headers = longer;
}

/* A line end in a value would begin a header of somebody else's choice. */
static bool is_clean(const char *s)
{
	return s && !strpbrk(s, "\r\n");
}

static enum errc set_headers(struct transfer *t, const struct http_request *request, struct err *reterr)
{
	add_header(t, "Expect:"); /* no waiting for 100 Continue */
	for (size_t i = 0; i < request->header_count; i++) {
		const struct http_header *h = &request->headers[i];
		AUTO_FREE char *line = NULL;

		if (!is_clean(h->name) || !is_clean(h->value))
			return err_set(reterr, ERR_INVALID, "a header holds a line end");
		line = mem_printf("%s: %s", h->name, h->value);
		add_header(t, line);
		mem_wipe(line, strlen(line));
	}
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
	return OK;
}

static void fail_early(struct transfer *t, const struct err *e)
{
	t->early = e->code;
	text_copy(t->reason, sizeof(t->reason), e->text);
}

static void new_easy(struct transfer *t)
{
	t->begun_ms = clock_boot_ms();
	t->easy = curl_easy_init();
	if (!t->easy)
		abort(); /* out of memory */
}

void transfer_begin(struct transfer *t, const struct http_request *request)
{
	AUTO_FREE char *proxy = NULL;
	struct err e = {0};

	buf_init(&t->answer, request->max_answer ? request->max_answer : answer_max);
	new_easy(t);
	t->repeatable = request->repeatable;
	if (request->body) {
		t->body_len = request->body_len;
		t->body = mem_alloc(t->body_len + 1);
		memcpy(t->body, request->body, t->body_len);
	}
	if (set_headers(t, request, &e) != OK || url_check(request->url, t->http->allow_plain, &proxy, &e) != OK) {
		fail_early(t, &e);
		return;
	}
	t->proxied = proxy[0] != '\0';
	set_common(t, request->url, proxy, request->timeout_ms);
	set_request_options(t, request);
	set_method(t, request);
}

void transfer_begin_resolve(struct transfer *t, const char *host, int port, unsigned timeout_ms)
{
	bool bare_v6 = strchr(host, ':') && host[0] != '[';
	AUTO_FREE char *url = mem_printf(bare_v6 ? "http://[%s]:%d/" : "http://%s:%d/", host, port);

	buf_init(&t->answer, 0);
	new_easy(t);
	set_common(t, url, "", timeout_ms);
	curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "http");
	curl_easy_setopt(t->easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, 1L);
}

/* Whether the request can have reached the other side. In doubt: yes. */
static bool may_have_left(const struct transfer *t, CURLcode result)
{
	long request_size = 0;
	long connections = 0;
	long connect_code = 0;

	switch (result) {
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_PROXY: return false;
	default: break;
	}
	curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &request_size);
	curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &connections);
	curl_easy_getinfo(t->easy, CURLINFO_HTTP_CONNECTCODE, &connect_code);
	if (t->proxied && connections > 0 && connect_code / 100 != 2)
		return false; /* only the CONNECT went out */
	return request_size > 0;
}

static enum errc verdict(const struct transfer *t, CURLcode result)
{
	if (result == CURLE_OK)
		return OK;
	if (t->answer.cut)
		return ERR_TOO_LARGE;
	if (result == CURLE_URL_MALFORMAT || result == CURLE_UNSUPPORTED_PROTOCOL)
		return ERR_INVALID;
	return may_have_left(t, result) ? ERR_UNKNOWN : ERR_TEMPORARY;
}

/* Seconds, or a date; -1 when there is neither. */
static int64_t retry_after_s(const struct transfer *t)
{
	char *end;
	long long seconds = strtoll(t->retry_after, &end, 10);
	time_t when;

	if (end != t->retry_after && *end == '\0')
		return seconds >= 0 ? seconds : -1;
	when = t->retry_after[0] ? curl_getdate(t->retry_after, NULL) : -1;
	if (when < 0)
		return -1;
	seconds = (long long)when - (t->date_ms ? t->date_ms : clock_wall_ms()) / 1000;
	return seconds > 0 ? seconds : 0;
}

static void answer_request(struct transfer *t, enum errc code)
{
	struct http_answer answer = {
	    .code = code,
	    .body = buf_str(&t->answer),
	    .len = t->answer.len,
	    .content_type = "",
	    .reason = t->reason,
	    .date_ms = t->date_ms,
	    .retry_after_s = retry_after_s(t),
	    .limit_info = t->limit_info,
	    .scopes = t->scopes,
	    .took_ms = clock_boot_ms() - t->begun_ms,
	};
	char *type = NULL;

	if (code == OK)
		curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &answer.status);
	if (t->easy && curl_easy_getinfo(t->easy, CURLINFO_CONTENT_TYPE, &type) == CURLE_OK && type)
		answer.content_type = type;
	t->done(t->arg, &answer);
}

static void answer_resolve(struct transfer *t, enum errc code)
{
	char *address = NULL;

	if (code == OK)
		curl_easy_getinfo(t->easy, CURLINFO_PRIMARY_IP, &address);
	if (code == OK && text_empty(address)) {
		code = ERR_TEMPORARY;
		text_copy(t->reason, sizeof(t->reason), "no address was found");
	}
	t->resolved(t->arg, code, address ? address : "", t->reason);
}

void transfer_answer_code(struct transfer *t, enum errc code)
{
	if (t->done)
		answer_request(t, code);
	else
		answer_resolve(t, code);
}

void transfer_answer(struct transfer *t, CURLcode result)
{
	enum errc code = verdict(t, result);

	if (code == ERR_TOO_LARGE)
		text_copy(t->reason, sizeof(t->reason), "the answer is larger than allowed");
	else if (result == CURLE_SEND_FAIL_REWIND) /* curl would have sent it twice, and was kept from it */
		text_copy(t->reason, sizeof(t->reason), "the connection was lost before an answer came");
	else if (code != OK && !t->reason[0])
		text_copy(t->reason, sizeof(t->reason), curl_easy_strerror(result));
	transfer_answer_code(t, code);
}

void transfer_free(struct transfer *t)
{
	curl_easy_cleanup(t->easy);
	for (struct curl_slist *h = t->headers; h; h = h->next)
		mem_wipe(h->data, strlen(h->data)); /* tokens travel in headers */
	curl_slist_free_all(t->headers);
	mem_wipe(t->body, t->body_len);
	free(t->body);
	buf_done(&t->answer);
	free(t);
}
