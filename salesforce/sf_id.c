/*
 * salesforce/sf_id.c - Salesforce ids of 15 and 18 characters; see sf_id.h.
 *
 * Five characters at a time give five bits (a bit is set where a capital
 * stands, the first character being the lowest), and five bits give one of the
 * three characters that the long form adds.
 */
#include "salesforce/sf_id.h"

#include <stdio.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/text.h"

enum { SHORT_LEN = 15, LONG_LEN = 18 };

/* Not ctype.h: its answers depend on the locale. */
static bool is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_word_char(char c)
{
	return is_capital(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static char checksum_char(const char five[static 5])
{
	unsigned bits = 0;

	for (unsigned i = 0; i < 5; i++)
		bits |= (is_capital(five[i]) ? 1U : 0U) << i;
	return "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits];
}

static void checksum(const char *id, char out[static 4])
{
	for (size_t i = 0; i < 3; i++)
		out[i] = checksum_char(id + i * 5);
	out[3] = '\0';
}

bool sf_id_plausible(const char *id)
{
	size_t len = id ? strlen(id) : 0;

	if (len != SHORT_LEN && len != LONG_LEN)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!is_word_char(id[i]))
			return false;
	}
	return true;
}

bool sf_id_valid(const char *id)
{
	char sum[4];

	if (!sf_id_plausible(id))
		return false;
	checksum(id, sum);
	return id[SHORT_LEN] == '\0' || strcmp(id + SHORT_LEN, sum) == 0;
}

bool sf_id_long(const char *id, char out[static 19])
{
	if (!sf_id_plausible(id))
		return false;
	if (id[SHORT_LEN] != '\0') {
		memmove(out, id, LONG_LEN + 1);
		return true;
	}
	memmove(out, id, SHORT_LEN);
	checksum(out, out + SHORT_LEN);
	return true;
}

bool sf_id_same(const char *a, const char *b)
{
	if (!sf_id_plausible(a) || !sf_id_plausible(b) || strncmp(a, b, SHORT_LEN) != 0)
		return false;
	return a[SHORT_LEN] == '\0' || b[SHORT_LEN] == '\0' || text_ieq(a + SHORT_LEN, b + SHORT_LEN);
}

json_t *sf_id_row(const json_t *rows, const char *key, const char *id)
{
	json_t *row;
	size_t i;

	json_array_foreach (rows, i, row)
		if (sf_id_same(json_str(row, key), id))
			return row;
	return NULL;
}

bool sf_id_has_prefix(const char *id, const char *prefix)
{
	return sf_id_plausible(id) && text_starts(id, prefix);
}

void sf_lightning_url(const char *instance, const char *path, char *out, unsigned long size)
{
	static const struct {
		const char *from, *to;
	} hosts[] = {
	    {".my.salesforce.com", ".lightning.force.com"},
	    {".my.salesforce.mil", ".lightning.crmforce.mil"},
	    {".my.sfcrmproducts.cn", ".lightning.sfcrmapps.cn"},
	};
	size_t len = strlen(instance);

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		size_t tail = strlen(hosts[i].from);

		if (len > tail && text_ieq(instance + len - tail, hosts[i].from)) {
			snprintf(out, size, "%.*s%s%s", (int)(len - tail), instance, hosts[i].to, path);
			return;
		}
	}
	snprintf(out, size, "%s%s", instance, path);
}
