/*
 * tests/sim/slack/blocks_kinds.c - what Block Kit consists of.
 *
 * A block, an element and an object are each a row: the members it may have,
 * and for every member what it must be. The numbers are those of Slack's
 * Block Kit reference.
 */

#include "tests/sim/slack/blocks_kinds.h"

enum { M = 1U << SURFACE_MESSAGE, V = 1U << SURFACE_MODAL, H = 1U << SURFACE_HOME };

/* clang-format off */
#define FLAG(name) {name, BOOLEAN, 0, 0, false}
#define ANYTHING(name) {name, ANY, 0, 0, false}
#define TYPED(name, min, max) {name, STRING, min, max, false}
#define BLOCK_ID {"block_id", STRING, 1, 255, false}
#define ACTION_ID {"action_id", STRING, 1, 255, false}
#define CONFIRMED {"confirm", CONFIRM, 0, 0, false}
#define FOCUS {"focus_on_load", BOOLEAN, 0, 0, false}
#define HOLDER {"placeholder", PLAIN, 0, 150, false}
#define CHOICES {"options", OPTIONS, 0, 100, false}, {"option_groups", GROUPS, 0, 100, false}
#define MOST {"max_selected_items", NUMBER, 0, 0, false}

const struct kind block_kinds[] = {
	{"section", M | V | H, {BLOCK_ID, {"text", TEXT, 0, 3000, false}, {"fields", TEXTS, 1, 10, false},
		{"accessory", ELEMENT, 0, 0, false}, FLAG("expand")}},
	{"header", M | V | H, {BLOCK_ID, {"text", PLAIN, 0, 150, true}}},
	{"divider", M | V | H, {BLOCK_ID}},
	{"context", M | V | H, {BLOCK_ID, {"elements", CONTEXT, 1, 10, true}}},
	{"actions", M | V | H, {BLOCK_ID, {"elements", ELEMENTS, 1, 25, true}}},
	{"input", M | V | H, {BLOCK_ID, {"label", PLAIN, 0, 2000, true}, {"element", ELEMENT, 0, 0, true},
		{"hint", PLAIN, 0, 2000, false}, FLAG("optional"), FLAG("dispatch_action")}},
	{"image", M | V | H, {BLOCK_ID, TYPED("image_url", 1, 3000), ANYTHING("slack_file"),
		{"alt_text", STRING, 1, 2000, true}, {"title", PLAIN, 0, 2000, false}}},
	{"rich_text", M | V | H, {BLOCK_ID, {"elements", ANY, 0, 0, true}}},
	{"markdown", M, {BLOCK_ID, {"text", STRING, 1, 12000, true}}},
	{"table", M, {BLOCK_ID, {"rows", ANY, 0, 0, true}, ANYTHING("column_settings")}},
	{"video", M | V | H, {BLOCK_ID, {"title", PLAIN, 0, 200, true}, {"video_url", STRING, 1, 3000, true},
		{"thumbnail_url", STRING, 1, 3000, true}, {"alt_text", STRING, 1, 2000, true},
		{"description", PLAIN, 0, 200, false}, TYPED("title_url", 1, 3000), TYPED("author_name", 1, 50),
		TYPED("provider_name", 0, 50), TYPED("provider_icon_url", 0, 3000)}},
	{"plan", M, {BLOCK_ID, {"title", STRING, 1, 255, true}, ANYTHING("tasks")}},
	{"task_card", M, {BLOCK_ID, {"task_id", STRING, 1, 255, true}, {"title", STRING, 1, 255, true},
		{"status", STRING, 1, 20, true}, ANYTHING("details"), ANYTHING("output"), ANYTHING("sources")}},
	{"context_actions", M, {BLOCK_ID, {"elements", ANY, 0, 0, true}}},
	{"alert", V, {BLOCK_ID, {"text", TEXT, 0, 200, true}, TYPED("level", 1, 20)}},
	{0},
};

const struct kind element_kinds[] = {
	{"button", 0, {ACTION_ID, {"text", PLAIN, 0, 75, true}, TYPED("value", 0, 2000), TYPED("url", 0, 3000),
		{"style", STYLE, 0, 0, false}, TYPED("accessibility_label", 0, 75), CONFIRMED}},
	{"static_select", 0, {ACTION_ID, HOLDER, CHOICES, {"initial_option", OPTION, 0, 0, false}, CONFIRMED, FOCUS}},
	{"multi_static_select", 0, {ACTION_ID, HOLDER, CHOICES, {"initial_options", OPTIONS, 0, 100, false},
		CONFIRMED, FOCUS, MOST}},
	{"external_select", 0, {ACTION_ID, HOLDER, {"min_query_length", NUMBER, 0, 0, false},
		{"initial_option", OPTION, 0, 0, false}, CONFIRMED, FOCUS}},
	{"users_select", 0, {ACTION_ID, HOLDER, TYPED("initial_user", 1, 20), CONFIRMED, FOCUS}},
	{"multi_users_select", 0, {ACTION_ID, HOLDER, ANYTHING("initial_users"), CONFIRMED, FOCUS, MOST}},
	{"conversations_select", 0, {ACTION_ID, HOLDER, TYPED("initial_conversation", 1, 20), ANYTHING("filter"),
		FLAG("default_to_current_conversation"), FLAG("response_url_enabled"), CONFIRMED, FOCUS}},
	{"multi_conversations_select", 0, {ACTION_ID, HOLDER, ANYTHING("initial_conversations"), ANYTHING("filter"),
		FLAG("default_to_current_conversation"), CONFIRMED, FOCUS, MOST}},
	{"multi_channels_select", 0, {ACTION_ID, HOLDER, ANYTHING("initial_channels"), CONFIRMED, FOCUS, MOST}},
	{"multi_external_select", 0, {ACTION_ID, HOLDER, {"min_query_length", NUMBER, 0, 0, false},
		{"initial_options", OPTIONS, 0, 100, false}, CONFIRMED, FOCUS, MOST}},
	{"channels_select", 0, {ACTION_ID, HOLDER, TYPED("initial_channel", 1, 20), FLAG("response_url_enabled"),
		CONFIRMED, FOCUS}},
	{"overflow", 0, {ACTION_ID, {"options", OPTIONS, 0, 5, true}, CONFIRMED}},
	{"checkboxes", 0, {ACTION_ID, {"options", OPTIONS, 0, 10, true}, {"initial_options", OPTIONS, 0, 10, false},
		CONFIRMED, FOCUS}},
	{"radio_buttons", 0, {ACTION_ID, {"options", OPTIONS, 0, 10, true}, {"initial_option", OPTION, 0, 0, false},
		CONFIRMED, FOCUS}},
	{"datepicker", 0, {ACTION_ID, HOLDER, TYPED("initial_date", 10, 10), CONFIRMED, FOCUS}},
	{"timepicker", 0, {ACTION_ID, HOLDER, TYPED("initial_time", 5, 5), TYPED("timezone", 1, 64), CONFIRMED,
		FOCUS}},
	{"datetimepicker", 0, {ACTION_ID, {"initial_date_time", NUMBER, 0, 0, false}, CONFIRMED, FOCUS}},
	{"plain_text_input", 0, {ACTION_ID, HOLDER, TYPED("initial_value", 0, 3000), FLAG("multiline"),
		{"min_length", NUMBER, 0, 3000, false}, {"max_length", NUMBER, 1, 3000, false},
		ANYTHING("dispatch_action_config"), FOCUS}},
	{"email_text_input", 0, {ACTION_ID, HOLDER, TYPED("initial_value", 0, 3000),
		ANYTHING("dispatch_action_config"), FOCUS}},
	{"url_text_input", 0, {ACTION_ID, HOLDER, TYPED("initial_value", 0, 3000), ANYTHING("dispatch_action_config"),
		FOCUS}},
	{"number_input", 0, {ACTION_ID, HOLDER, {"is_decimal_allowed", BOOLEAN, 0, 0, true},
		TYPED("initial_value", 0, 32), TYPED("min_value", 0, 32), TYPED("max_value", 0, 32),
		ANYTHING("dispatch_action_config"), FOCUS}},
	{"image", 0, {TYPED("image_url", 1, 3000), ANYTHING("slack_file"), {"alt_text", STRING, 1, 2000, true}}},
	{0},
};

const struct kind confirm_kind = {"confirm", 0, {{"title", PLAIN, 0, 100, true}, {"text", TEXT, 0, 300, true},
		{"confirm", PLAIN, 0, 30, true}, {"deny", PLAIN, 0, 30, true}, {"style", STYLE, 0, 0, false}}};
const struct kind option_kind = {"option", 0, {{"text", TEXT, 0, 75, true}, {"value", STRING, 1, 150, true},
		{"description", TEXT, 0, 75, false}, TYPED("url", 0, 3000)}};
const struct kind group_kind = {"option_group", 0, {{"label", PLAIN, 0, 75, true},
		{"options", OPTIONS, 0, 100, true}}};
const struct kind view_kinds[] = {
	{"modal", V, {{"title", PLAIN, 0, 24, true}, {"blocks", ANY, 0, 0, true}, {"submit", PLAIN, 0, 24, false},
		{"close", PLAIN, 0, 24, false}, TYPED("private_metadata", 0, 3000), TYPED("callback_id", 0, 255),
		TYPED("external_id", 0, 255), FLAG("clear_on_close"), FLAG("notify_on_close"),
		FLAG("submit_disabled")}},
	{"home", H, {{"blocks", ANY, 0, 0, true}, TYPED("private_metadata", 0, 3000), TYPED("callback_id", 0, 255),
		TYPED("external_id", 0, 255)}},
	{0},
};
/* clang-format on */
