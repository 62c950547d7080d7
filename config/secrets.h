/*
 * config/secrets.h - the secrets: where each is looked for, and whether it is one.
 *
 * $CREDENTIALS_DIRECTORY/NAME, else the file that the *_file key names, else
 * the environment variable. A token of the wrong kind, a key that can't sign and
 * a file that others can read are told here, before anybody is asked outside.
 */
#pragma once

#include "config/document.h"

/* Reads every secret that this configuration needs; with only_store nothing but the store's password. */
void config_secrets_read(struct config *config, const struct config_document *document, bool only_store,
                         struct config_report *report);
/* A path as written, relative to the configuration's folder. The caller frees. */
char *config_path(const struct config *config, const char *path);
