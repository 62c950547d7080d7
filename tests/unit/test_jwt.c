/*
 * tests/unit/test_jwt.c - assertions are verified here with OpenSSL, as the other side would.
 */
#include "salesforce/jwt.h"

#include <jansson.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"

/* PEM of a key; `cipher` encrypts it. */
static struct secret *pem_of(EVP_PKEY *key, const EVP_CIPHER *cipher)
{
	BIO *bio = BIO_new(BIO_s_mem());
	struct secret *secret;
	char password[] = "pw";
	char *data;
	long len;

	assert_int_equal(PEM_write_bio_PrivateKey(bio, key, cipher, NULL, 0, NULL, cipher ? password : NULL), 1);
	len = BIO_get_mem_data(bio, &data);
	secret = secret_new(data, (size_t)len);
	BIO_free(bio);
	return secret;
}

static struct secret *public_pem_of(EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());
	struct secret *secret;
	char *data;
	long len;

	assert_int_equal(PEM_write_bio_PUBKEY(bio, key), 1);
	len = BIO_get_mem_data(bio, &data);
	secret = secret_new(data, (size_t)len);
	BIO_free(bio);
	return secret;
}

static int make_key(void **state)
{
	*state = EVP_RSA_gen(2048);
	return *state ? 0 : -1;
}

static int drop_key(void **state)
{
	EVP_PKEY_free(*state);
	return 0;
}

static size_t from_base64url(const char *in, size_t len, unsigned char *out)
{
	unsigned bits = 0, have = 0;
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
		const char *at = strchr(digits, in[i]);

		assert_non_null(at);
		bits = (bits << 6 | (unsigned)(at - digits)) & 0xffff;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (unsigned char)(bits >> have);
		}
	}
	return n;
}

static bool signature_fits(EVP_PKEY *key, const char *token)
{
	const char *dot = strrchr(token, '.');
	unsigned char signature[1024];
	size_t len = from_base64url(dot + 1, strlen(dot + 1), signature);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool ok = EVP_DigestVerifyInit_ex(md, NULL, "SHA256", NULL, NULL, key, NULL) == 1 &&
	          EVP_DigestVerify(md, signature, len, (const unsigned char *)token, (size_t)(dot - token)) == 1;

	EVP_MD_CTX_free(md);
	return ok;
}

static char *sign(EVP_PKEY *pkey, const struct jwt_claims *claims)
{
	struct secret *pem = pem_of(pkey, NULL);
	struct jwt_key *key;
	char *token;

	assert_int_equal(jwt_key_new(&key, pem, NULL), OK);
	assert_int_equal(jwt_sign(&token, key, claims, NULL), OK);
	jwt_key_free(key);
	secret_free(pem);
	return token;
}

static const struct jwt_claims some_claims = {"3MVG9", "eacbot@example.com", "https://login.salesforce.com",
                                              1900000000};

static void the_signature_fits_the_public_key(void **state)
{
	AUTO_FREE char *token = sign(*state, &some_claims);

	assert_true(signature_fits(*state, token));
	token[10] = token[10] == 'A' ? 'B' : 'A';
	assert_false(signature_fits(*state, token));
}

static void the_header_says_rs256_and_nothing_else(void **state)
{
	AUTO_FREE char *token = sign(*state, &some_claims);
	unsigned char header[64];
	size_t len = from_base64url(token, (size_t)(strchr(token, '.') - token), header);

	header[len] = '\0';
	assert_string_equal((char *)header, "{\"alg\":\"RS256\"}");
}

static void exp_is_a_number_of_seconds(void **state)
{
	AUTO_FREE char *token = sign(*state, &some_claims);
	const char *claims = strchr(token, '.') + 1;
	unsigned char text[512];
	size_t len = from_base64url(claims, (size_t)(strchr(claims, '.') - claims), text);
	json_auto_t *object = NULL;

	assert_int_equal(json_parse(&object, (char *)text, len, NULL), OK);
	assert_int_equal(json_int(object, "exp"), 1900000000);
	assert_string_equal(json_str(object, "iss"), "3MVG9");
	assert_string_equal(json_str(object, "sub"), "eacbot@example.com");
	assert_string_equal(json_str(object, "aud"), "https://login.salesforce.com");
}

static void refused(struct secret *pem, const char *because)
{
	struct jwt_key *key = NULL;
	struct err e = {0};

	assert_int_equal(jwt_key_new(&key, pem, &e), ERR_INVALID);
	assert_null(key);
	assert_non_null(strstr(e.text, because));
	assert_int_equal(ERR_peek_error(), 0);
	secret_free(pem);
}

static void an_encrypted_key_is_refused_without_asking(void **state)
{
	refused(pem_of(*state, EVP_aes_128_cbc()), "without a passphrase");
}

static void the_public_half_is_refused(void **state)
{
	refused(public_pem_of(*state), "public half");
}

static void a_short_or_foreign_key_is_refused(void **state)
{
	EVP_PKEY *small = EVP_RSA_gen(1024), *curve = EVP_EC_gen("P-256");

	(void)state;
	refused(pem_of(small, NULL), "2048");
	refused(pem_of(curve, NULL), "RSA");
	EVP_PKEY_free(small);
	EVP_PKEY_free(curve);
}

static void what_is_no_pem_is_refused(void **state)
{
	(void)state;
	refused(secret_new("hello", 5), "PEM");
	refused(NULL, "PEM");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_signature_fits_the_public_key),
	    cmocka_unit_test(the_header_says_rs256_and_nothing_else),
	    cmocka_unit_test(exp_is_a_number_of_seconds),
	    cmocka_unit_test(an_encrypted_key_is_refused_without_asking),
	    cmocka_unit_test(the_public_half_is_refused),
	    cmocka_unit_test(a_short_or_foreign_key_is_refused),
	    cmocka_unit_test(what_is_no_pem_is_refused),
	};

	return cmocka_run_group_tests_name("jwt", tests, make_key, drop_key);
}
