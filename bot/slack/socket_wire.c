/*
 * slack/socket_wire.c - one WebSocket connection on libwebsockets.
 *
 * What the library makes hard is kept in here: a connection ends in four
 * different ways (a NULL from connecting, CONNECTION_ERROR, CLIENT_CLOSED, or
 * only WSI_DESTROY), so all of them lead to finish(), and a timer says so to
 * the owner, never a callback of the library. Closing from RECEIVE corrupts the
 * library's heap, so RECEIVE only asks to be WRITEABLE and the close happens
 * there. No extensions are offered: permessage-deflate hangs version 4.1.6.
 */
#include "bot/slack/socket_wire.h"

#include <libwebsockets.h>
#include <linux/tcp.h> /* the C library's tcp_info has no byte counts */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bot/base/buf.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"

#define PROTOCOL "slack"

enum {
	TEXT_MAX = 4 * 1024 * 1024,
	BUFFER_KEPT = 64 * 1024, /* a larger one is freed after its text */
	RECEIVE_PIECE = 16 * 1024,
	TOO_BIG_CODE = 1009,
	UNSENT_MAX = 1024 * 1024,
	/* the kernel gives up on a dead path by itself too, before anybody above would wait for it */
	KEEPALIVE_AFTER_S = 20,
	KEEPALIVE_EVERY_S = 5,
	KEEPALIVE_TIMES = 3,
	UNACKED_MAX_MS = 30 * 1000,
};

/* A virtual host of libwebsockets holds what a connection can't set by itself: authorities and proxy. */
struct vhost {
	struct vhost *next;
	struct wires *wires;
	struct lws_vhost *lws;
	char *proxy; /* NULL: none */
	char *name;  /* libwebsockets keeps the pointer */
	struct ssl_ctx_st *authorities;
	unsigned uses; /* wires on it */
	bool retired;  /* the authorities changed: destroyed when unused */
	bool tls;
};

struct wires {
	struct loop *loop;
	struct http *http; /* knows the authorities */
	struct vhost *vhosts;
	unsigned made; /* for names */
};

struct frame {
	struct frame *next;
	size_t len;
	unsigned char bytes[]; /* LWS_PRE bytes for the library's header, then the text */
};

enum wire_state {
	WIRE_CALLING, /* inside the library's call that connects */
	WIRE_DIALING,
	WIRE_OPEN,
	WIRE_CLOSING, /* Close was asked for: nothing is received any more */
	WIRE_FINISHED,
};

struct wire {
	struct vhost *vhost;
	struct wire_callbacks callbacks;
	void *arg;
	struct lws *wsi;        /* NULL: not connected, or ended */
	struct loop_timer *end; /* tells the owner, after the library's callback */
	enum wire_state state;
	bool wants_ping;
	int close_code;
	char close_reason[100];
	struct frame *first, **last; /* waiting to be sent */
	size_t unsent;               /* bytes that they take */
	struct buf text;             /* the message that is arriving */
	int status;                  /* of a refused upgrade */
	char reason[240];
};

static int on_event(struct lws *wsi, enum lws_callback_reasons event, void *user, void *in, size_t len);

static const struct lws_protocols protocols[] = {
    {.name = PROTOCOL, .callback = on_event, .rx_buffer_size = RECEIVE_PIECE},
    {.name = NULL},
};

struct wires *wires_new(struct loop *loop, struct http *http)
{
	struct wires *wires = mem_alloc(sizeof(*wires));

	wires->loop = loop;
	wires->http = http;
	return wires;
}

/* Frees our part; the library's goes with its context, or went by lws_vhost_destroy. */
static void vhost_free(struct vhost *vhost)
{
	for (struct vhost **p = &vhost->wires->vhosts; *p; p = &(*p)->next) {
		if (*p == vhost) {
			*p = vhost->next;
			break;
		}
	}
	if (vhost->proxy)
		mem_wipe(vhost->proxy, strlen(vhost->proxy)); /* a login may be in it */
	http_tls_free(vhost->authorities);
	free(vhost->proxy);
	free(vhost->name);
	free(vhost);
}

static void vhost_release(struct vhost *vhost)
{
	vhost->uses--;
	if (vhost->uses || !vhost->retired)
		return;
	lws_vhost_destroy(vhost->lws);
	vhost_free(vhost);
}

void wires_renew_tls(struct wires *wires)
{
	struct vhost *next;

	for (struct vhost *vhost = wires->vhosts; vhost; vhost = next) {
		next = vhost->next;
		vhost->retired = true;
		vhost->uses++;
		vhost_release(vhost);
	}
}

void wires_free(struct wires *wires)
{
	if (!wires)
		return;
	while (wires->vhosts)
		vhost_free(wires->vhosts);
	free(wires);
}

/*
 * A non-NULL proxy address, even an empty one, keeps the library from reading http_proxy, which is meant for plain HTTP
 * and knows no exceptions.
 *
 * Only with DO_SSL_GLOBAL_INIT it looks at TLS at all. It would read the system's authorities by itself, a second time
 * and 50 ms long; it is given those that the calls use.
 */
static struct lws_vhost *make_lws_vhost(struct vhost *vhost)
{
	struct lws_context_creation_info info = {
	    .port = CONTEXT_PORT_NO_LISTEN,
	    .vhost_name = vhost->name,
	    .protocols = protocols,
	    .options = vhost->tls ? LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT : 0,
	    .provided_client_ssl_ctx = vhost->authorities,
	    .http_proxy_address = vhost->proxy ? vhost->proxy : "",
	    .timeout_secs = 10,
	    .connect_timeout_secs = 10,
	};

	return lws_create_vhost(loop_lws(vhost->wires->loop), &info);
}

static struct vhost *vhost_for(struct wires *wires, const char *proxy, bool tls)
{
	struct vhost *vhost;

	for (vhost = wires->vhosts; vhost; vhost = vhost->next)
		if (!vhost->retired && vhost->tls == tls && text_eq(vhost->proxy, proxy))
			return vhost;
	vhost = mem_alloc(sizeof(*vhost));
	vhost->wires = wires;
	vhost->tls = tls;
	vhost->proxy = mem_strdup(proxy);
	vhost->name = mem_printf("slack-%u", wires->made++);
	vhost->next = wires->vhosts;
	wires->vhosts = vhost;
	if (tls)
		vhost->authorities = http_tls_new(wires->http);
	if (!tls || vhost->authorities)
		vhost->lws = make_lws_vhost(vhost);
	if (vhost->lws)
		return vhost;
	vhost_free(vhost);
	return NULL;
}

/* The words of strangers, fit for logs and JSON. */
static void make_plain(char *s)
{
	AUTO_FREE char *copy = mem_strdup(s);

	text_copy_plain(s, strlen(s) + 1, copy);
	for (size_t step; *s; s += step ? step : 1) {
		step = text_utf8_step(s, strlen(s));
		if (!step)
			*s = '?';
	}
}

static void note(struct wire *wire, const char *reason, size_t len)
{
	if (wire->reason[0])
		return;
	snprintf(wire->reason, sizeof(wire->reason), "%.*s", (int)len, reason);
	make_plain(wire->reason);
}

static void tell_end(void *arg)
{
	struct wire *wire = arg;

	wire->callbacks.closed(wire->arg, wire->status, wire->reason);
}

/* The connection is over. The library may still speak about the wsi: it must not find us any more. */
static void finish(struct wire *wire)
{
	if (wire->state == WIRE_FINISHED)
		return;
	wire->state = WIRE_FINISHED;
	if (wire->wsi)
		lws_set_wsi_user(wire->wsi, NULL);
	wire->wsi = NULL;
	note(wire, "the connection was closed", 64);
	loop_timer_set(wire->end, 0);
}

static void connection_failed(struct wire *wire, struct lws *wsi, const char *in, size_t len)
{
	const char *log = loop_lws_reason(wire->vhost->wires->loop);

	wire->status = (int)lws_http_client_http_response(wsi);
	if (wire->status == 101 || wire->status < 0)
		wire->status = 0;
	if (wire->status)
		snprintf(wire->reason, sizeof(wire->reason), "the upgrade was refused with status %d", wire->status);
	else if (in && len && memmem(in, len, "SSL", 3) && *log)
		snprintf(wire->reason, sizeof(wire->reason), "%.150s; behind a proxy that opens TLS, see tls.ca_file",
		         log);
	else
		snprintf(wire->reason, sizeof(wire->reason), "%.*s%s%.60s", in && len ? (int)len : 21,
		         in && len ? in : "the connection failed", *log ? "; " : "", log);
	make_plain(wire->reason);
}

static void received(struct wire *wire, struct lws *wsi, const char *in, size_t len)
{
	wire->callbacks.heard(wire->arg);
	if (wire->state != WIRE_OPEN)
		return;
	if (lws_is_first_fragment(wsi))
		buf_clear(&wire->text);
	buf_add(&wire->text, in, len);
	if (wire->text.cut) {
		note(wire, "a message was larger than 4 MiB", 64);
		wire_close(wire, TOO_BIG_CODE, "too big");
		return;
	}
	if (!lws_is_final_fragment(wsi))
		return;
	if (!lws_frame_is_binary(wsi))
		wire->callbacks.text(wire->arg, buf_str(&wire->text), wire->text.len);
	if (wire->text.cap > BUFFER_KEPT)
		buf_done(&wire->text);
}

static void peer_closes(struct wire *wire, const unsigned char *in, size_t len)
{
	int code = len >= 2 ? in[0] << 8 | in[1] : 1005;
	char reason[120];

	snprintf(reason, sizeof(reason), "closed by Slack with %d%s%.*s", code, len > 2 ? ": " : "",
	         len > 2 ? (int)len - 2 : 0, len > 2 ? (const char *)in + 2 : "");
	note(wire, reason, sizeof(reason));
}

static size_t frame_size(size_t len)
{
	return sizeof(struct frame) + LWS_PRE + len;
}

/* The library masks the bytes in place: a frame is sent once. */
static int send_frame(struct wire *wire, struct lws *wsi)
{
	struct frame *frame = wire->first;
	int sent = lws_write(wsi, frame->bytes + LWS_PRE, frame->len, LWS_WRITE_TEXT);
	bool whole = sent >= (int)frame->len;

	wire->first = frame->next;
	if (!wire->first)
		wire->last = &wire->first;
	wire->unsent -= frame_size(frame->len);
	free(frame);
	if (!whole)
		note(wire, "writing failed", 64);
	return whole ? 0 : -1;
}

static int send_ping(struct wire *wire, struct lws *wsi)
{
	static const unsigned char payload[] = {'e', 'a', 'c', 'b', 'o', 't'};
	unsigned char bytes[LWS_PRE + sizeof(payload)];

	wire->wants_ping = false;
	memcpy(bytes + LWS_PRE, payload, sizeof(payload));
	return lws_write(wsi, bytes + LWS_PRE, sizeof(payload), LWS_WRITE_PING) < (int)sizeof(payload) ? -1 : 0;
}

/* One write per call: texts first, then a ping, then the close. -1 ends the connection. */
static int writeable(struct wire *wire, struct lws *wsi)
{
	int result = 0;

	if (wire->first && wire->close_code != TOO_BIG_CODE) {
		result = send_frame(wire, wsi);
	} else if (wire->state == WIRE_CLOSING) {
		lws_close_reason(wsi, (enum lws_close_status)wire->close_code, (unsigned char *)wire->close_reason,
		                 strlen(wire->close_reason));
		return -1;
	} else if (wire->wants_ping) {
		result = send_ping(wire, wsi);
	}
	if (wire->first || wire->wants_ping || wire->state == WIRE_CLOSING)
		lws_callback_on_writable(wsi);
	return result;
}

static void set_option(int fd, int level, int option, int value)
{
	setsockopt(fd, level, option, &value, sizeof(value)); /* a comfort: without it pings find out */
}

static void limit_silence(struct lws *wsi)
{
	int fd = lws_get_socket_fd(wsi);

	set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_AFTER_S);
	set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_EVERY_S);
	set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_TIMES);
	set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, UNACKED_MAX_MS);
}

static void upgraded(struct wire *wire, struct lws *wsi)
{
	limit_silence(wsi);
	wire->state = WIRE_OPEN;
	wire->callbacks.open(wire->arg);
}

static int on_event(struct lws *wsi, enum lws_callback_reasons event, void *user, void *in, size_t len)
{
	struct wire *wire = user;

	if (!wire || wire->state == WIRE_FINISHED)
		return 0;
	switch (event) {
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		connection_failed(wire, wsi, in, len);
		if (wire->state != WIRE_CALLING)
			finish(wire);
		break;
	case LWS_CALLBACK_CLIENT_ESTABLISHED: upgraded(wire, wsi); break;
	case LWS_CALLBACK_CLIENT_RECEIVE: received(wire, wsi, in, len); break;
	case LWS_CALLBACK_CLIENT_RECEIVE_PONG: wire->callbacks.heard(wire->arg); break;
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE: peer_closes(wire, in, len); break;
	case LWS_CALLBACK_CLIENT_WRITEABLE: return writeable(wire, wsi);
	case LWS_CALLBACK_CLIENT_CLOSED: finish(wire); break;
	case LWS_CALLBACK_WSI_DESTROY:
		if (wire->state == WIRE_CALLING)
			wire->state = WIRE_FINISHED; /* the caller is told by the call itself */
		else if (wsi == wire->wsi)
			finish(wire);
		break;
	default: break;
	}
	return 0;
}

static struct lws *connect_lws(struct wire *wire, const struct socket_url *url, const char *address)
{
	bool usual_port = url->port == (url->tls ? 443 : 80);
	AUTO_FREE char *host = NULL;
	struct lws_client_connect_info info = {
	    .context = loop_lws(wire->vhost->wires->loop),
	    .vhost = wire->vhost->lws,
	    .address = address ? address : url->host,
	    .port = url->port,
	    .path = url->path,
	    .ssl_connection =
	        (url->tls ? LCCSCF_USE_SSL : 0) | LCCSCF_HTTP_NO_FOLLOW_REDIRECT | LCCSCF_PRIORITIZE_READS,
	    .local_protocol_name = PROTOCOL,
	    .alpn = "http/1.1",
	    .userdata = wire,
	    .pwsi = &wire->wsi,
	};
	struct lws *wsi;

	/* the certificate is checked against this name, not against the address */
	host = usual_port ? mem_strdup(url->host) : mem_printf("%s:%d", url->host, url->port);
	info.host = host;
	loop_lws_forget_reason(wire->vhost->wires->loop);
	wsi = lws_client_connect_via_info(&info);
	if (wire->state == WIRE_FINISHED)
		return NULL;
	wire->state = WIRE_DIALING;
	return wsi;
}

enum errc wire_connect(struct wire **ret, struct wires *wires, const struct socket_url *url, const char *address,
                       const char *proxy, const struct wire_callbacks *callbacks, void *arg, struct err *reterr)
{
	struct vhost *vhost = vhost_for(wires, proxy, url->tls);
	struct wire *wire;

	if (!vhost)
		return err_set(reterr, ERR_IO, "libwebsockets can't be set up; is tls.ca_file readable? %s",
		               loop_lws_reason(wires->loop));
	wire = mem_alloc(sizeof(*wire));
	wire->vhost = vhost;
	wire->callbacks = *callbacks;
	wire->arg = arg;
	wire->last = &wire->first;
	wire->end = loop_timer_new(wires->loop, tell_end, wire);
	buf_init(&wire->text, TEXT_MAX);
	vhost->uses++;
	if (!connect_lws(wire, url, address)) {
		wire->wsi = NULL; /* freed by the library */
		err_set(reterr, ERR_TEMPORARY, "%s", wire->reason[0] ? wire->reason : "the connection failed at once");
		wire_free(wire);
		return ERR_TEMPORARY;
	}
	*ret = wire;
	return OK;
}

enum errc wire_send(struct wire *wire, const char *text, size_t len)
{
	struct frame *frame;

	if (wire->state != WIRE_OPEN)
		return ERR_ABORTED;
	if (wire->unsent + frame_size(len) > UNSENT_MAX) {
		note(wire, "what we send is not read", 64);
		wire_kill(wire);
		return ERR_ABORTED;
	}
	wire->unsent += frame_size(len);
	frame = mem_alloc(frame_size(len));
	frame->len = len;
	memcpy(frame->bytes + LWS_PRE, text, len);
	*wire->last = frame;
	wire->last = &frame->next;
	lws_callback_on_writable(wire->wsi);
	return OK;
}

bool wire_has_unsent(const struct wire *wire)
{
	return wire->first != NULL;
}

uint64_t wire_received_bytes(const struct wire *wire)
{
	struct tcp_info info = {0};
	socklen_t len = sizeof(info);

	if (!wire->wsi || getsockopt(lws_get_socket_fd(wire->wsi), IPPROTO_TCP, TCP_INFO, &info, &len))
		return 0;
	return info.tcpi_bytes_received;
}

void wire_ping(struct wire *wire)
{
	if (wire->state != WIRE_OPEN)
		return;
	wire->wants_ping = true;
	lws_callback_on_writable(wire->wsi);
}

void wire_close(struct wire *wire, int code, const char *reason)
{
	if (wire->state == WIRE_DIALING) {
		wire_kill(wire); /* nobody to be polite to */
	} else if (wire->state == WIRE_OPEN) {
		wire->state = WIRE_CLOSING;
		wire->close_code = code;
		text_copy(wire->close_reason, sizeof(wire->close_reason), reason);
		lws_callback_on_writable(wire->wsi);
	}
}

void wire_kill(struct wire *wire)
{
	if (wire->state == WIRE_FINISHED)
		return;
	wire->state = WIRE_CLOSING;
	lws_set_timeout(wire->wsi, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_ASYNC);
}

void wire_free(struct wire *wire)
{
	struct frame *frame;

	if (!wire)
		return;
	if (wire->wsi) {
		lws_set_wsi_user(wire->wsi, NULL);
		lws_set_timeout(wire->wsi, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_ASYNC);
	}
	while ((frame = wire->first)) {
		wire->first = frame->next;
		free(frame);
	}
	loop_timer_free(wire->end);
	buf_done(&wire->text);
	vhost_release(wire->vhost);
	free(wire);
}
