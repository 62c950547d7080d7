/*
 * simulation/weather.h - what goes wrong, and when: a table of faults, and what they do to packets.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum place { AT_SLACK, AT_SALESFORCE };

enum fate {
	FATE_GOOD,
	FATE_NO_NAME,     /* DNS, or no way there: nothing was sent */
	FATE_LOST_BEFORE, /* the request got lost */
	FATE_LOST_AFTER,  /* the work was done, the answer got lost */
	FATE_STATUS,      /* a proxy or a sick server answers, and nothing was done */
	FATE_STATUS_DONE, /* the same, though the work was done */
};

struct weather_packet {
	enum fate fate;
	int status;         /* of FATE_STATUS */
	int retry_after_s;  /* with 429 */
	const char *mishap; /* a fault that only Salesforce knows; NULL: none */
	int64_t there_ms, back_ms;
};

/* Begins; `calm`: nothing ever goes wrong. */
void weather_begin(bool calm);
/* No new faults, and what lasts ends now. */
void weather_calm(void);
/* What becomes of one request; `kind` is Slack's method or a path. */
struct weather_packet weather_request(enum place place, const char *kind);
/* Names can't be resolved, or packets go nowhere. */
bool weather_is_offline(void);
/* How long one frame of a socket takes. */
int64_t weather_frame_ms(void);
/* A frame comes to nothing: the wire is half open. */
bool weather_breaks_wire(void);
/* How long the store takes for what waits. */
int64_t weather_commit_ms(void);
/* It takes so long that the program may acknowledge with "not written yet". */
bool weather_disk_is_slow(void);
/* The last time, in world_ms(), at which something excused a late acknowledgement. */
int64_t weather_excuse_ms(void);
void weather_excuse(int64_t for_ms); /* something else excuses it */
/* The last moment at which anything was wrong that makes sockets die (the budget of dials). */
bool weather_is_incident(void);
/* The request that is served now is the last: the program dies with its effect. */
bool weather_serves_last(void);
int64_t weather_ghost_ms(void);
bool weather_ghost_swallows(void);
