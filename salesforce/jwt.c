/*
 * salesforce/jwt.c - RS256 by OpenSSL's EVP; see jwt.h.
 *
 * OpenSSL keeps a queue of errors per thread; every function here leaves it
 * empty, so that others (TLS) never find ours.
 */
#include "salesforce/jwt.h"

#include <jansson.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"

enum { BITS_MIN = 2048, TOKEN_MAX = 16384 };

struct jwt_key {
	EVP_PKEY *pkey;
};

/* Without it OpenSSL would ask on the terminal. */
static int refuse_password(char *out, int size, int writing, void *arg)
{
	(void)out;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

static EVP_PKEY *read_pem(const struct secret *pem)
{
	size_t len = secret_len(pem);
	BIO *bio = len > 0 && len <= INT_MAX ? BIO_new_mem_buf(secret_reveal(pem), (int)len) : NULL;
	EVP_PKEY *pkey = bio ? PEM_read_bio_PrivateKey(bio, NULL, refuse_password, NULL) : NULL;

	BIO_free(bio);
	ERR_clear_error();
	return pkey;
}

static enum errc explain_unreadable(const struct secret *pem, struct err *reterr)
{
	const char *text = pem ? secret_reveal(pem) : "";

	if (strstr(text, "ENCRYPTED"))
		return err_set(reterr, ERR_INVALID, "the private key is encrypted; give it without a passphrase");
	if (strstr(text, "BEGIN CERTIFICATE") || strstr(text, "BEGIN PUBLIC KEY"))
		return err_set(reterr, ERR_INVALID, "this is the public half; the private key is needed");
	return err_set(reterr, ERR_INVALID, "no private key in PEM form was found");
}

enum errc jwt_key_new(struct jwt_key **ret, const struct secret *pem, struct err *reterr)
{
	EVP_PKEY *pkey = pem ? read_pem(pem) : NULL;
	struct jwt_key *key;

	if (!pkey)
		return explain_unreadable(pem, reterr);
	if (EVP_PKEY_get_base_id(pkey) != EVP_PKEY_RSA || EVP_PKEY_get_bits(pkey) < BITS_MIN) {
		EVP_PKEY_free(pkey);
		return err_set(reterr, ERR_INVALID, "the private key has to be RSA with at least %d bits", BITS_MIN);
	}
	key = mem_alloc(sizeof(*key));
	key->pkey = pkey;
	*ret = key;
	return OK;
}

void jwt_key_free(struct jwt_key *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->pkey);
	mem_wipe(key, sizeof(*key));
	free(key);
}

/* base64url without padding, RFC 4648 section 5. */
static void put_base64url(struct buf *out, const void *data, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const unsigned char *bytes = data;
	unsigned long bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < len; i++) {
		bits = (bits << 8 | bytes[i]) & 0xffffff;
		for (have += 8; have >= 6; have -= 6)
			buf_putc(out, digits[bits >> (have - 6) & 63]);
	}
	if (have)
		buf_putc(out, digits[bits << (6 - have) & 63]);
}

static void put_claims(struct buf *out, const struct jwt_claims *claims)
{
	json_auto_t *object = json_object();
	AUTO_FREE char *text = NULL;

	json_object_set_new(object, "iss", json_text_value(claims->iss));
	json_object_set_new(object, "sub", json_text_value(claims->sub));
	json_object_set_new(object, "aud", json_text_value(claims->aud));
	json_object_set_new(object, "exp", json_integer(claims->exp_s));
	text = json_text(object);
	put_base64url(out, text, strlen(text));
}

static bool put_signature(struct buf *out, EVP_PKEY *pkey)
{
	size_t len = (size_t)EVP_PKEY_get_size(pkey);
	AUTO_FREE unsigned char *signature = mem_alloc(len);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool ok = md && EVP_DigestSignInit_ex(md, NULL, "SHA256", NULL, NULL, pkey, NULL) == 1 &&
	          EVP_DigestSign(md, signature, &len, (const unsigned char *)buf_str(out), out->len) == 1;

	EVP_MD_CTX_free(md);
	ERR_clear_error();
	if (!ok)
		return false;
	buf_putc(out, '.');
	put_base64url(out, signature, len);
	return true;
}

enum errc jwt_sign(char **ret, const struct jwt_key *key, const struct jwt_claims *claims, struct err *reterr)
{
	static const char header[] = "{\"alg\":\"RS256\"}";
	AUTO_BUF struct buf out = {0};

	buf_init(&out, TOKEN_MAX);
	put_base64url(&out, header, sizeof(header) - 1);
	buf_putc(&out, '.');
	put_claims(&out, claims);
	if (!put_signature(&out, key->pkey))
		return err_set(reterr, ERR_BUG, "the assertion could not be signed");
	if (out.cut)
		return err_set(reterr, ERR_INVALID, "the assertion would be too long");
	*ret = buf_take(&out);
	return OK;
}
