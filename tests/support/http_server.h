/*
 * support/http_server.h - a small HTTP server in a thread, which misbehaves by path.
 *
 *   /ok     200 {"ok":true}, with Date, Retry-After and Sforce-Limit-Info
 *   /echo   200 and the request's body
 *   /large  200 and 20000 bytes
 *   /gzip   200 {"ok":true}, compressed
 *   /bomb   200 and 20000 bytes out of 55 compressed ones
 *   /slow   reads the request and never answers
 *   /drop   reads the request and closes the connection
 *   others  404
 */
#pragma once

struct http_server;

/* Listens on 127.0.0.1. With a path: speaks TLS, and writes its own self-signed certificate (for 127.0.0.1) there.
 * NULL: plain. */
struct http_server *http_server_new(const char *certificate_path);
void http_server_free(struct http_server *server); /* ends its threads */
int http_server_port(const struct http_server *server);
/* How many whole requests came in. */
int http_server_requests(const struct http_server *server);
