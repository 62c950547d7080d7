/*
 * support/certificates.c - see certificates.h.
 */
#include "tests/support/certificates.h"

#include <stdio.h>
#include <stdlib.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

enum { HOUR_S = 3600 };

struct identity {
	EVP_PKEY *key;
	X509 *certificate;
};

static void extend(X509 *certificate, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	if (!extension || X509_add_ext(certificate, extension, -1) != 1)
		abort();
	X509_EXTENSION_free(extension);
}

static struct identity begin(const char *name, long from_s, long until_s)
{
	static long serial;
	struct identity id = {EVP_EC_gen("P-256"), X509_new()};
	X509_NAME *subject = X509_get_subject_name(id.certificate);

	X509_set_version(id.certificate, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(id.certificate), ++serial);
	X509_gmtime_adj(X509_getm_notBefore(id.certificate), from_s);
	X509_gmtime_adj(X509_getm_notAfter(id.certificate), until_s);
	X509_set_pubkey(id.certificate, id.key);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
	return id;
}

static void sign(struct identity *id, const struct identity *by)
{
	X509_set_issuer_name(id->certificate, X509_get_subject_name(by->certificate));
	if (X509_sign(id->certificate, by->key, EVP_sha256()) == 0)
		abort();
}

static void drop(struct identity *id)
{
	X509_free(id->certificate);
	EVP_PKEY_free(id->key);
}

static struct identity authority(const char *name)
{
	struct identity id = begin(name, -2 * HOUR_S, 2 * HOUR_S);

	extend(id.certificate, NID_basic_constraints, "critical,CA:TRUE");
	extend(id.certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
	sign(&id, &id);
	return id;
}

static struct identity server(enum certificate kind)
{
	long from_s = kind == CERTIFICATE_NOT_YET ? HOUR_S : -HOUR_S;
	long until_s = kind == CERTIFICATE_EXPIRED ? -HOUR_S / 2 : 2 * HOUR_S;
	struct identity id = begin("eacbot test server", from_s, until_s);

	extend(id.certificate, NID_subject_alt_name,
	       kind == CERTIFICATE_WRONG_NAME ? "DNS:other.example"
	                                      : "DNS:localhost,IP:127.0.0.1,DNS:slack.com,DNS:*.slack.com");
	extend(id.certificate, NID_ext_key_usage, kind == CERTIFICATE_FOR_CLIENTS ? "clientAuth" : "serverAuth");
	return id;
}

static void write_certificate(const char *path, X509 *certificate)
{
	FILE *file = fopen(path, "w");

	if (!file || PEM_write_X509(file, certificate) != 1)
		abort();
	fclose(file);
}

SSL_CTX *certificates_server(enum certificate kind, const char *ca_path)
{
	struct identity known = authority("eacbot test authority"), stranger = authority("a stranger");
	struct identity own = server(kind);
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());

	if (kind == CERTIFICATE_SELF_SIGNED)
		sign(&own, &own);
	else
		sign(&own, kind == CERTIFICATE_STRANGER ? &stranger : &known);
	if (SSL_CTX_use_certificate(tls, own.certificate) != 1 || SSL_CTX_use_PrivateKey(tls, own.key) != 1)
		abort();
	write_certificate(ca_path, known.certificate);
	drop(&known);
	drop(&stranger);
	drop(&own);
	return tls;
}
