/*
 * tests/fuzz/replay.c - runs a fuzz target over files, without a fuzzer.
 *
 *   replay FILE|FOLDER ...
 *
 * Linked with one fuzz_*.c. So every input that ever mattered is tried again by
 * any compiler; finding new ones is libFuzzer's work.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 20 };

/* Number of inputs tried. */
static unsigned replay_file(const char *path)
{
	uint8_t *data = malloc(INPUT_MAX), *exact;
	FILE *f = fopen(path, "rb");
	size_t len;

	if (!f || !data) {
		perror(path);
		exit(1);
	}
	len = fread(data, 1, INPUT_MAX, f);
	fclose(f);
	/* an allocation of the very size, so that a sanitizer sees the first byte beyond */
	exact = realloc(data, len ? len : 1);
	if (!exact)
		exit(1);
	LLVMFuzzerTestOneInput(exact, len);
	free(exact);
	return 1;
}

static unsigned replay(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char name[4096];
	unsigned n = 0;

	if (!dir)
		return replay_file(path);
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		n += replay(name);
	}
	closedir(dir);
	return n;
}

int main(int argc, char **argv)
{
	unsigned n = 0;

	for (int i = 1; i < argc; i++)
		n += replay(argv[i]);
	printf("%s: %u inputs\n", argv[0], n);
	return n ? 0 : 1;
}
