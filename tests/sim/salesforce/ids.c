/*
 * ids.c - Salesforce record ids: checking them, lengthening them, comparing them.
 */
#include "tests/sim/salesforce/ids.h"

#include <ctype.h>
#include <string.h>

/* One check character says which of five characters are capitals, the first being the lowest bit. */
static char check_character(const char *five)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
	unsigned bits = 0;
	for (unsigned i = 0; i < 5; i++)
		if (five[i] >= 'A' && five[i] <= 'Z')
			bits |= 1u << i;
	return letters[bits];
}

bool id_valid(const char *text)
{
	size_t n = text ? strlen(text) : 0;
	if (n != ID_SHORT && n != ID_FULL)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)text[i]))
			return false;
	for (size_t i = 0; n == ID_FULL && i < 3; i++)
		if (toupper((unsigned char)text[ID_SHORT + i]) != check_character(text + i * 5))
			return false;
	return true;
}

void id_full(const char *text, char out[ID_SIZE])
{
	memcpy(out, text, ID_SHORT);
	for (size_t i = 0; i < 3; i++)
		out[ID_SHORT + i] = check_character(text + i * 5);
	out[ID_FULL] = '\0';
}

bool id_same(const char *a, const char *b)
{
	return a && b && strlen(a) >= ID_SHORT && strlen(b) >= ID_SHORT && strncmp(a, b, ID_SHORT) == 0;
}
