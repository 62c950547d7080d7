/*
 * simulation/net.h - where the fakes are, and the ends of the wires.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "tests/simulation/fake.h"

#define NET_SLACK      "127.0.0.1:1"
#define NET_SALESFORCE "127.0.0.1:2"

const char *net_fate_name(int fate);

/* --- wire.c: what the fake Slack does to the connections --- */

void wire_from_slack(int socket, enum fake_frame frame, int code, const char *text, size_t len);
void wire_over(int socket);
/* Faults: `which` counts the wires that stand, from 0. */
unsigned wires_open(void);
int wire_socket(unsigned which);        /* the fake's number of it, 0: none */
void wire_reset(unsigned which);        /* both sides learn of it */
void wire_half_open(unsigned which);    /* nothing goes through any more, and nobody is told */
void wire_slow(unsigned which, int ms); /* for a minute each frame takes that long */
unsigned wires_dialing(void);           /* connecting, or waiting for hello */
unsigned wires_alive(void);
/* Whether frames of that socket get lost; then Slack can't expect an answer. */
bool wire_is_sick(int socket);
/* The machine slept, or the program died. */
void wires_all_half_open(void);
