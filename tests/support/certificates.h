/*
 * support/certificates.h - a server's TLS with one flaw in its certificate, made on the spot.
 */
#pragma once

typedef struct ssl_ctx_st SSL_CTX;

/* Valid ones are for localhost, 127.0.0.1, slack.com and *.slack.com, and are signed by the authority of `ca_path`. */
enum certificate {
	CERTIFICATE_GOOD,
	CERTIFICATE_EXPIRED,
	CERTIFICATE_NOT_YET,
	CERTIFICATE_WRONG_NAME,
	CERTIFICATE_STRANGER, /* signed by an authority that nobody knows */
	CERTIFICATE_SELF_SIGNED,
	CERTIFICATE_FOR_CLIENTS, /* its extended key usage is that of clients */
	CERTIFICATE_COUNT
};

/* Writes the authority's certificate to ca_path. The caller frees by SSL_CTX_free. */
SSL_CTX *certificates_server(enum certificate kind, const char *ca_path);
