/*
 * commands/home.c - what is shown beside messages: a dialog before it is known what it says, and the Home tab.
 */
#include "commands/home.h"

#include <stdlib.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/message/message.h"
#include "commands/command.h"
#include "commands/phrases/phrases.h"
#include "commands/words.h"

/* --- dialogs --- */

/* "repair" and nobody named. */
static bool names_nobody(const char *typed)
{
	char word[32];
	const char *rest = words_command(typed, word);
	struct repair_words *words;

	if (!text_eq(word, "repair"))
		return false;
	words = mem_alloc(sizeof *words);
	words_repair(rest, words);
	bool nobody = words->count == 0 && words->error[0] == '\0';
	free(words);
	return nobody;
}

enum dialog_need commands_dialog_need(const struct deed *deed)
{
	switch (deed->door) {
	case DOOR_SHORTCUT: return DIALOG_SURE;
	case DOOR_SLASH: return names_nobody(deed->text) ? DIALOG_SURE : DIALOG_NONE;
	case DOOR_BUTTON: return commands_button_opens_dialog(deed->action) ? DIALOG_MAYBE : DIALOG_NONE;
	default: return DIALOG_NONE;
	}
}

static struct dialog *words_dialog(enum language language, enum phrase title)
{
	struct dialog *d = dialog_new("eac.words", phrase_text(language, title), NULL, NULL);

	dialog_close_label(d, phrase_text(language, PHRASE_DIALOG_CLOSE));
	return d;
}

json_t *commands_waiting_view(enum language language)
{
	struct dialog *d = words_dialog(language, PHRASE_DIALOG_WAIT_TITLE);

	dialog_section(d, phrase_text(language, PHRASE_DIALOG_WAIT));
	return dialog_take(d);
}

json_t *commands_words_view(enum language language, const json_t *answer)
{
	struct dialog *d = words_dialog(language, PHRASE_DIALOG_WORDS_TITLE);

	dialog_section(d, json_str(answer, "text"));
	return dialog_take(d);
}

/* "ID.NONCE": the repair whose card it was. */
static int64_t id_of_value(const char *value)
{
	char number[24] = "";
	size_t len = strcspn(value, ".");

	if (len < sizeof number)
		text_copy(number, len + 1, value);
	return words_id(number);
}

static void add_typed(struct buf *b, const struct deed *deed, const char *command)
{
	char id[24];

	if (deed->door == DOOR_SLASH || deed->door == DOOR_SHORTCUT)
		buf_printf(b, "`%s repair WHO reason: …`", command);
	else if (text_eq(deed->action, "eac.confirm") && id_of_value(deed->value) != 0)
		buf_printf(b, "`%s confirm %s CASE`", command, eac_id(id_of_value(deed->value), id));
}

void commands_no_dialog(struct buf *b, enum language language, const struct deed *deed, const char *command)
{
	AUTO_BUF struct buf typed = {0};

	buf_init(&typed, 200);
	add_typed(&typed, deed, command);
	if (typed.len > 0)
		phrase_add(b, language, PHRASE_DIALOG_NOT_OPENED_TYPE, "words", buf_str(&typed), NULL);
	else
		phrase_add(b, language, PHRASE_DIALOG_NOT_OPENED, NULL);
}
