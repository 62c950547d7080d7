/*
 * app/identity.h - who we are in Slack, remembered from one run to the next.
 *
 * auth.test tells it, and may take minutes to after a start. What came before
 * it answered could not be understood, and clicks are not sent again: so its
 * answer is kept in the store, beside a digest of the bot token that it was
 * about, and is good at once in the next run. auth.test corrects it.
 */
#pragma once

#include "bot/slack/slack.h"
#include "bot/store/store.h"

struct identity;

struct identity *identity_new(struct store *store, struct slack *slack);
/* After store_close. NULL is fine. */
void identity_free(struct identity *identity);
/* Before slack_start; waits for the store. What was kept about another token has no effect. */
void identity_recall(struct identity *identity);
/* Keeps what auth.test says, where it is not yet kept; cheap to call now and then. */
void identity_keep(struct identity *identity);
