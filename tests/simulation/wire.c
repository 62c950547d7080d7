/*
 * simulation/wire.c - bot/slack/socket_wire, between the program and the fake Slack, frame by frame.
 *
 * A link is what lies between the two ends. It keeps the order of what goes
 * over it, it can be slow, it can break, and it can be half open: then frames
 * vanish and nobody is told.
 */
#include "bot/slack/socket_wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/mem.h"
#include "tests/simulation/fake.h"
#include "tests/simulation/judge.h"
#include "tests/simulation/net.h"
#include "tests/simulation/plant.h"
#include "tests/simulation/program.h"
#include "tests/simulation/weather.h"
#include "tests/simulation/world.h"

enum { SLOW_MS = MINUTE_MS, SERVER_PATIENCE_MS = 2 * MINUTE_MS };

struct wires {
	char unused;
};

struct link {
	struct link *next;
	struct wire *wire; /* NULL: the program's end is gone */
	int socket;        /* the fake's number; 0: not connected, or its end is gone */
	bool half_open;
	int slow_ms;
	int64_t slow_until_ms;
	int64_t to_program_us, to_slack_us; /* when the last frame of each way arrives */
	unsigned refs;                      /* frames on it, and one while an end is left */
};

enum wire_state { WIRE_DIALING, WIRE_OPEN, WIRE_CLOSING, WIRE_FINISHED };

struct wire {
	struct wire_callbacks callbacks;
	void *arg;
	struct link *link;
	enum wire_state state;
	bool greeted;      /* a text has come */
	uint64_t received; /* bytes, about */
	struct event *end;
	int status;
	const char *reason;
	char *path;
};

struct frame {
	struct link *link;
	enum fake_frame kind;
	int code;
	size_t len;
	char text[];
};

static struct link *links;

/* --- links -------------------------------------------------------------------------------------------------- */

static void link_unref(struct link *link)
{
	struct link **at = &links;

	if (--link->refs > 0)
		return;
	while (*at != link)
		at = &(*at)->next;
	*at = link->next;
	free(link);
}

/* An end is gone; the last one takes the link with it. */
static void link_left(struct link *link)
{
	if (link->wire == NULL && link->socket == 0)
		link_unref(link);
}

static struct link *link_of(int socket)
{
	struct link *link = links;

	while (link != NULL && link->socket != socket)
		link = link->next;
	return link;
}

/* Frames of one way arrive in order. */
static int64_t travel_us(struct link *link, int64_t *last_us)
{
	int64_t ms = weather_frame_ms();

	if (world_ms() < link->slow_until_ms)
		ms += dice(link->slow_ms + 1);
	int64_t due = world_us() + ms * 1000;
	if (due <= *last_us)
		due = *last_us + 1;
	*last_us = due;
	return due - world_us();
}

static struct frame *frame_new(struct link *link, enum fake_frame kind, int code, const char *text, size_t len)
{
	struct frame *f = mem_alloc(sizeof *f + len + 1);

	f->link = link;
	f->kind = kind;
	f->code = code;
	f->len = len;
	if (len > 0)
		memcpy(f->text, text, len);
	link->refs++;
	return f;
}

static void frame_free(struct frame *f)
{
	link_unref(f->link);
	free(f);
}

/* --- from the program to Slack ------------------------------------------------------------------------------ */

static void on_frame_there(void *arg)
{
	struct frame *f = arg;

	if (f->link->socket != 0 && !f->link->half_open)
		fake_slack_frame(f->link->socket, f->kind, f->code, f->text, f->len);
	frame_free(f);
}

static void send_frame(struct wire *wire, enum fake_frame kind, int code, const char *text, size_t len)
{
	struct link *link = wire->link;

	if (!program_is_up() || link->half_open)
		return;
	if (kind == FAKE_TEXT && plant_is("late-ack"))
		link->to_slack_us = world_us() + INT64_C(4000000);
	world_in_us(travel_us(link, &link->to_slack_us), EVENT_WORLD, on_frame_there,
	            frame_new(link, kind, code, text, len));
}

static void on_gone_there(void *arg)
{
	struct frame *f = arg;
	int socket = f->link->socket;

	if (socket != 0) {
		f->link->socket = 0;
		fake_slack_gone(socket);
		link_left(f->link);
	}
	frame_free(f);
}

/* The program's end is cut. Slack hears of it soon, over a half open link only when it loses patience. */
static void cut(struct wire *wire)
{
	struct link *link = wire->link;
	int64_t us = link->half_open ? (int64_t)SERVER_PATIENCE_MS * 1000 : travel_us(link, &link->to_slack_us);

	wire->link = NULL;
	link->wire = NULL;
	if (link->socket != 0)
		world_in_us(us, EVENT_WORLD, on_gone_there, frame_new(link, FAKE_CLOSE, 0, "", 0));
	link_left(link);
}

/* --- from Slack to the program ------------------------------------------------------------------------------ */

static void on_end(void *arg)
{
	struct wire *wire = arg;

	wire->end = NULL;
	wire->callbacks.closed(wire->arg, wire->status, wire->reason);
}

static void finish(struct wire *wire, int status, const char *reason)
{
	if (wire->state == WIRE_FINISHED)
		return;
	wire->state = WIRE_FINISHED;
	wire->status = status;
	wire->reason = reason;
	wire->end = world_in_us(1, EVENT_TIMER, on_end, wire);
}

static void on_text(struct wire *wire, const struct frame *f)
{
	if (wire->state != WIRE_OPEN)
		return;
	wire->greeted = true;
	judge_delivered(f->link->socket, f->text, f->len);
	wire->callbacks.text(wire->arg, f->text, f->len);
}

static void on_frame_here(void *arg)
{
	struct frame *f = arg;
	struct wire *wire = f->link->wire;

	if (wire != NULL && wire->state != WIRE_FINISHED && program_is_up() && !f->link->half_open) {
		wire->received += f->len + 2;
		if (wire->state == WIRE_OPEN)
			wire->callbacks.heard(wire->arg);
		if (f->kind == FAKE_TEXT) {
			on_text(wire, f);
		} else if (f->kind == FAKE_CLOSE) {
			if (wire->state != WIRE_CLOSING)
				send_frame(wire, FAKE_CLOSE, f->code, "", 0);
			finish(wire, 0, "Slack closed the connection");
		}
	}
	frame_free(f);
}

void wire_from_slack(int socket, enum fake_frame kind, int code, const char *text, size_t len)
{
	struct link *link = link_of(socket);

	if (link == NULL || link->half_open || weather_breaks_wire())
		return;
	world_in_us(travel_us(link, &link->to_program_us), EVENT_ARRIVAL, on_frame_here,
	            frame_new(link, kind, code, text, len));
}

static void on_over_here(void *arg)
{
	struct frame *f = arg;

	if (f->link->wire != NULL && program_is_up())
		finish(f->link->wire, 0, "connection reset by peer");
	frame_free(f);
}

void wire_over(int socket)
{
	struct link *link = link_of(socket);

	if (link == NULL)
		return;
	link->socket = 0;
	if (!link->half_open && link->wire != NULL)
		world_in_us(travel_us(link, &link->to_program_us), EVENT_ARRIVAL, on_over_here,
		            frame_new(link, FAKE_CLOSE, 0, "", 0));
	link_left(link);
}

/* --- dialling ----------------------------------------------------------------------------------------------- */

static void on_open_here(void *arg)
{
	struct frame *f = arg;
	struct wire *wire = f->link->wire;

	if (wire != NULL && wire->state == WIRE_DIALING && program_is_up()) {
		if (f->link->socket != 0) {
			wire->state = WIRE_OPEN;
			wire->callbacks.open(wire->arg);
		} else {
			finish(wire, f->code, f->code > 0 ? "the upgrade was refused" : "connection refused");
		}
	}
	frame_free(f);
}

static void on_dial_there(void *arg)
{
	struct frame *f = arg;
	struct link *link = f->link;
	int socket = 0;

	if (link->half_open || weather_is_offline() || link->wire == NULL) {
		frame_free(f);
		return;
	}
	/* what the fake sends from inside has to find the link */
	socket = fake_slack_connect(f->text);
	f->code = socket < 0 ? -socket : 0;
	link->socket = socket > 0 ? socket : 0;
	if (link->socket != 0)
		judge_socket(link->socket);
	world_in_us(travel_us(link, &link->to_program_us), EVENT_ARRIVAL, on_open_here, f);
}

struct wires *wires_new(struct loop *loop, struct http *http)
{
	(void)loop;
	(void)http;
	return mem_alloc(sizeof(struct wires));
}

void wires_renew_tls(struct wires *wires)
{
	(void)wires;
}

void wires_free(struct wires *wires)
{
	free(wires);
}

enum errc wire_connect(struct wire **ret, struct wires *wires, const struct socket_url *url, const char *address,
                       const char *proxy, const struct wire_callbacks *callbacks, void *arg, struct err *reterr)
{
	struct link *link = mem_alloc(sizeof *link);
	struct wire *wire = mem_alloc(sizeof *wire);

	(void)wires;
	(void)address;
	(void)proxy;
	(void)reterr;
	*link = (struct link){.next = links, .wire = wire, .refs = 1};
	links = link;
	*wire = (struct wire){.callbacks = *callbacks, .arg = arg, .link = link};
	world_in_us(travel_us(link, &link->to_slack_us), EVENT_WORLD, on_dial_there,
	            frame_new(link, FAKE_TEXT, 0, url->path, strlen(url->path)));
	*ret = wire;
	judge_wires();
	return OK;
}

enum errc wire_send(struct wire *wire, const char *text, size_t len)
{
	if (wire->state != WIRE_OPEN)
		return ERR_ABORTED;
	judge_says(wire->link->socket, text, len);
	send_frame(wire, FAKE_TEXT, 0, text, len);
	return OK;
}

bool wire_has_unsent(const struct wire *wire)
{
	(void)wire;
	return false;
}

uint64_t wire_received_bytes(const struct wire *wire)
{
	return wire->received;
}

void wire_ping(struct wire *wire)
{
	if (wire->state == WIRE_OPEN)
		send_frame(wire, FAKE_PING, 0, "", 0);
}

void wire_close(struct wire *wire, int code, const char *reason)
{
	(void)reason;
	if (wire->state == WIRE_DIALING) {
		finish(wire, 0, "given up");
	} else if (wire->state == WIRE_OPEN) {
		send_frame(wire, FAKE_CLOSE, code, "", 0);
		wire->state = WIRE_CLOSING;
	}
}

void wire_kill(struct wire *wire)
{
	finish(wire, 0, "cut");
}

void wire_free(struct wire *wire)
{
	if (wire == NULL)
		return;
	world_cancel(wire->end);
	cut(wire);
	free(wire->path);
	free(wire);
}

/* --- faults ------------------------------------------------------------------------------------------------- */

static bool stands(const struct link *link)
{
	return link->wire != NULL && link->socket != 0 && link->wire->state == WIRE_OPEN;
}

static struct link *standing(unsigned which)
{
	for (struct link *link = links; link != NULL; link = link->next)
		if (stands(link) && which-- == 0)
			return link;
	return NULL;
}

unsigned wires_open(void)
{
	unsigned n = 0;

	for (struct link *link = links; link != NULL; link = link->next)
		n += stands(link);
	return n;
}

unsigned wires_alive(void)
{
	unsigned n = 0;

	for (struct link *link = links; link != NULL; link = link->next)
		n += link->wire != NULL && link->wire->state != WIRE_FINISHED;
	return n;
}

unsigned wires_dialing(void)
{
	unsigned n = 0;

	for (struct link *link = links; link != NULL; link = link->next)
		n += link->wire != NULL &&
		     (link->wire->state == WIRE_DIALING || (link->wire->state == WIRE_OPEN && !link->wire->greeted));
	return n;
}

int wire_socket(unsigned which)
{
	struct link *link = standing(which);

	return link != NULL ? link->socket : 0;
}

void wire_reset(unsigned which)
{
	struct link *link = standing(which);
	int socket;

	if (link == NULL)
		return;
	socket = link->socket;
	link->socket = 0;
	fake_slack_gone(socket);
	world_in_us(travel_us(link, &link->to_program_us), EVENT_ARRIVAL, on_over_here,
	            frame_new(link, FAKE_CLOSE, 0, "", 0));
}

static void on_patience_end(void *arg)
{
	struct frame *f = arg;
	int socket = f->link->socket;

	if (socket != 0) {
		f->link->socket = 0;
		fake_slack_gone(socket);
		link_left(f->link);
	}
	frame_free(f);
}

static void make_half_open(struct link *link)
{
	if (link->half_open)
		return;
	link->half_open = true;
	world_in(SERVER_PATIENCE_MS, EVENT_WORLD, on_patience_end, frame_new(link, FAKE_CLOSE, 0, "", 0));
}

void wire_half_open(unsigned which)
{
	struct link *link = standing(which);

	if (link != NULL)
		make_half_open(link);
}

void wires_all_half_open(void)
{
	for (struct link *link = links; link != NULL; link = link->next)
		if (stands(link))
			make_half_open(link);
}

void wire_slow(unsigned which, int ms)
{
	struct link *link = standing(which);

	if (link == NULL)
		return;
	link->slow_ms = ms;
	link->slow_until_ms = world_ms() + SLOW_MS;
}

bool wire_is_sick(int socket)
{
	const struct link *link = link_of(socket);

	return link == NULL || link->half_open || link->wire == NULL || link->wire->state != WIRE_OPEN;
}
