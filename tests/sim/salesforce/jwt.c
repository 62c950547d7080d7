/*
 * jwt.c - base64url, JSON, and one signature algorithm. Any other alg, "none" included, is not genuine.
 */
#include "tests/sim/salesforce/jwt.h"
#include "tests/sim/sim.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Decodes base64url without padding; the bytes, for free(), or NULL. */
static unsigned char *decode(const char *text, size_t len, size_t *ret_len)
{
	char *padded = sim_calloc(1, len + 4);
	unsigned char *bytes = sim_calloc(1, len + 4);
	size_t n = len;
	bool good = true;
	for (size_t i = 0; i < len; i++) {
		good = good && text[i] != '+' && text[i] != '/' && text[i] != '=';
		padded[i] = (char)(text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i]);
	}
	while (n % 4)
		padded[n++] = '=';
	int decoded = good && len > 0 ? EVP_DecodeBlock(bytes, (const unsigned char *)padded, (int)n) : -1;
	free(padded);
	if (decoded < 0) {
		free(bytes);
		return NULL;
	}
	*ret_len = (size_t)decoded - (n - len);
	return bytes;
}

static json_t *decode_json(const char *text, size_t len)
{
	size_t n = 0;
	unsigned char *bytes = decode(text, len, &n);
	json_t *json = bytes ? json_loadb((const char *)bytes, n, 0, NULL) : NULL;
	free(bytes);
	return json;
}

static bool signature_fits(const char *text, size_t len, const char *signature, EVP_PKEY *key)
{
	size_t n = 0;
	unsigned char *bytes = decode(signature, strlen(signature), &n);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool fits = bytes && md && key && EVP_DigestVerifyInit(md, NULL, EVP_sha256(), NULL, key) == 1 &&
	            EVP_DigestVerify(md, bytes, n, (const unsigned char *)text, len) == 1;
	EVP_MD_CTX_free(md);
	free(bytes);
	return fits;
}

bool jwt_read(const char *text, EVP_PKEY *key, struct jwt *ret)
{
	const char *first = strchr(text, '.');
	const char *second = first ? strchr(first + 1, '.') : NULL;
	if (!second || strchr(second + 1, '.'))
		return false;
	*ret = (struct jwt){
	    .header = decode_json(text, (size_t)(first - text)),
	    .claims = decode_json(first + 1, (size_t)(second - first - 1)),
	};
	ret->genuine = strcmp(sim_text(ret->header, "alg"), "RS256") == 0 &&
	               signature_fits(text, (size_t)(second - text), second + 1, key);
	if (ret->header && ret->claims)
		return true;
	jwt_done(ret);
	return false;
}

void jwt_done(struct jwt *jwt)
{
	json_decref(jwt->header);
	json_decref(jwt->claims);
	*jwt = (struct jwt){0};
}

EVP_PKEY *jwt_key(const char *path)
{
	FILE *file = fopen(path, "r");
	if (!file)
		return NULL;
	EVP_PKEY *key = PEM_read_PUBKEY(file, NULL, NULL, NULL);
	if (!key) {
		rewind(file);
		X509 *certificate = PEM_read_X509(file, NULL, NULL, NULL);
		key = certificate ? X509_get_pubkey(certificate) : NULL;
		X509_free(certificate);
	}
	fclose(file);
	return key;
}
