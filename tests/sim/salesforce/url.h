/*
 * url.h - the urls of REST resources, as they stand in a request line or in a composite.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

enum { URL_PARTS = 6 };

/* /services/data/v64.0/sobjects/User/005...?fields=Id: the words behind the version. */
struct url {
	int version;                 /* 0: not below /services/data/vNN.0/ */
	const char *part[URL_PARTS]; /* decoded, "" behind the last */
	int parts;
	json_t *query;  /* object: name -> decoded text */
	json_t *holder; /* keeps the parts alive */
};

/* Takes a raw url apart; free with url_done. */
struct url url_parse(const char *target);
void url_done(struct url *url);
const char *url_query(const struct url *url, const char *name);
bool url_is(const struct url *url, int parts, const char *first, const char *second);
/* Is the query string encoded as it has to be? References of a composite, @{...}, may stand as they are. */
bool url_is_encoded(const char *target);
/* Percent-encodes text for a query string or path; a new string for free(). */
char *url_encode(const char *text);
