/*
 * slack/web_error.c - Slack's error words, translated once.
 *
 * The table is sorted, for it is searched by halves. Words of methods that we
 * never call are left out, and so are those that Slack only gives to people.
 */
#include "bot/slack/web_error.h"

#include <stdlib.h>
#include <string.h>

#include "bot/base/text.h"

struct word {
	const char *word;
	enum errc code;
	const char *advice;
};

#define NEW_TOKEN  "put a valid token into its file and reload"
#define OUR_BUG    "this is a mistake of the program; please report it"
#define ADMIN      "ask a Slack admin"
#define INVITE     "invite the bot there with /invite"
#define TRY_AGAIN  "it is tried again"
#define TOO_LATE   "press the button again"
#define NO_WRITING "nobody, or not the bot, may write there; " ADMIN
#define AT_SLACK   "something is wrong at Slack itself"

static const struct word words[] = {
    {"access_denied", ERR_DENIED, ADMIN},
    {"accesslimited", ERR_AUTH, "this network may not use the workspace; " ADMIN},
    {"account_inactive", ERR_AUTH, "the app was removed or its workspace deleted; install it again"},
    {"already_in_channel", ERR_ALREADY, ""},
    {"already_pinned", ERR_ALREADY, ""},
    {"already_reacted", ERR_ALREADY, ""},
    {"alt_txt_too_large", ERR_TOO_LARGE, OUR_BUG},
    {"app_access_restricted", ERR_DENIED, ADMIN},
    {"app_not_found", ERR_AUTH, "Slack does not know the app; " NEW_TOKEN},
    {"as_user_not_supported", ERR_INVALID, OUR_BUG},
    {"attachment_payload_limit_exceeded", ERR_TOO_LARGE, OUR_BUG},
    {"bad_timestamp", ERR_INVALID, OUR_BUG},
    {"block_mismatch", ERR_INVALID, OUR_BUG},
    {"blocked_file_type", ERR_REFUSED, ADMIN},
    {"cannot_dm_bot", ERR_REFUSED, "bots can't be written to"},
    {"cannot_reply_to_message", ERR_REFUSED, "that message takes no replies"},
    {"cannot_send_message_to_slackbot", ERR_REFUSED, "Slackbot can't be written to"},
    {"cant_broadcast_message", ERR_REFUSED, OUR_BUG},
    {"cant_delete_message", ERR_REFUSED, "only its author may delete a message"},
    {"cant_update_message", ERR_REFUSED, "only its author may change a message"},
    {"channel_is_limited_access", ERR_DENIED, INVITE},
    {"channel_not_found", ERR_NOT_FOUND, "the channel is gone, or private: " INVITE},
    {"channel_type_not_supported", ERR_REFUSED, "that kind of channel can't be used; choose another one"},
    {"compliance_exports_prevent_deletion", ERR_REFUSED, "the workspace keeps all messages"},
    {"deprecated_endpoint", ERR_REFUSED, "update the program"},
    {"draft_already_deleted", ERR_INVALID, OUR_BUG},
    {"draft_already_sent", ERR_INVALID, OUR_BUG},
    {"draft_has_conflict", ERR_INVALID, OUR_BUG},
    {"draft_not_found", ERR_INVALID, OUR_BUG},
    {"duplicate_channel_not_found", ERR_INVALID, OUR_BUG},
    {"duplicate_external_id", ERR_CONFLICT, OUR_BUG},
    {"duplicate_message_not_found", ERR_INVALID, OUR_BUG},
    {"edit_window_closed", ERR_REFUSED, "the workspace forbids late changes"},
    {"ekm_access_denied", ERR_DENIED, "the admins have suspended writing there"},
    {"enterprise_is_restricted", ERR_AUTH, ADMIN},
    {"exchanged_trigger_id", ERR_CONFLICT, TOO_LATE},
    {"expired_trigger_id", ERR_REFUSED, TOO_LATE},
    {"expired_url", ERR_REFUSED, "the answer took more than 30 minutes"},
    {"external_channel_migrating", ERR_TEMPORARY, TRY_AGAIN},
    {"fatal_error", ERR_UNKNOWN, AT_SLACK},
    {"fetch_members_failed", ERR_TEMPORARY, TRY_AGAIN},
    {"file_deleted", ERR_REFUSED, OUR_BUG},
    {"file_is_deleted", ERR_REFUSED, OUR_BUG},
    {"file_not_found", ERR_INVALID, OUR_BUG},
    {"file_not_shared", ERR_REFUSED, OUR_BUG},
    {"file_share_limit_reached", ERR_REFUSED, OUR_BUG},
    {"forbidden_team", ERR_AUTH, "the token belongs to another workspace"},
    {"hash_conflict", ERR_CONFLICT, "it was changed meanwhile"},
    {"insecure_request", ERR_AUTH, "slack.api_url has to begin with https"},
    {"internal_error", ERR_UNKNOWN, AT_SLACK},
    {"invalid", ERR_INVALID, OUR_BUG},
    {"invalid_app", ERR_AUTH, "the token belongs to no app; " NEW_TOKEN},
    {"invalid_app_id", ERR_AUTH, "the token belongs to no app; " NEW_TOKEN},
    {"invalid_arg_name", ERR_INVALID, OUR_BUG},
    {"invalid_arguments", ERR_INVALID, OUR_BUG},
    {"invalid_array_arg", ERR_INVALID, OUR_BUG},
    {"invalid_attachments", ERR_INVALID, OUR_BUG},
    {"invalid_auth", ERR_AUTH, NEW_TOKEN ", or add this machine to the app's allowed addresses"},
    {"invalid_blocks", ERR_INVALID, OUR_BUG},
    {"invalid_blocks_format", ERR_INVALID, OUR_BUG},
    {"invalid_channel", ERR_INVALID, OUR_BUG},
    {"invalid_charset", ERR_INVALID, OUR_BUG},
    {"invalid_cursor", ERR_INVALID, OUR_BUG},
    {"invalid_email", ERR_INVALID, "that is no e-mail address"},
    {"invalid_form_data", ERR_INVALID, OUR_BUG},
    {"invalid_json", ERR_INVALID, OUR_BUG},
    {"invalid_limit", ERR_INVALID, OUR_BUG},
    {"invalid_metadata_filter_keys", ERR_INVALID, OUR_BUG},
    {"invalid_metadata_format", ERR_INVALID, OUR_BUG},
    {"invalid_metadata_schema", ERR_INVALID, OUR_BUG},
    {"invalid_name", ERR_INVALID, OUR_BUG},
    {"invalid_permission", ERR_DENIED, ADMIN},
    {"invalid_post_type", ERR_INVALID, OUR_BUG},
    {"invalid_scopes", ERR_DENIED, "add the missing scopes in the app's settings and install the app again"},
    {"invalid_team", ERR_AUTH, "the token belongs to another workspace"},
    {"invalid_trigger_id", ERR_INVALID, TOO_LATE},
    {"invalid_ts_latest", ERR_INVALID, OUR_BUG},
    {"invalid_ts_oldest", ERR_INVALID, OUR_BUG},
    {"invalid_user", ERR_NOT_FOUND, "Slack knows no such person"},
    {"invalid_user_agent", ERR_INVALID, OUR_BUG},
    {"invalid_user_combination", ERR_REFUSED, "these people can't talk with each other in Slack"},
    {"is_archived", ERR_DENIED, "the channel is archived; unarchive it, or ask in another one"},
    {"is_bot", ERR_AUTH, "this is a token of a classic bot; use one that begins with xoxb-"},
    {"is_inactive", ERR_DENIED, "the channel is frozen; ask a Slack admin"},
    {"json_not_object", ERR_INVALID, OUR_BUG},
    {"limit_required", ERR_INVALID, OUR_BUG},
    {"list_record_comment_fetch_failed", ERR_TEMPORARY, TRY_AGAIN},
    {"markdown_text_conflict", ERR_INVALID, OUR_BUG},
    {"max_file_sharing_exceeded", ERR_REFUSED, OUR_BUG},
    {"message_limit_exceeded", ERR_REFUSED, "the workspace's plan takes no more messages"},
    {"message_not_found", ERR_NOT_FOUND, "the message is gone"},
    {"messages_tab_disabled", ERR_DENIED, "switch on the Messages tab in the app's settings (App Home)"},
    {"metadata_must_be_sent_from_app", ERR_INVALID, OUR_BUG},
    {"metadata_too_large", ERR_TOO_LARGE, OUR_BUG},
    {"method_deprecated", ERR_REFUSED, "update the program"},
    {"method_not_found", ERR_REFUSED, "check slack.api_url, or update the program"},
    {"method_not_supported_for_channel_type", ERR_REFUSED, "that kind of channel can't be used; choose another one"},
    {"missing_args", ERR_INVALID, OUR_BUG},
    {"missing_argument", ERR_INVALID, OUR_BUG},
    {"missing_file_data", ERR_INVALID, OUR_BUG},
    {"missing_post_type", ERR_INVALID, OUR_BUG},
    {"missing_profile_id", ERR_INVALID, OUR_BUG},
    {"missing_scope", ERR_DENIED, "add the scope in the app's settings and install the app again"},
    {"msg_blocks_too_long", ERR_TOO_LARGE, OUR_BUG},
    {"msg_too_long", ERR_TOO_LARGE, OUR_BUG},
    {"no_access", ERR_DENIED, INVITE},
    {"no_dual_broadcast_content_update", ERR_INVALID, OUR_BUG},
    {"no_item_specified", ERR_INVALID, OUR_BUG},
    {"no_permission", ERR_DENIED, INVITE},
    {"no_reaction", ERR_ALREADY, ""},
    {"no_such_subteam", ERR_NOT_FOUND, "the user group is gone; correct the ids under access"},
    {"no_text", ERR_INVALID, OUR_BUG},
    {"no_user", ERR_NOT_FOUND, "Slack knows no such person"},
    {"not_allowed_token_type", ERR_AUTH,
     "the tokens may be swapped: the app token begins with xapp-, the bot token with xoxb-"},
    {"not_authed", ERR_AUTH, NEW_TOKEN},
    {"not_enabled", ERR_REFUSED, "switch on the Home tab in the app's settings"},
    {"not_enough_users", ERR_INVALID, OUR_BUG},
    {"not_found", ERR_NOT_FOUND, "it was closed or deleted"},
    {"not_implemented", ERR_REFUSED, "update the program"},
    {"not_in_channel", ERR_DENIED, INVITE},
    {"not_pinnable", ERR_REFUSED, "that message can't be pinned"},
    {"not_reactable", ERR_REFUSED, "that message takes no reactions"},
    {"org_login_required", ERR_AUTH, "the workspace is being moved; wait for its admins"},
    {"permission_denied", ERR_DENIED, ADMIN},
    {"plan_upgrade_required", ERR_REFUSED, "the workspace's plan has no user groups; list people instead"},
    {"posting_to_channel_denied", ERR_DENIED, NO_WRITING},
    {"push_limit_reached", ERR_REFUSED, "close a dialog first"},
    {"rate_limited", ERR_TEMPORARY, TRY_AGAIN},
    {"ratelimited", ERR_TEMPORARY, TRY_AGAIN},
    {"request_timeout", ERR_TEMPORARY, TRY_AGAIN},
    {"restricted_action", ERR_DENIED, NO_WRITING},
    {"restricted_action_non_threadable_channel", ERR_DENIED, "the channel takes no replies"},
    {"restricted_action_read_only_channel", ERR_DENIED, "the channel is read-only for the bot; " ADMIN},
    {"restricted_action_thread_locked", ERR_DENIED, "the thread is locked"},
    {"restricted_action_thread_only_channel", ERR_DENIED, "the channel takes replies only; ask in another one"},
    {"send_on_behalf_not_allowed", ERR_INVALID, OUR_BUG},
    {"service_unavailable", ERR_TEMPORARY, TRY_AGAIN},
    {"slack_connect_blocked_file_type", ERR_DENIED, ADMIN},
    {"slack_connect_canvas_sharing_blocked", ERR_DENIED, ADMIN},
    {"slack_connect_clip_sharing_blocked", ERR_DENIED, ADMIN},
    {"slack_connect_file_link_sharing_blocked", ERR_DENIED, ADMIN},
    {"slack_connect_file_upload_sharing_blocked", ERR_DENIED, ADMIN},
    {"slack_connect_lists_sharing_blocked", ERR_DENIED, ADMIN},
    {"streaming_state_conflict", ERR_TEMPORARY, TRY_AGAIN},
    {"team_access_not_granted", ERR_AUTH, "install the app in that workspace"},
    {"team_added_to_org", ERR_TEMPORARY, "the workspace is being moved; " TRY_AGAIN},
    {"team_disabled", ERR_AUTH, "the workspace was deleted"},
    {"team_not_found", ERR_NOT_FOUND, "Slack knows no such workspace"},
    {"thread_locked", ERR_DENIED, "the thread is locked"},
    {"thread_not_found", ERR_NOT_FOUND, "the thread is gone"},
    {"token_expired", ERR_AUTH, NEW_TOKEN "; switch token rotation off"},
    {"token_revoked", ERR_AUTH, NEW_TOKEN},
    {"too_many_attachments", ERR_TOO_LARGE, OUR_BUG},
    {"too_many_contact_cards", ERR_TOO_LARGE, OUR_BUG},
    {"too_many_emoji", ERR_REFUSED, "the message has too many reactions"},
    {"too_many_pins", ERR_REFUSED, "unpin something"},
    {"too_many_reactions", ERR_REFUSED, "the message has too many reactions"},
    {"too_many_requests", ERR_TEMPORARY, TRY_AGAIN},
    {"too_many_users", ERR_TOO_LARGE, OUR_BUG},
    {"trigger_exchanged", ERR_CONFLICT, TOO_LATE},
    {"trigger_expired", ERR_REFUSED, TOO_LATE},
    {"two_factor_setup_required", ERR_AUTH, "the installing user has to set up two-factor login"},
    {"unable_to_share_files", ERR_REFUSED, OUR_BUG},
    {"unknown_method", ERR_REFUSED, "check slack.api_url, or update the program"},
    {"update_failed", ERR_TEMPORARY, TRY_AGAIN},
    {"used_url", ERR_REFUSED, "Slack takes five answers to one command"},
    {"user_disabled", ERR_REFUSED, "that person is deactivated in Slack"},
    {"user_is_bot", ERR_REFUSED, "bots can't be written to"},
    {"user_not_found", ERR_NOT_FOUND, "Slack knows no such person"},
    {"user_not_in_channel", ERR_REFUSED, "that person is not in the channel"},
    {"user_not_visible", ERR_NOT_FOUND, "that person is hidden from the bot"},
    {"user_removed_from_team", ERR_AUTH, "who installed the app has left; install it again"},
    {"users_list_not_supplied", ERR_INVALID, OUR_BUG},
    {"users_not_found", ERR_NOT_FOUND, "Slack knows no such person"},
    {"view_too_large", ERR_TOO_LARGE, OUR_BUG},
};

enum { WORDS = sizeof(words) / sizeof(words[0]) };

/* Where a word means something else than usual. A method that ends in '.' stands for all that begin so. */
static const struct {
	const char *method, *word;
	enum errc code;
	const char *advice; /* NULL: as usual */
} exceptions[] = {
    /* to a writer, NOT_FOUND would mean that the message has to be posted anew */
    {"chat.", "channel_not_found", ERR_DENIED, NULL},
    {"chat.", "user_not_found", ERR_REFUSED, NULL},
    {"chat.", "not_found", ERR_REFUSED, NULL},
    {"chat.postMessage", "team_not_found", ERR_INVALID, OUR_BUG},
    /* a reader asks again; a writer has to look first whether it is done */
    {"chat.postMessage", "request_timeout", ERR_UNKNOWN, AT_SLACK},
    {"chat.postEphemeral", "request_timeout", ERR_UNKNOWN, AT_SLACK},
    {"chat.postMessage", "service_unavailable", ERR_UNKNOWN, AT_SLACK},
    {"chat.postEphemeral", "service_unavailable", ERR_UNKNOWN, AT_SLACK},
    {"apps.connections.open", "no_permission", ERR_AUTH, NEW_TOKEN},
    {"apps.connections.open", "access_denied", ERR_AUTH, NULL},
    {"apps.connections.open", "missing_args", ERR_AUTH, NEW_TOKEN}, /* what a token in the wrong place gets */
    {"conversations.open", "missing_scope", ERR_DENIED,
     "add the scope im:write in the app's settings and install the app again"},
    {"views.", "not_found", ERR_NOT_FOUND, "the dialog was closed"},
};

static int compare(const void *key, const void *row)
{
	return strcmp(key, ((const struct word *)row)->word);
}

static const struct word *find(const char *word)
{
	return bsearch(word, words, WORDS, sizeof(words[0]), compare);
}

static bool is_method(const char *method, const char *pattern)
{
	return pattern[strlen(pattern) - 1] == '.' ? text_starts(method, pattern) : text_eq(method, pattern);
}

/* Its index, or -1. */
static int find_exception(const char *method, const char *word)
{
	for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++)
		if (text_eq(word, exceptions[i].word) && is_method(method, exceptions[i].method))
			return (int)i;
	return -1;
}

bool web_error_may_repeat(const char *method)
{
	static const char *const once[] = {"chat.postMessage",     "chat.postEphemeral", "chat.meMessage",
	                                   "chat.scheduleMessage", "views.open",         "views.push"};

	for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++)
		if (text_eq(method, once[i]))
			return false;
	return true;
}

enum errc web_error_code(const char *method, const char *word)
{
	const struct word *row = find(word);
	int exception = find_exception(method, word);

	if (exception >= 0)
		return exceptions[exception].code;
	if (!row)
		return ERR_REFUSED;
	return row->code == ERR_UNKNOWN && web_error_may_repeat(method) ? ERR_TEMPORARY : row->code;
}

const char *web_error_advice(const char *method, const char *word)
{
	const struct word *row = find(word);
	int exception = find_exception(method, word);

	if (exception >= 0 && exceptions[exception].advice)
		return exceptions[exception].advice;
	return row ? row->advice : "";
}

const char *web_error_word(unsigned index)
{
	return index < WORDS ? words[index].word : NULL;
}
