/*
 * rest.h - from a url to a resource; what kind of call it is, and what it costs.
 */
#pragma once

#include "tests/sim/salesforce/service.h"

/* "query", "composite", "sobject_delete": for faults, the journal and the counts; a static string. */
const char *rest_kind(const char *method, const char *target);
/* [{label, url, version}, ...], oldest first; a new reference. */
json_t *rest_versions(const struct org *org);
