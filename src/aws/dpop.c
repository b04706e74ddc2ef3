#include "dpop.h"

#include <errno.h>
#include <jansson.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "ecsfs/base/buf.h"
#include "ecsfs/base/cleanup.h"

#define COORDINATE_SIZE 32

/* Base64 for addresses, without padding. */
static void put_base64url(struct buf *out, const unsigned char *bytes, size_t len)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	for (size_t i = 0; i < len; i += 3) {
		unsigned left = len - i < 3 ? (unsigned)(len - i) : 3;
		unsigned v = (unsigned)bytes[i] << 16 |
			     (left > 1 ? (unsigned)bytes[i + 1] << 8 : 0) |
			     (left > 2 ? bytes[i + 2] : 0u);

		for (unsigned digit = 0; digit <= left; digit++)
			buf_putc(out, digits[v >> (18 - 6 * digit) & 63]);
	}
}

static int put_json(struct buf *out, json_t *json)
{
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	if (text)
		put_base64url(out, (const unsigned char *)text, strlen(text));
	free(text);
	json_decref(json);
	return text ? 0 : -ENOMEM;
}

static EVP_PKEY *read_key(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
	char group[32] = "";

	BIO_free(bio);
	if (key && (!EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) ||
		    strcmp(group, "prime256v1") != 0)) {
		EVP_PKEY_free(key);
		return NULL;
	}
	return key;
}

static int coordinate(const EVP_PKEY *key, const char *name, struct buf *out)
{
	unsigned char bytes[COORDINATE_SIZE];
	BIGNUM *number = NULL;
	bool ok = EVP_PKEY_get_bn_param(key, name, &number) &&
		  BN_bn2binpad(number, bytes, sizeof(bytes)) == sizeof(bytes);

	BN_free(number);
	if (!ok)
		return -EINVAL;
	put_base64url(out, bytes, sizeof(bytes));
	return out->failed ? -ENOMEM : 0;
}

static json_t *make_header(const EVP_PKEY *key)
{
	_cleanup_(buf_done) struct buf x = {0}, y = {0};

	if (coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X, &x) < 0 ||
	    coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y, &y) < 0)
		return NULL;
	return json_pack("{s:s, s:s, s:{s:s, s:s, s:s, s:s}}", "typ", "dpop+jwt", "alg", "ES256",
			 "jwk", "kty", "EC", "x", x.data, "y", y.data, "crv", "P-256");
}

static json_t *make_payload(const char *url, int64_t unix_s)
{
	unsigned char r[16];
	char id[40];

	if (getrandom(r, sizeof(r), 0) != sizeof(r))
		return NULL;
	/* A version 4 UUID (RFC 4122). */
	r[6] = (unsigned char)((r[6] & 0x0f) | 0x40);
	r[8] = (unsigned char)((r[8] & 0x3f) | 0x80);
	snprintf(id, sizeof(id),
		 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", r[0], r[1],
		 r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10], r[11], r[12], r[13], r[14],
		 r[15]);
	return json_pack("{s:s, s:s, s:I, s:s}", "htm", "POST", "htu", url, "iat",
			 (json_int_t)unix_s, "jti", id);
}

/* JOSE wants the two numbers side by side, not in DER. */
static int put_signature(struct buf *out, EVP_PKEY *key)
{
	unsigned char der[256], bytes[2 * COORDINATE_SIZE];
	size_t len = sizeof(der);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool ok = context && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
		  EVP_DigestSign(context, der, &len, (unsigned char *)out->data, out->len) == 1;
	const unsigned char *p = der;
	ECDSA_SIG *signature = ok ? d2i_ECDSA_SIG(NULL, &p, (long)len) : NULL;

	ok = signature && BN_bn2binpad(ECDSA_SIG_get0_r(signature), bytes, COORDINATE_SIZE) > 0 &&
	     BN_bn2binpad(ECDSA_SIG_get0_s(signature), bytes + COORDINATE_SIZE, COORDINATE_SIZE) >
		     0;
	ECDSA_SIG_free(signature);
	EVP_MD_CTX_free(context);
	if (!ok)
		return -EINVAL;
	buf_putc(out, '.');
	put_base64url(out, bytes, sizeof(bytes));
	return 0;
}

int dpop_proof(const char *key_pem, const char *url, int64_t unix_s, char **ret_proof)
{
	_cleanup_(buf_done) struct buf proof = {0};
	EVP_PKEY *key = read_key(key_pem);
	int r = key ? 0 : -EINVAL;

	if (r == 0)
		r = put_json(&proof, make_header(key));
	buf_putc(&proof, '.');
	if (r == 0)
		r = put_json(&proof, make_payload(url, unix_s));
	if (r == 0 && proof.failed)
		r = -ENOMEM;
	if (r == 0)
		r = put_signature(&proof, key);
	EVP_PKEY_free(key);
	return r < 0 ? r : buf_steal(&proof, ret_proof, NULL);
}
