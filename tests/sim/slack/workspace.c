/*
 * tests/sim/slack/workspace.c - people, groups and conversations.
 */

#include "tests/sim/slack/workspace.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* By id, else by name without its sign. */
static json_t *find(json_t *map, const char *which, char sign)
{
	json_t *found = which ? json_object_get(map, which) : NULL;
	const char *id;
	json_t *item;

	if (found || !which || !*which)
		return found;
	if (*which == sign)
		which++;
	json_object_foreach (map, id, item) {
		if (strcmp(sim_text(item, "name"), which) == 0)
			return item;
	}
	return NULL;
}

json_t *workspace_user(const struct slack *slack, const char *who)
{
	return find(slack->users, who, '@');
}

json_t *workspace_channel(const struct slack *slack, const char *which)
{
	return find(slack->channels, which, '#');
}

json_t *workspace_group(const struct slack *slack, const char *id)
{
	return json_object_get(slack->groups, id);
}

json_t *workspace_dm(struct slack *slack, const char *user)
{
	json_t *id = sim_jsonf("D%s", *user ? user + 1 : user);
	json_t *dm = json_object_get(slack->channels, json_string_value(id));

	if (!dm) {
		dm = json_pack("{s:O, s:s, s:b, s:s, s:[s, s], s:[]}", "id", id, "name", "", "is_im", 1, "user", user,
		               "members", user, slack_bot(slack), "_messages");
		json_object_set_new(slack->channels, json_string_value(id), dm);
	}
	json_decref(id);
	return dm;
}

json_t *workspace_place(struct slack *slack, const char *which, const char *user)
{
	if (which && strcmp(which, "dm") == 0)
		return workspace_dm(slack, user);
	return workspace_channel(slack, which);
}

bool channel_is_dm(const json_t *channel)
{
	return json_is_true(json_object_get(channel, "is_im"));
}

static size_t member_at(const json_t *channel, const char *user)
{
	const json_t *members = json_object_get(channel, "members");
	size_t i;

	for (i = 0; i < json_array_size(members); i++) {
		if (strcmp(json_string_value(json_array_get(members, i)), user) == 0)
			break;
	}
	return i;
}

bool channel_has(const json_t *channel, const char *user)
{
	return member_at(channel, user) < json_array_size(json_object_get(channel, "members"));
}

void channel_add(json_t *channel, const char *user)
{
	if (!channel_has(channel, user))
		json_array_append_new(json_object_get(channel, "members"), json_string(user));
}

void channel_remove(json_t *channel, const char *user)
{
	json_array_remove(json_object_get(channel, "members"), member_at(channel, user));
}

const char *channel_type(const json_t *channel)
{
	if (channel_is_dm(channel))
		return "im";
	return json_is_true(json_object_get(channel, "is_private")) ? "group" : "channel";
}

const char *channel_payload_name(const json_t *channel)
{
	if (channel_is_dm(channel))
		return "directmessage";
	return json_is_true(json_object_get(channel, "is_private")) ? "privategroup" : sim_text(channel, "name");
}

/* --- what a client makes of typed text --- */

static void write_new(FILE *out, json_t *string)
{
	fputs(json_string_value(string), out);
	json_decref(string);
}

static size_t word_len(const char *text, const char *also)
{
	size_t n = 0;

	while (text[n] && (isalnum((unsigned char)text[n]) || strchr(also, text[n])))
		n++;
	return n;
}

/* "@name" or "#name" at `text`; how many bytes it took, 0: none. */
static size_t encode_name(const struct slack *slack, FILE *out, const char *text, bool named)
{
	size_t len = word_len(text + 1, "._-");
	char *name = strndup(text + 1, len);
	const json_t *item = NULL;

	if (!name)
		abort();
	if (len > 0)
		item = *text == '@' ? workspace_user(slack, name) : workspace_channel(slack, name);
	if (item && (named || *text == '#'))
		write_new(out, sim_jsonf("<%c%s|%s>", *text, sim_text(item, "id"), sim_text(item, "name")));
	else if (item)
		write_new(out, sim_jsonf("<@%s>", sim_text(item, "id")));
	free(name);
	return item ? len + 1 : 0;
}

static size_t encode_address(FILE *out, const char *text)
{
	size_t len = word_len(text, "._-+@");
	const char *at = memchr(text, '@', len);

	if (!at || at == text || !memchr(at, '.', len - (size_t)(at - text)))
		return 0;
	write_new(out, sim_jsonf("<mailto:%.*s|%.*s>", (int)len, text, (int)len, text));
	return len;
}

static void encode_char(FILE *out, char c, bool typed)
{
	if (typed && c == '&')
		fputs("&amp;", out);
	else if (typed && c == '<')
		fputs("&lt;", out);
	else if (typed && c == '>')
		fputs("&gt;", out);
	else
		fputc(c, out);
}

json_t *workspace_encode(const struct slack *slack, const char *text, bool named, bool typed)
{
	char *encoded = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&encoded, &len);
	const char *start = text;
	json_t *string;

	if (!out)
		abort();
	while (*text) {
		bool word = text == start || text[-1] == ' ' || text[-1] == '\n' || text[-1] == ',';
		size_t took = 0;

		if (word && (*text == '@' || *text == '#'))
			took = encode_name(slack, out, text, named);
		else if (word && typed)
			took = encode_address(out, text);
		if (took == 0)
			encode_char(out, *text, typed);
		text += took ? took : 1;
	}
	fclose(out);
	string = json_stringn(encoded, len);
	free(encoded);
	return string ? string : json_string("");
}
