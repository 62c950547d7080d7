/*
 * tests/fuzz/fuzz_config.c - whatever the file holds, it is read or refused, and what is said about it is one line
 * each.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "config/checks.h"
#include "config/document.h"
#include "config/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void is_one_line(void *arg, bool warning, const char *text)
{
	(void)arg;
	(void)warning;
	assert(text_starts(text, "f:"));
	for (; *text; text++)
		assert((unsigned char)*text >= ' ' && *text != 0x7f);
}

/* What was given and found good is set, and equals itself. */
static void read_values(struct config *config, struct config_document *document, struct config_report *report)
{
	for (int i = 0; i < CONFIG_KEY_COUNT; i++) {
		struct config_setting *setting = &document->settings[i];

		if (setting->given && !setting->bad)
			config_value_set(config, &config_keys[i], setting, report);
		assert(config_keys[i].kind == CONFIG_SECRET || config_value_same(config, config, &config_keys[i]));
	}
	config_checks(config, document, report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config_document document = {0};
	struct config_report report = {.file = "f"};
	struct config *config = mem_alloc(sizeof(*config));

	for (int i = 0; i < CONFIG_KEY_COUNT; i++)
		config_value_default(config, &config_keys[i]);
	if (config_document_read(&document, (const char *)data, size, &report))
		read_values(config, &document, &report);
	else
		assert(report.mistakes > 0);
	config_report_tell(&report, is_one_line, NULL);
	config_document_done(&document);
	config_free(config);
	return 0;
}
