/*
 * main.c - the command line: which subcommand, with which options, and the exit code.
 *
 * 0 all is well, 1 it ran and failed, 2 wrong usage or configuration. What a
 * subcommand does is elsewhere: config (check), app/app.h (run), app/doctor.h,
 * app/inspect.h (requests, audit), app/erase.h.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "bot/app/app.h"
#include "bot/app/doctor.h"
#include "bot/app/erase.h"
#include "bot/app/inspect.h"
#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/log.h"
#include "bot/base/version.h"
#include "config/config.h"

enum { WELL = 0, FAILED = 1, WRONG = 2 };

struct arguments {
	const char *file;
	const char *person;
	bool json, all, yes, help;
	struct inspect_audit audit;
};

/* Which options a subcommand takes besides -c and --help. */
enum { TAKES_JSON = 1, TAKES_ALL = 2, TAKES_AUDIT = 4, TAKES_PERSON = 8 };

typedef int command_fn(const struct arguments *arguments);

struct command {
	const char *name;
	const char *usage; /* behind the name */
	unsigned takes;
	const char *duty; /* a line */
	const char *help; /* the rest of --help */
	command_fn *run;
};

static command_fn run_service, check_file, try_everything, show_requests, show_audit, forget_person;

static const struct command commands[] = {
    {"run", "-c FILE", 0, "the service, in the foreground",
     "Connects to Slack and Salesforce and works on repairs until SIGTERM or SIGINT; then it stops taking work,\n"
     "finishes the calls in flight and exits within 10 s. SIGHUP reads the configuration and every secret again.\n"
     "A wrong token or an unreachable Slack or Salesforce is no exit: it is logged, shown on /readyz and tried again.\n"
     "Logs go to stderr, one line an event.\n"
     "\n"
     "Exit codes: 0 stopped by a signal; 1 the store can't be opened, the port is taken, or another process holds\n"
     "the SQLite file; 2 wrong usage or configuration.\n",
     run_service},
    {"check", "-c FILE", 0, "read the configuration and tell every mistake at once",
     "Reads the configuration and its secret files; touches no network. Each mistake is a line on stderr,\n"
     "FILE:LINE:COLUMN: key: what is wrong; a warning ends with (warning).\n"
     "\n"
     "Exit codes: 0 good, perhaps with warnings; 2 wrong usage, or a mistake.\n",
     check_file},
    {"doctor", "-c FILE [--json]", TAKES_JSON, "try everything live, change nothing",
     "Asks Slack and Salesforce whether tokens, scopes, groups, people, channels, log-in, rights, permission sets,\n"
     "licences and objects are as a repair needs them, and says what to do where they are not. The service may be\n"
     "running: no socket is opened, which would take clicks away from it.\n"
     "\n"
     "  --json   an array of objects: check, state (ok, warning, failed), detail, fix\n"
     "\n"
     "Exit codes: 0 well, perhaps with warnings; 1 a check failed; 2 wrong usage or configuration.\n",
     try_everything},
    {"requests", "-c FILE [--json] [--all]", TAKES_JSON | TAKES_ALL, "the repairs that the store holds",
     "Looks into the store; the service may be running.\n"
     "\n"
     "  --json   an array of objects instead of a table\n"
     "  --all    closed repairs too\n"
     "\n"
     "Exit codes: 0 shown; 1 the store can't be read; 2 wrong usage or configuration.\n",
     show_requests},
    {"audit", "-c FILE [--json] [--since T] [--verify [--head N:HASH]]", TAKES_JSON | TAKES_AUDIT,
     "the audit trail, and whether it was tampered with",
     "Prints who did what, oldest first; the service may be running. The last line is head N:HASH: keep it\n"
     "elsewhere, and --head tells later whether anything up to it was changed or cut off. The service keeps heads\n"
     "by itself, where audit.anchor_file or audit.anchor_channel says so. Words of persons that are gone\n"
     "(store.retention, eacbot erase) show as (erased), in JSON as null; their digests still verify. Reading the\n"
     "trail is a line in it too, where the store can be written.\n"
     "\n"
     "  --json          one object a line, and no last line\n"
     "  --since T       from then on: 2026-11-23T17:50:20Z, or 72h for the last three days (s, m, h, d)\n"
     "  --verify        recomputes the chain of hashes, always all of it, and compares the anchors of\n"
     "                  audit.anchor_file\n"
     "  --head N:HASH   with --verify: line N has to bear this hash\n"
     "\n"
     "Exit codes: 0 shown, and the chain holds where that was asked; 1 the store can't be read, the chain is\n"
     "broken or an anchor is missing; 2 wrong usage or configuration.\n",
     show_audit},
    {"erase", "-c FILE PERSON [--yes]", TAKES_PERSON, "forget what the store knows of a person",
     "PERSON is a Slack id, a Salesforce id, or a username or e-mail address. Tells by which names the store knows\n"
     "them, and what there is; nothing is changed without --yes. Then the words of the audit trail about or by them\n"
     "go, and the names, reasons and details of their closed repairs, with what was removed from them and not put\n"
     "back; the lines, times and states stay, the trail still verifies, and it tells that this was done. The service\n"
     "may be running. Backups, logs and what Slack and Salesforce hold are not touched.\n"
     "\n"
     "  --yes    erase it; there is no way back\n"
     "\n"
     "Exit codes: 0 shown or erased, or there is nothing; 1 a repair of theirs is open, or the store can't be read\n"
     "or written; 2 wrong usage or configuration.\n",
     forget_person},
};

enum { COMMAND_COUNT = sizeof(commands) / sizeof(commands[0]) };

static void print_usage(FILE *out)
{
	fputs("eacbot repairs Salesforce Inbox and Einstein Activity Capture for one user, from a Slack "
	      "command.\n\nusage:\n",
	      out);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  eacbot %s %s\n          %s\n", commands[i].name, commands[i].usage, commands[i].duty);
	fputs("  eacbot --version\n"
	      "  eacbot [SUBCOMMAND] --help\n"
	      "\n"
	      "Exit codes: 0 all is well; 1 it ran and failed; 2 wrong usage or configuration.\n",
	      out);
}

static int wrong_usage(const struct command *command, const char *trouble)
{
	fprintf(stderr, "eacbot %s: %s\nusage: eacbot %s %s\n", command->name, trouble, command->name, command->usage);
	return WRONG;
}

/* What was printed has to have arrived. */
static int flushed(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	perror("eacbot: stdout");
	return code == WELL ? FAILED : code;
}

/* "72h" ago, or a time; -1 when it is neither. */
static int64_t parse_since(const char *word)
{
	static const char units[] = "smhd";
	static const int64_t unit_ms[] = {1000, 60 * 1000, 3600 * 1000, 24 * 3600 * 1000};
	size_t digits = strspn(word, "0123456789");
	const char *unit = word[digits] ? strchr(units, word[digits]) : NULL;

	if (digits == 0 || digits > 7 || !unit || word[digits + 1])
		return clock_parse_rfc3339(word);
	return clock_wall_ms() - strtoll(word, NULL, 10) * unit_ms[unit - units];
}

/* "N:HASH" */
static bool parse_head(const char *word, struct inspect_audit *ret)
{
	size_t digits = strspn(word, "0123456789");
	const char *hash = word + digits + 1;

	if (digits == 0 || digits > 18 || word[digits] != ':' || strlen(hash) != 64 ||
	    strspn(hash, "0123456789abcdef") != 64)
		return false;
	ret->head_n = strtoll(word, NULL, 10);
	ret->head_hash = hash;
	return true;
}

enum { OPT_HELP = 'h', OPT_FILE = 'c', OPT_JSON = 256, OPT_ALL, OPT_SINCE, OPT_VERIFY, OPT_HEAD, OPT_YES };

/* In the order of the bits of `takes`, then what all take; getopt sees only the part that the subcommand has. */
static const struct option json_option = {"json", no_argument, NULL, OPT_JSON};
static const struct option all_option = {"all", no_argument, NULL, OPT_ALL};
static const struct option audit_options[] = {
    {"since", required_argument, NULL, OPT_SINCE},
    {"verify", no_argument, NULL, OPT_VERIFY},
    {"head", required_argument, NULL, OPT_HEAD},
};
static const struct option yes_option = {"yes", no_argument, NULL, OPT_YES};
static const struct option help_option = {"help", no_argument, NULL, OPT_HELP};

static void choose_options(unsigned takes, struct option out[static 8])
{
	size_t n = 0;

	out[n++] = help_option;
	if (takes & TAKES_JSON)
		out[n++] = json_option;
	if (takes & TAKES_ALL)
		out[n++] = all_option;
	for (size_t i = 0; (takes & TAKES_AUDIT) && i < 3; i++)
		out[n++] = audit_options[i];
	if (takes & TAKES_PERSON)
		out[n++] = yes_option;
	memset(&out[n], 0, sizeof(out[n]));
}

/* NULL, or what is wrong with it. */
static const char *take_option(struct arguments *a, int option)
{
	switch (option) {
	case OPT_HELP: a->help = true; return NULL;
	case OPT_FILE: a->file = optarg; return NULL;
	case OPT_JSON: a->json = true; return NULL;
	case OPT_ALL: a->all = true; return NULL;
	case OPT_YES: a->yes = true; return NULL;
	case OPT_VERIFY: a->audit.verify = true; return NULL;
	case OPT_SINCE:
		a->audit.since_ms = parse_since(optarg);
		return a->audit.since_ms < 0 ? "--since takes a time (2026-11-23T17:50:20Z) or a span (72h)" : NULL;
	case OPT_HEAD: return parse_head(optarg, &a->audit) ? NULL : "--head takes N:HASH, as audit prints it";
	default: return "unknown option, or one without its value";
	}
}

static const char *read_arguments(const struct command *command, int argc, char **argv, struct arguments *ret)
{
	struct option options[8];
	const char *trouble = NULL;
	int option;

	opterr = 0;
	choose_options(command->takes, options);
	while (!trouble && (option = getopt_long(argc, argv, "hc:", options, NULL)) != -1)
		trouble = take_option(ret, option);
	if (trouble || ret->help)
		return trouble;
	if ((command->takes & TAKES_PERSON) && optind < argc)
		ret->person = argv[optind++];
	if (optind < argc)
		return "there is a word too many";
	if (!ret->file)
		return "-c FILE is missing";
	if ((command->takes & TAKES_PERSON) && (!ret->person || !erase_is_person(ret->person)))
		return "PERSON is a Slack id, a Salesforce user id, or a username or e-mail address";
	if (ret->audit.head_hash && !ret->audit.verify)
		return "--head goes with --verify";
	return NULL;
}

static void say_plainly(void *arg, bool warning, const char *text)
{
	(void)arg;
	fprintf(stderr, "%s%s\n", text, warning ? " (warning)" : "");
}

/* The service's stderr is a log, also when it can't begin. */
static void say_in_log(void *arg, bool warning, const char *text)
{
	(void)arg;
	log_event(warning ? LOG_WARNING : LOG_ERROR, warning ? "config.warning" : "config.mistake", "%s", text);
}

static int run_service(const struct arguments *a)
{
	struct config *config = NULL;

	if (config_read(&config, a->file, say_in_log, NULL) != OK)
		return WRONG;
	log_setup(config->log.level, config->log.format);
	return app_run(config);
}

static int check_file(const struct arguments *a)
{
	struct config *config = NULL;

	if (config_read(&config, a->file, say_plainly, NULL) != OK)
		return WRONG;
	config_free(config);
	printf("%s: ok\n", a->file);
	return WELL;
}

static int try_everything(const struct arguments *a)
{
	return doctor_run(a->file, a->json, stdout);
}

static int show_requests(const struct arguments *a)
{
	struct config *config = NULL;
	int code;

	if (config_read_for_store(&config, a->file, say_plainly, NULL) != OK)
		return WRONG;
	code = inspect_requests(config, a->json, a->all, stdout);
	config_free(config);
	return code;
}

static int show_audit(const struct arguments *a)
{
	struct inspect_audit what = a->audit;
	struct config *config = NULL;
	int code;

	if (config_read_for_store(&config, a->file, say_plainly, NULL) != OK)
		return WRONG;
	what.json = a->json;
	code = inspect_audit(config, &what, stdout);
	config_free(config);
	return code;
}

static int forget_person(const struct arguments *a)
{
	struct config *config = NULL;
	int code;

	if (config_read_for_store(&config, a->file, say_plainly, NULL) != OK)
		return WRONG;
	code = erase_person(config, a->person, a->yes, stdout);
	config_free(config);
	return code;
}

static int run_command(const struct command *command, int argc, char **argv)
{
	struct arguments arguments = {0};
	const char *trouble = read_arguments(command, argc, argv, &arguments);

	if (trouble)
		return wrong_usage(command, trouble);
	if (arguments.help) {
		printf("usage: eacbot %s %s\n\n%s\n", command->name, command->usage, command->help);
		return WELL;
	}
	return command->run(&arguments);
}

/* Files for nobody else; no secret in a core dump, and none for a debugger of the same user. */
static void protect_process(void)
{
	struct rlimit none = {0, 0};

	umask(0077);
	setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ /* whose leak check attaches to the process like a debugger */
	prctl(PR_SET_DUMPABLE, 0);
#endif
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";

	protect_process();
	json_start();
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i].name, word) == 0)
			return flushed(run_command(&commands[i], argc - 1, argv + 1));
	if (strcmp(word, "--version") == 0) {
		puts("eacbot " EACBOT_VERSION);
		return flushed(WELL);
	}
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
		print_usage(stdout);
		return flushed(WELL);
	}
	if (*word)
		fprintf(stderr, "eacbot: unknown subcommand: %s\n", word);
	print_usage(stderr);
	return WRONG;
}
