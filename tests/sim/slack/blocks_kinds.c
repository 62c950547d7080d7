/*
 * tests/sim/slack/blocks_kinds.c - what Block Kit consists of.
 *
 * A block, an element and an object are each a row: the members it may have,
 * and for every member what it must be. The numbers are those of Slack's
 * Block Kit reference.
 */

#include "tests/sim/slack/blocks_kinds.h"

enum { M = 1U << SURFACE_MESSAGE, V = 1U << SURFACE_MODAL, H = 1U << SURFACE_HOME };

#define BLOCK_ID \
	{ \
		"block_id", STRING, 1, 255, false \
	}
#define ACTION_ID \
	{ \
		"action_id", STRING, 1, 255, false \
	}
#define CONFIRMED \
	{ \
		"confirm", CONFIRM, 0, 0, false \
	}
#define FOCUS \
	{ \
		"focus_on_load", BOOLEAN, 0, 0, false \
	}
#define HOLDER \
	{ \
		"placeholder", PLAIN, 0, 150, false \
	}
#define CHOICES \
	{"options", OPTIONS, 0, 100, false}, \
	{ \
		"option_groups", GROUPS, 0, 100, false \
	}
#define MOST \
	{ \
		"max_selected_items", NUMBER, 0, 0, false \
	}

/* clang-format off */
const struct kind block_kinds[] = {
	{"section", M | V | H, {BLOCK_ID, {"text", TEXT, 0, 3000, false}, {"fields", TEXTS, 1, 10, false},
		{"accessory", ELEMENT, 0, 0, false}, {"expand", BOOLEAN, 0, 0, false}}},
	{"header", M | V | H, {BLOCK_ID, {"text", PLAIN, 0, 150, true}}},
	{"divider", M | V | H, {BLOCK_ID}},
	{"context", M | V | H, {BLOCK_ID, {"elements", CONTEXT, 1, 10, true}}},
	{"actions", M | V | H, {BLOCK_ID, {"elements", ELEMENTS, 1, 25, true}}},
	{"input", M | V | H, {BLOCK_ID, {"label", PLAIN, 0, 2000, true}, {"element", ELEMENT, 0, 0, true},
		{"hint", PLAIN, 0, 2000, false}, {"optional", BOOLEAN, 0, 0, false}, {"dispatch_action", BOOLEAN, 0, 0, false}}},
	{"image", M | V | H, {BLOCK_ID, {"image_url", STRING, 1, 3000, false}, {"slack_file", ANY, 0, 0, false},
		{"alt_text", STRING, 1, 2000, true}, {"title", PLAIN, 0, 2000, false}}},
	{"rich_text", M | V | H, {BLOCK_ID, {"elements", ANY, 0, 0, true}}},
	{"markdown", M, {BLOCK_ID, {"text", STRING, 1, 12000, true}}},
	{"table", M, {BLOCK_ID, {"rows", ANY, 0, 0, true}, {"column_settings", ANY, 0, 0, false}}},
	{"video", M | V | H, {BLOCK_ID, {"title", PLAIN, 0, 200, true}, {"video_url", STRING, 1, 3000, true},
		{"thumbnail_url", STRING, 1, 3000, true}, {"alt_text", STRING, 1, 2000, true}, {"description", PLAIN, 0, 200, false},
		{"title_url", STRING, 1, 3000, false}, {"author_name", STRING, 1, 50, false}, {"provider_name", STRING, 0, 50, false},
		{"provider_icon_url", STRING, 0, 3000, false}}},
	{"plan", M, {BLOCK_ID, {"title", STRING, 1, 255, true}, {"tasks", ANY, 0, 0, false}}},
	{"task_card", M, {BLOCK_ID, {"task_id", STRING, 1, 255, true}, {"title", STRING, 1, 255, true},
		{"status", STRING, 1, 20, true}, {"details", ANY, 0, 0, false}, {"output", ANY, 0, 0, false}, {"sources", ANY, 0, 0, false}}},
	{"context_actions", M, {BLOCK_ID, {"elements", ANY, 0, 0, true}}},
	{"alert", V, {BLOCK_ID, {"text", TEXT, 0, 200, true}, {"level", STRING, 1, 20, false}}},
	{0},
};

const struct kind element_kinds[] = {
	{"button", 0, {ACTION_ID, {"text", PLAIN, 0, 75, true}, {"value", STRING, 0, 2000, false}, {"url", STRING, 0, 3000, false},
		{"style", STYLE, 0, 0, false}, {"accessibility_label", STRING, 0, 75, false}, CONFIRMED}},
	{"static_select", 0, {ACTION_ID, HOLDER, CHOICES, {"initial_option", OPTION, 0, 0, false}, CONFIRMED, FOCUS}},
	{"multi_static_select", 0, {ACTION_ID, HOLDER, CHOICES, {"initial_options", OPTIONS, 0, 100, false}, CONFIRMED, FOCUS, MOST}},
	{"external_select", 0, {ACTION_ID, HOLDER, {"min_query_length", NUMBER, 0, 0, false},
		{"initial_option", OPTION, 0, 0, false}, CONFIRMED, FOCUS}},
	{"users_select", 0, {ACTION_ID, HOLDER, {"initial_user", STRING, 1, 20, false}, CONFIRMED, FOCUS}},
	{"multi_users_select", 0, {ACTION_ID, HOLDER, {"initial_users", ANY, 0, 0, false}, CONFIRMED, FOCUS, MOST}},
	{"conversations_select", 0, {ACTION_ID, HOLDER, {"initial_conversation", STRING, 1, 20, false}, {"filter", ANY, 0, 0, false},
		{"default_to_current_conversation", BOOLEAN, 0, 0, false}, {"response_url_enabled", BOOLEAN, 0, 0, false}, CONFIRMED, FOCUS}},
	{"multi_conversations_select", 0, {ACTION_ID, HOLDER, {"initial_conversations", ANY, 0, 0, false}, {"filter", ANY, 0, 0, false},
		{"default_to_current_conversation", BOOLEAN, 0, 0, false}, CONFIRMED, FOCUS, MOST}},
	{"multi_channels_select", 0, {ACTION_ID, HOLDER, {"initial_channels", ANY, 0, 0, false}, CONFIRMED, FOCUS, MOST}},
	{"multi_external_select", 0, {ACTION_ID, HOLDER, {"min_query_length", NUMBER, 0, 0, false},
		{"initial_options", OPTIONS, 0, 100, false}, CONFIRMED, FOCUS, MOST}},
	{"channels_select", 0, {ACTION_ID, HOLDER, {"initial_channel", STRING, 1, 20, false},
		{"response_url_enabled", BOOLEAN, 0, 0, false}, CONFIRMED, FOCUS}},
	{"overflow", 0, {ACTION_ID, {"options", OPTIONS, 0, 5, true}, CONFIRMED}},
	{"checkboxes", 0, {ACTION_ID, {"options", OPTIONS, 0, 10, true}, {"initial_options", OPTIONS, 0, 10, false}, CONFIRMED, FOCUS}},
	{"radio_buttons", 0, {ACTION_ID, {"options", OPTIONS, 0, 10, true}, {"initial_option", OPTION, 0, 0, false}, CONFIRMED, FOCUS}},
	{"datepicker", 0, {ACTION_ID, HOLDER, {"initial_date", STRING, 10, 10, false}, CONFIRMED, FOCUS}},
	{"timepicker", 0, {ACTION_ID, HOLDER, {"initial_time", STRING, 5, 5, false}, {"timezone", STRING, 1, 64, false}, CONFIRMED, FOCUS}},
	{"datetimepicker", 0, {ACTION_ID, {"initial_date_time", NUMBER, 0, 0, false}, CONFIRMED, FOCUS}},
	{"plain_text_input", 0, {ACTION_ID, HOLDER, {"initial_value", STRING, 0, 3000, false}, {"multiline", BOOLEAN, 0, 0, false},
		{"min_length", NUMBER, 0, 3000, false}, {"max_length", NUMBER, 1, 3000, false}, {"dispatch_action_config", ANY, 0, 0, false}, FOCUS}},
	{"email_text_input", 0, {ACTION_ID, HOLDER, {"initial_value", STRING, 0, 3000, false}, {"dispatch_action_config", ANY, 0, 0, false}, FOCUS}},
	{"url_text_input", 0, {ACTION_ID, HOLDER, {"initial_value", STRING, 0, 3000, false}, {"dispatch_action_config", ANY, 0, 0, false}, FOCUS}},
	{"number_input", 0, {ACTION_ID, HOLDER, {"is_decimal_allowed", BOOLEAN, 0, 0, true}, {"initial_value", STRING, 0, 32, false},
		{"min_value", STRING, 0, 32, false}, {"max_value", STRING, 0, 32, false}, {"dispatch_action_config", ANY, 0, 0, false}, FOCUS}},
	{"image", 0, {{"image_url", STRING, 1, 3000, false}, {"slack_file", ANY, 0, 0, false}, {"alt_text", STRING, 1, 2000, true}}},
	{0},
};

const struct kind confirm_kind = {"confirm", 0, {{"title", PLAIN, 0, 100, true}, {"text", TEXT, 0, 300, true},
	{"confirm", PLAIN, 0, 30, true}, {"deny", PLAIN, 0, 30, true}, {"style", STYLE, 0, 0, false}}};
const struct kind option_kind = {"option", 0, {{"text", TEXT, 0, 75, true}, {"value", STRING, 1, 150, true},
	{"description", TEXT, 0, 75, false}, {"url", STRING, 0, 3000, false}}};
const struct kind group_kind = {"option_group", 0, {{"label", PLAIN, 0, 75, true}, {"options", OPTIONS, 0, 100, true}}};
const struct kind view_kinds[] = {
	{"modal", V, {{"title", PLAIN, 0, 24, true}, {"blocks", ANY, 0, 0, true}, {"submit", PLAIN, 0, 24, false},
		{"close", PLAIN, 0, 24, false}, {"private_metadata", STRING, 0, 3000, false}, {"callback_id", STRING, 0, 255, false},
		{"external_id", STRING, 0, 255, false}, {"clear_on_close", BOOLEAN, 0, 0, false},
		{"notify_on_close", BOOLEAN, 0, 0, false}, {"submit_disabled", BOOLEAN, 0, 0, false}}},
	{"home", H, {{"blocks", ANY, 0, 0, true}, {"private_metadata", STRING, 0, 3000, false},
		{"callback_id", STRING, 0, 255, false}, {"external_id", STRING, 0, 255, false}}},
	{0},
};
/* clang-format on */
