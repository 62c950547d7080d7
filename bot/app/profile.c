/*
 * app/profile.c - somebody in Slack, read out of Slack's user object.
 */
#include "bot/app/profile.h"

#include "bot/base/json.h"
#include "bot/base/text.h"

/* Slackbot says is_bot:false. */
static const char slackbot[] = "USLACKBOT";

static const char *name_of(const json_t *user)
{
	const json_t *profile = json_get(user, "profile");
	const char *names[] = {json_str(profile, "display_name"), json_str(profile, "real_name"),
	                       json_str(user, "real_name"), json_str(user, "name")};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i][0] != '\0')
			return names[i];
	return "";
}

/* On Enterprise Grid a person may be known by the enterprise instead of the workspace. */
static bool is_ours(const json_t *user, const struct slack_identity *us)
{
	const char *team = json_str(user, "team_id");
	const char *enterprise = json_str(json_get(user, "enterprise_user"), "enterprise_id");

	if (us == NULL || us->team[0] == '\0' || team[0] == '\0' || text_eq(team, us->team))
		return true;
	return us->enterprise[0] != '\0' && (text_eq(team, us->enterprise) || text_eq(enterprise, us->enterprise));
}

void profile_read(struct profile *ret, const json_t *user, const struct slack_identity *us)
{
	*ret = (struct profile){0};
	text_copy(ret->id, sizeof ret->id, json_str(user, "id"));
	text_copy(ret->enterprise_user, sizeof ret->enterprise_user, json_str(json_get(user, "enterprise_user"), "id"));
	text_copy(ret->name, sizeof ret->name, name_of(user));
	text_copy(ret->email, sizeof ret->email, json_str(json_get(user, "profile"), "email"));
	text_copy(ret->locale, sizeof ret->locale, json_str(user, "locale"));
	text_copy(ret->tz, sizeof ret->tz, json_str(user, "tz"));
	int64_t offset = json_int(user, "tz_offset");
	ret->tz_offset_s = offset > -86400 && offset < 86400 ? (int)offset : 0;
	ret->deleted = json_bool(user, "deleted");
	ret->bot = json_bool(user, "is_bot") || json_bool(user, "is_workflow_bot") || text_eq(ret->id, slackbot);
	ret->guest = json_bool(user, "is_restricted") || json_bool(user, "is_ultra_restricted") ||
	             json_bool(user, "is_invited_user");
	ret->external = json_bool(user, "is_stranger") || !is_ours(user, us);
}

json_t *profile_json(const struct profile *profile)
{
	json_t *value = json_object();

	json_object_set_new(value, "id", json_text_value(profile->id));
	json_object_set_new(value, "name", json_text_value(profile->name));
	json_object_set_new(value, "email", json_text_value(profile->email));
	json_object_set_new(value, "locale", json_text_value(profile->locale));
	json_object_set_new(value, "tz", json_text_value(profile->tz));
	json_set_int(value, "tz_offset", profile->tz_offset_s);
	json_set_bool(value, "deleted", profile->deleted);
	json_set_bool(value, "bot", profile->bot);
	json_set_bool(value, "guest", profile->guest);
	json_set_bool(value, "external", profile->external);
	return value;
}
