/*
 * message/blocks.c - the small parts that messages and dialogs share.
 */
#include "bot/message/blocks.h"

#include <string.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/message/glyph.h"
#include "bot/message/mrkdwn.h"

json_t *blocks_cut_plain(const char *s, size_t max_units)
{
	AUTO_BUF struct buf b;
	size_t used = 0, bytes = 0, step;

	buf_init(&b, strlen(s) + 8);
	if (glyph_units(s, strlen(s)) <= max_units)
		return json_text_value(s);
	while ((step = glyph_step(s + bytes)) && used + glyph_units(s + bytes, step) < max_units) {
		used += glyph_units(s + bytes, step);
		bytes += step;
	}
	buf_add(&b, s, bytes);
	buf_puts(&b, "…");
	return json_text_value(buf_str(&b));
}

json_t *blocks_plain(const char *s, size_t max_units)
{
	json_t *text = json_object();

	json_set_str(text, "type", "plain_text");
	json_object_set_new(text, "text", blocks_cut_plain(text_empty(s) ? "-" : s, max_units));
	json_set_bool(text, "emoji", true);
	return text;
}

json_t *blocks_mrkdwn(const char *s, size_t max_units)
{
	json_t *text = json_object();
	AUTO_BUF struct buf b;

	buf_init(&b, 4 * max_units + 8);
	mrkdwn_cut(&b, text_empty(s) ? "-" : s, max_units);
	json_set_str(text, "type", "mrkdwn");
	json_object_set_new(text, "text", json_text_value(buf_str(&b)));
	json_set_bool(text, "verbatim", true);
	return text;
}

static json_t *section(const char *mrkdwn)
{
	json_t *block = json_object();

	json_set_str(block, "type", "section");
	json_object_set_new(block, "text", blocks_mrkdwn(mrkdwn, BLOCKS_TEXT_UNITS));
	return block;
}

/* Bytes of the whole lines at s that fit one section together; always at least one line, with its end. */
static size_t lines_that_fit(const char *s)
{
	size_t bytes = 0, units = 0;

	while (s[bytes]) {
		size_t line = strcspn(s + bytes, "\n");
		size_t line_units;

		line += s[bytes + line] == '\n';
		line_units = glyph_units(s + bytes, line);
		if (bytes && units + line_units > BLOCKS_TEXT_UNITS)
			break;
		units += line_units;
		bytes += line;
	}
	return bytes;
}

json_t *blocks_sections(const char *mrkdwn)
{
	json_t *sections = json_array();

	for (const char *s = mrkdwn ? mrkdwn : ""; *s;) {
		size_t bytes = lines_that_fit(s), kept = bytes;
		AUTO_BUF struct buf part;

		while (kept && s[kept - 1] == '\n')
			kept--;
		buf_init(&part, kept + 1);
		buf_add(&part, s, kept);
		if (kept)
			json_array_append_new(sections, section(buf_str(&part)));
		s += bytes;
	}
	return sections;
}
