/*
 * app/calls.c - what a step asks of the outside, made a call of Slack or Salesforce.
 *
 * To add a kind: a function that starts it, and a row in the table.
 */
#include "bot/app/calls.h"

#include <stdlib.h>

#include "bot/app/profile.h"
#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"

/* Of two hundred people the last has their turn after five minutes. */
enum { PERSON_TIMEOUT_MS = 10 * 60 * 1000, VOTERS_TIMEOUT_MS = 60 * 1000, REASON_MAX = 400 };

/* A call under way. Those that could not begin are answered in the next turn of the loop. */
struct call {
	struct call *next;
	struct calls *calls;
	enum errc refused;
	const char *method; /* of Slack, that it asks */
	calls_fn *fn;
	void *arg;
};

/* Several people who are asked about at once, for one call. */
struct roll {
	struct roll *next;
	struct call *call;
	json_t *persons;
	size_t missing;
	bool whole; /* Slack told everything about everybody so far */
};

struct calls {
	struct loop *loop;
	struct slack *slack;
	struct sf *sf;
	struct people *people;
	struct call *refused;
	struct call *persons; /* who ask about somebody in Slack */
	struct roll *rolls;
};

struct calls *calls_new(struct loop *loop, struct slack *slack, struct sf *sf, struct people *people)
{
	struct calls *calls = mem_alloc(sizeof *calls);
	calls->loop = loop;
	calls->slack = slack;
	calls->sf = sf;
	calls->people = people;
	return calls;
}

static void roll_free(struct roll *roll)
{
	json_decref(roll->persons);
	free(roll->call);
	free(roll);
}

void calls_free(struct calls *calls)
{
	if (calls == NULL)
		return;
	for (struct call *c; (c = calls->refused) != NULL;) {
		calls->refused = c->next;
		free(c);
	}
	for (struct call *c; (c = calls->persons) != NULL;) {
		calls->persons = c->next;
		free(c);
	}
	for (struct roll *r; (r = calls->rolls) != NULL;) {
		calls->rolls = r->next;
		roll_free(r);
	}
	free(calls);
}

static void on_refused(void *arg)
{
	struct calls *calls = arg;

	for (struct call *c; (c = calls->refused) != NULL;) {
		struct flow_answer answer = {.code = c->refused, .error = "", .reason = "this call can't be made"};
		calls->refused = c->next;
		c->fn(c->arg, &answer);
		free(c);
	}
}

static void refuse(struct call *call, enum errc code)
{
	struct calls *calls = call->calls;

	call->refused = code;
	call->next = calls->refused;
	calls->refused = call;
	loop_defer(calls->loop, on_refused, calls);
}

static void on_salesforce(void *arg, const struct sf_answer *answer)
{
	struct call *call = arg;
	struct flow_answer told = {
	    .code = answer->code, .error = answer->error, .reason = answer->reason, .body = answer->body};

	call->fn(call->arg, &told);
	free(call);
}

static void unlist(struct call *call)
{
	struct call **at = &call->calls->persons;

	while (*at != call)
		at = &(*at)->next;
	*at = call->next;
}

/* Slack's word and what to do about it, in a sentence. */
static void why_not(const struct call *call, enum errc code, const char *error, struct buf *reason)
{
	const char *advice = slack_advice(call->method, error);

	buf_printf(reason, "%s: ", call->method);
	if (error[0] == '\0')
		buf_puts(reason, err_sentence(code));
	else
		buf_printf(reason, "Slack says %s%s%s", error, advice[0] != '\0' ? ": " : "", advice);
}

static void on_person(void *arg, enum errc code, const char *error, const json_t *user)
{
	struct call *call = arg;
	struct flow_answer told = {.code = code, .error = error, .reason = ""};
	AUTO_BUF struct buf reason = {0};
	json_auto_t *body = NULL;

	unlist(call);
	buf_init(&reason, REASON_MAX);
	if (code == OK) {
		struct profile profile;
		profile_read(&profile, user, slack_identity(call->calls->slack));
		body = profile_json(&profile);
	} else {
		why_not(call, code, error, &reason);
		told.reason = buf_str(&reason);
	}
	told.body = body;
	call->fn(call->arg, &told);
	free(call);
}

static void ask_person(struct call *call, const json_t *args)
{
	const char *user = json_str(args, "user");
	const char *email = json_str(args, "email");
	struct calls *calls = call->calls;

	if (user[0] == '\0' && email[0] == '\0') {
		refuse(call, ERR_BUG);
		return;
	}
	call->method = user[0] != '\0' ? "users.info" : "users.lookupByEmail";
	call->next = calls->persons;
	calls->persons = call;
	people_look_up(calls->people, user, email, PERSON_TIMEOUT_MS, on_person, call);
}

static json_t *person_json(const struct person *person)
{
	json_t *value = json_object();

	json_object_set_new(value, "id", json_text_value(person->id));
	json_object_set_new(value, "email", json_text_value(person->email));
	json_set_bool(value, "known", person->known);
	json_set_bool(value, "groups_known", person->groups_known);
	json_set_bool(value, "deleted", person->deleted);
	json_set_bool(value, "bot", person->bot);
	json_set_bool(value, "guest", person->guest);
	json_set_bool(value, "external", person->external);
	json_set_bool(value, "requester", person->requester);
	json_set_bool(value, "approver", person->approver);
	json_set_bool(value, "admin", person->admin);
	return value;
}

static void roll_answer(struct roll *roll)
{
	struct call *call = roll->call;
	struct flow_answer told = {.code = OK, .error = "", .reason = "", .body = roll->persons};

	if (!roll->whole)
		told = (struct flow_answer){
		    .code = ERR_TEMPORARY, .error = "", .reason = "Slack does not tell who may do what"};
	for (struct roll **at = &call->calls->rolls; *at != NULL; at = &(*at)->next)
		if (*at == roll) {
			*at = roll->next;
			break;
		}
	call->fn(call->arg, &told);
	roll_free(roll);
}

static void on_person_of_roll(void *arg, const struct person *person)
{
	struct roll *roll = arg;

	roll->whole = roll->whole && person->known && person->groups_known;
	json_array_append_new(roll->persons, person_json(person));
	if (--roll->missing == 0)
		roll_answer(roll);
}

/* Whose votes are to be checked again: all of them afresh. */
static void ask_persons(struct call *call, const json_t *args)
{
	struct calls *calls = call->calls;
	const json_t *users = json_get(args, "users");
	size_t i;
	json_t *user;

	if (json_array_size(users) == 0) {
		refuse(call, ERR_BUG);
		return;
	}
	struct roll *roll = mem_alloc(sizeof *roll);
	roll->call = call;
	roll->persons = json_array();
	roll->missing = json_array_size(users);
	roll->whole = true;
	roll->next = calls->rolls;
	calls->rolls = roll;
	json_array_foreach (users, i, user)
		people_get(calls->people, json_is_string(user) ? json_string_value(user) : "", true, VOTERS_TIMEOUT_MS,
		           on_person_of_roll, roll);
}

/* The strings of an array, borrowed; the caller frees the array. */
static const char **words_of(const json_t *array, size_t *ret_count)
{
	const char **words = mem_array(json_array_size(array) + 1, sizeof *words);
	size_t i, n = 0;
	json_t *word;

	json_array_foreach (array, i, word)
		if (json_is_string(word))
			words[n++] = json_string_value(word);
	*ret_count = n;
	return words;
}

static void ask_find(struct call *call, const json_t *args)
{
	sf_find(call->calls->sf, json_str(args, "word"), on_salesforce, call);
}

static void ask_look(struct call *call, const json_t *args)
{
	const char *word = json_str(args, "extra");
	enum sf_look_extra extra = text_eq(word, "sessions") ? SF_LOOK_SESSIONS
	                           : text_eq(word, "mail")   ? SF_LOOK_MAIL
	                           : text_eq(word, "again")  ? SF_LOOK_AGAIN
	                                                     : SF_LOOK_LOGIN;

	sf_look(call->calls->sf, json_str(args, "user"), extra, json_int(args, "since"), on_salesforce, call);
}

static void ask_end_sessions(struct call *call, const json_t *args)
{
	size_t count;
	const char **ids = words_of(json_get(args, "ids"), &count);

	sf_end_sessions(call->calls->sf, json_str(args, "user"), ids, count, on_salesforce, call);
	free(ids);
}

static void ask_revoke(struct call *call, const json_t *args)
{
	sf_revoke(call->calls->sf, json_str(args, "handle"), on_salesforce, call);
}

static void ask_links_deletable(struct call *call, const json_t *args)
{
	(void)args;
	sf_links_deletable(call->calls->sf, on_salesforce, call);
}

static void ask_delete_links(struct call *call, const json_t *args)
{
	size_t count;
	const char **ids = words_of(json_get(args, "ids"), &count);

	sf_delete_links(call->calls->sf, ids, count, on_salesforce, call);
	free(ids);
}

static void ask_remove(struct call *call, const json_t *args)
{
	size_t assignment_count, licence_count;
	const char **assignments = words_of(json_get(args, "assignments"), &assignment_count);
	const char **licences = words_of(json_get(args, "licences"), &licence_count);

	sf_remove(call->calls->sf, json_str(args, "user"), assignments, assignment_count, licences, licence_count,
	          on_salesforce, call);
	free(assignments);
	free(licences);
}

static const char *word_or_null(const json_t *object, const char *key)
{
	const char *word = json_str(object, key);
	return word[0] != '\0' ? word : NULL;
}

static void ask_restore(struct call *call, const json_t *args)
{
	const json_t *list = json_get(args, "grants");
	struct sf_grant *grants = mem_array(json_array_size(list) + 1, sizeof *grants);
	size_t i;
	json_t *grant;

	json_array_foreach (list, i, grant) {
		grants[i].set = word_or_null(grant, "set");
		grants[i].licence = word_or_null(grant, "licence");
		grants[i].expires = word_or_null(grant, "expires");
	}
	sf_restore(call->calls->sf, json_str(args, "user"), grants, json_array_size(list), on_salesforce, call);
	free(grants);
}

static const struct {
	const char *kind;
	void (*ask)(struct call *call, const json_t *args);
} kinds[] = {
    {"person", ask_person},
    {"persons", ask_persons},
    {"find", ask_find},
    {"look", ask_look},
    {"end-sessions", ask_end_sessions},
    {"revoke", ask_revoke},
    {"links-deletable", ask_links_deletable},
    {"delete-links", ask_delete_links},
    {"remove", ask_remove},
    {"restore", ask_restore},
};

void calls_make(struct calls *calls, const struct flow_call *call, calls_fn *fn, void *arg)
{
	struct call *made = mem_alloc(sizeof *made);

	made->calls = calls;
	made->fn = fn;
	made->arg = arg;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (text_eq(call->kind, kinds[i].kind)) {
			kinds[i].ask(made, call->args);
			return;
		}
	refuse(made, ERR_BUG);
}
