/*
 * support/http_server.c - see http_server.h. A thread a connection: tests open a handful.
 */
#include "tests/support/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "bot/base/mem.h"

enum { CONNECTIONS_MAX = 32, REQUEST_MAX = 64 * 1024, LARGE = 20000 };

struct connection {
	struct http_server *server;
	int fd;
	SSL *tls;
	pthread_t thread;
	char *in; /* what was read; `used` bytes */
	size_t used;
};

struct http_server {
	int fd;
	int port;
	SSL_CTX *tls;
	pthread_t thread;
	atomic_int requests;
	atomic_int count;
	struct connection connections[CONNECTIONS_MAX];
};

static ssize_t take(struct connection *c, void *out, size_t n)
{
	return c->tls ? SSL_read(c->tls, out, (int)n) : recv(c->fd, out, n, 0);
}

static void give(struct connection *c, const void *data, size_t n)
{
	if (c->tls)
		SSL_write(c->tls, data, (int)n);
	else
		send(c->fd, data, n, MSG_NOSIGNAL);
}

static void give_answer(struct connection *c, const char *status, const char *headers, const void *body, size_t len)
{
	char head[512];
	int n = snprintf(head, sizeof(head), "HTTP/1.1 %s\r\nContent-Length: %zu\r\n%s\r\n", status, len, headers);

	give(c, head, (size_t)n);
	give(c, body, len);
}

static const char ok_headers[] = "Content-Type: application/json\r\nDate: Mon, 23 Nov 2026 17:50:20 GMT\r\n"
                                 "Retry-After: 7\r\nSforce-Limit-Info: api-usage=18/5000\r\n";
static const char gzip_ok[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\xca\xcf\x56\xb2\x2a\x29\x2a\x4d\xad\x05\x00"
    "\x90\x5f\xd4\xa7\x0b\x00\x00\x00";
static const char gzip_large[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1\x31\x01\x00\x00\x00\xc2\xa0\xac\xeb\x5f"
    "\xc2\x1a\x1e\x40\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    "\xf0\x60\x31\x87\xbd\xca\x20\x4e\x00\x00";

static void give_large(struct connection *c)
{
	AUTO_FREE char *body = mem_alloc(LARGE);

	memset(body, 'a', LARGE);
	give_answer(c, "200 OK", "", body, LARGE);
}

/* Answers one whole request; false: the connection ends. */
static bool serve(struct connection *c, const char *path, const char *body, size_t len)
{
	char sink[256];

	if (strcmp(path, "/ok") == 0)
		give_answer(c, "200 OK", ok_headers, "{\"ok\":true}", 11);
	else if (strcmp(path, "/echo") == 0)
		give_answer(c, "200 OK", "", body, len);
	else if (strcmp(path, "/large") == 0)
		give_large(c);
	else if (strcmp(path, "/gzip") == 0)
		give_answer(c, "200 OK", "Content-Encoding: gzip\r\n", gzip_ok, sizeof(gzip_ok) - 1);
	else if (strcmp(path, "/bomb") == 0)
		give_answer(c, "200 OK", "Content-Encoding: gzip\r\n", gzip_large, sizeof(gzip_large) - 1);
	else if (strcmp(path, "/slow") == 0)
		return take(c, sink, sizeof(sink)) > 0; /* until the other side gives up */
	else if (strcmp(path, "/drop") == 0)
		return false;
	else
		give_answer(c, "404 Not Found", "", "", 0);
	return true;
}

static size_t content_length(const char *head)
{
	const char *line = strcasestr(head, "\r\nContent-Length:");

	return line ? strtoul(line + 17, NULL, 10) : 0;
}

/* Reads one request and has it answered; false: the connection ends. */
static bool one_request(struct connection *c)
{
	char path[64] = "";
	char *head_end;
	size_t body;
	size_t whole;
	bool more;

	while (!(head_end = strstr(c->in, "\r\n\r\n")) ||
	       c->used < (size_t)(head_end + 4 - c->in) + content_length(c->in)) {
		ssize_t n = c->used < REQUEST_MAX ? take(c, c->in + c->used, REQUEST_MAX - c->used) : 0;

		if (n <= 0)
			return false;
		c->used += (size_t)n;
		c->in[c->used] = '\0';
	}
	atomic_fetch_add(&c->server->requests, 1);
	body = content_length(c->in);
	whole = (size_t)(head_end + 4 - c->in) + body;
	if (sscanf(c->in, "%*s %63s", path) != 1)
		return false;
	more = serve(c, path, head_end + 4, body);
	memmove(c->in, c->in + whole, c->used - whole + 1);
	c->used -= whole;
	return more;
}

static void *run_connection(void *arg)
{
	struct connection *c = arg;

	if (!c->tls || SSL_accept(c->tls) == 1) {
		while (one_request(c))
			continue;
		if (c->tls)
			SSL_shutdown(c->tls);
	}
	shutdown(c->fd, SHUT_RDWR);
	return NULL;
}

static void *run_server(void *arg)
{
	struct http_server *server = arg;
	int fd;

	while ((fd = accept(server->fd, NULL, NULL)) >= 0) {
		int i = atomic_load(&server->count);
		struct connection *c = &server->connections[i];

		if (i == CONNECTIONS_MAX) {
			close(fd);
			continue;
		}
		*c = (struct connection){.server = server, .fd = fd, .in = mem_alloc(REQUEST_MAX + 1)};
		if (server->tls) {
			c->tls = SSL_new(server->tls);
			SSL_set_fd(c->tls, fd);
		}
		pthread_create(&c->thread, NULL, run_connection, c);
		atomic_store(&server->count, i + 1);
	}
	return NULL;
}

static void add_names(X509 *cert)
{
	X509_EXTENSION *san = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1");
	X509_NAME *name = X509_get_subject_name(cert);

	X509_add_ext(cert, san, -1);
	X509_EXTENSION_free(san);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"eacbot test", -1, -1, 0);
	X509_set_issuer_name(cert, name);
}

static SSL_CTX *self_signed(const char *certificate_path)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	FILE *file = fopen(certificate_path, "w");

	X509_set_version(cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
	X509_set_pubkey(cert, key);
	add_names(cert);
	X509_sign(cert, key, EVP_sha256());
	SSL_CTX_use_certificate(tls, cert);
	SSL_CTX_use_PrivateKey(tls, key);
	if (!file || PEM_write_X509(file, cert) != 1)
		abort();
	fclose(file);
	X509_free(cert);
	EVP_PKEY_free(key);
	return tls;
}

struct http_server *http_server_new(const char *certificate_path)
{
	struct http_server *server = mem_alloc(sizeof(*server));
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);

	if (certificate_path)
		server->tls = self_signed(certificate_path);
	server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(server->fd, (struct sockaddr *)&address, len) || listen(server->fd, CONNECTIONS_MAX) ||
	    getsockname(server->fd, (struct sockaddr *)&address, &len) ||
	    pthread_create(&server->thread, NULL, run_server, server))
		abort();
	server->port = ntohs(address.sin_port);
	return server;
}

void http_server_free(struct http_server *server)
{
	shutdown(server->fd, SHUT_RDWR); /* accept returns */
	pthread_join(server->thread, NULL);
	close(server->fd);
	for (int i = 0; i < server->count; i++) {
		struct connection *c = &server->connections[i];

		shutdown(c->fd, SHUT_RDWR);
		pthread_join(c->thread, NULL);
		close(c->fd);
		SSL_free(c->tls);
		free(c->in);
	}
	SSL_CTX_free(server->tls);
	free(server);
}

int http_server_port(const struct http_server *server)
{
	return server->port;
}

int http_server_requests(const struct http_server *server)
{
	return atomic_load(&server->requests);
}
