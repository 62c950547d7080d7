/*
 * simulation/program.c - see program.h.
 */
#include "tests/simulation/program.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bot/app/app.h"
#include "config/config.h"
#include "tests/simulation/net.h"
#include "tests/simulation/plant.h"
#include "tests/simulation/world.h"

enum { PATH_BYTES = 500 };

static struct program {
	char folder[PATH_BYTES];
	unsigned life;
	struct loop *loop;
	bool up, week_is_over;
	int64_t begun_ms;
} program;

static const char config_text[] = "slack:\n"
                                  "  api_url: http://" NET_SLACK "/api/\n"
                                  "  app_token_file: app-token\n"
                                  "  bot_token_file: bot-token\n"
                                  "  status_channel: C0STATUS01\n"
                                  "access:\n"
                                  "  requesters: [S0HELPDESK]\n"
                                  "  approvers: [S0APPROVER]\n"
                                  "  admins: [U0ADMIN001]\n"
                                  "  channels: [C0HELP0001]\n"
                                  "  protected_users: [ceo@example.com]\n"
                                  "salesforce:\n"
                                  "  login_url: http://" NET_SALESFORCE "\n"
                                  "  client_id: 3MVG9eacbot\n"
                                  "  username: eacbot@example.com\n"
                                  "  private_key_file: key.pem\n"
                                  "  permission_sets: [InboxWithEinsteinActivityCapture]\n"
                                  "store: {url: \"sqlite:eacbot.db\"}\n"
                                  "http: {listen: \"\"}\n"
                                  "log: {level: info, format: text}\n";

static void write_file(const char *name, const char *text)
{
	char path[PATH_BYTES + 40];
	int fd;

	snprintf(path, sizeof path, "%s/%s", program.folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		world_fail("%s can't be written", path);
	close(fd);
}

static void write_keys(void)
{
	char private_path[PATH_BYTES + 40], public_path[PATH_BYTES + 40];
	EVP_PKEY *key = EVP_RSA_gen(2048);

	snprintf(private_path, sizeof private_path, "%s/key.pem", program.folder);
	snprintf(public_path, sizeof public_path, "%s/public.pem", program.folder);
	FILE *private_file = fopen(private_path, "we"), *public_file = fopen(public_path, "we");
	if (key == NULL || private_file == NULL || public_file == NULL ||
	    PEM_write_PrivateKey(private_file, key, NULL, NULL, 0, NULL, NULL) != 1 ||
	    PEM_write_PUBKEY(public_file, key) != 1)
		world_fail("no key could be made in %s", program.folder);
	fclose(private_file);
	fclose(public_file);
	EVP_PKEY_free(key);
}

void program_begin(const char *folder)
{
	snprintf(program.folder, sizeof program.folder, "%s", folder);
	umask(0077);
	write_file("eacbot.yaml", config_text);
	write_file("app-token", "xapp-1-A0EAC00001-1-sim\n");
	write_file("bot-token", "xoxb-1-sim\n");
	write_keys();
}

void program_end(void)
{
	static const char *const names[] = {"eacbot.yaml",    "app-token",      "bot-token",        "key.pem",
	                                    "public.pem",     "eacbot.db",      "eacbot.db-wal",    "eacbot.db-shm",
	                                    "eacbot.db.lock", "eacbot.db.copy", "eacbot.db-journal"};
	char path[PATH_BYTES + 40];

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(path, sizeof path, "%s/%s", program.folder, names[i]);
		unlink(path);
	}
	rmdir(program.folder);
}

static void on_config(void *arg, bool warning, const char *text)
{
	(void)arg;
	story("configuration%s: %s", warning ? "" : " (wrong)", text);
}

int program_live(void)
{
	char path[PATH_BYTES + 40];
	struct config *config = NULL;
	int code;

	snprintf(path, sizeof path, "%s/eacbot.yaml", program.folder);
	if (config_read(&config, path, on_config, NULL) != OK)
		world_fail("the configuration is refused");
	program.life++;
	program.up = true;
	program.begun_ms = world_ms();
	story("life %u begins", program.life);
	code = app_run(config);
	program.up = false;
	story("life %u has ended", program.life);
	plant_swap_store(program.folder, program.life);
	return code;
}

unsigned program_life(void)
{
	return program.life;
}

int64_t program_age_ms(void)
{
	return world_ms() - program.begun_ms;
}

void program_kill(void)
{
	program.up = false;
}

void program_signal(int signal_number)
{
	if (program.up && program.loop != NULL)
		loop_play_signal(program.loop, signal_number);
}

void program_end_of_week(void)
{
	program.week_is_over = true;
	program.up = false;
}

bool program_week_is_over(void)
{
	return program.week_is_over;
}

bool program_is_up(void)
{
	return program.up;
}

bool program_is_over(void)
{
	return !program.up;
}

void program_has_loop(struct loop *loop)
{
	program.loop = loop;
}
