/*
 * http/http_tls.c - which authorities are believed.
 *
 * One store for all connections, built once: curl would read the system's
 * bundle again for every connection, 20 to 30 ms each on the loop's thread.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "bot/base/text.h"
#include "bot/http/http_private.h"

/* The system's bundle, as curl was built to find it; without one, wherever OpenSSL looks. */
static void add_system(X509_STORE *store)
{
	const char *bundle = curl_version_info(CURLVERSION_NOW)->cainfo;

	if (text_empty(bundle) || X509_STORE_load_file(store, bundle) != 1)
		X509_STORE_set_default_paths(store);
	ERR_clear_error();
}

static enum errc add_file(X509_STORE *store, const char *path, struct err *reterr)
{
	char why[200];

	if (X509_STORE_load_file(store, path) == 1)
		return OK;
	ERR_error_string_n(ERR_get_error(), why, sizeof(why));
	ERR_clear_error();
	return err_set(reterr, ERR_INVALID, "%s: no certificates can be read from it (%s)", path, why);
}

enum errc tls_authorities(X509_STORE **ret, const char *ca_file, struct err *reterr)
{
	X509_STORE *store = X509_STORE_new();
	enum errc rc = OK;

	if (!store)
		return err_set(reterr, ERR_IO, "OpenSSL gives no certificate store");
	add_system(store);
	if (!text_empty(ca_file))
		rc = add_file(store, ca_file, reterr);
	if (rc != OK) {
		X509_STORE_free(store);
		return rc;
	}
	/* As curl does it: a trusted intermediate is enough. */
	X509_STORE_set_flags(store, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
	*ret = store;
	return OK;
}

void tls_authorities_free(X509_STORE *store)
{
	X509_STORE_free(store);
}

static bool have_authorities(struct http *http)
{
	return http->authorities || tls_authorities(&http->authorities, NULL, NULL) == OK;
}

CURLcode tls_use_authorities(CURL *easy, void *ssl_ctx, void *arg)
{
	struct http *http = arg;

	(void)easy;
	if (!have_authorities(http))
		return CURLE_SSL_CACERT_BADFILE;
	SSL_CTX_set1_cert_store(ssl_ctx, http->authorities);
	return CURLE_OK;
}

struct ssl_ctx_st *http_tls_new(struct http *http)
{
	SSL_CTX *tls = have_authorities(http) ? SSL_CTX_new(TLS_client_method()) : NULL;

	if (!tls)
		return NULL;
	SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION);
	SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_mode(tls, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set1_cert_store(tls, http->authorities);
	return tls;
}

void http_tls_free(struct ssl_ctx_st *tls)
{
	SSL_CTX_free(tls);
}
