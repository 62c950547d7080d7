/*
 * app/doctor.h - tries everything live and changes nothing.
 *
 * Configuration, secret files, store, Slack's tokens, scopes, groups, people
 * and channels, Salesforce's log-in, rights, permission sets, licences and
 * objects, the clock. It asks for the address of a socket but opens none: a
 * socket would take clicks away from a service that is running.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

/* The program's exit code: 0, 1 when a check failed, 2 when the configuration can't be read (told on stderr). */
int doctor_run(const char *file, bool json, FILE *out);
