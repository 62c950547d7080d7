# eacbot - one Makefile, one folder of objects per mode. `make help` lists the targets.
#
#   make                the release binary, build/eacbot
#   make MODE=asan ...  debug, asan, tsan, cov, fuzz: the same targets with other flags
#
# Sources are found by wildcard: a new file in a folder is part of the program.

MODE ?= release
B ?= build
O := $(B)/$(MODE)
PREFIX ?= /usr/local
DESTDIR ?=

MODES := release debug asan tsan cov fuzz
ifeq ($(filter $(MODE),$(MODES)),)
$(error MODE=$(MODE) is none of: $(MODES))
endif
ifeq ($(origin CC),default)
CC := $(if $(filter fuzz,$(MODE)),clang,gcc)
endif
IS_GCC := $(shell $(CC) --version 2>/dev/null | grep -q 'Free Software' && echo yes)

# Warnings stop the build with the compilers that the code was cleaned with (gcc 12, clang 14); what a newer one finds new
# must not keep anybody from building. Sanitizers disturb two of gcc's warnings, which look at the flow of values.
WERROR := $(if $(filter 12 14.%,$(shell $(CC) -dumpversion 2>/dev/null)),-Werror)
WARN := -Wall -Wextra $(WERROR) -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wwrite-strings -Wformat=2 -Wvla -Wundef -Wcast-qual -Wswitch \
	$(if $(IS_GCC),$(if $(filter release,$(MODE)),,-Wno-format-truncation -Wno-maybe-uninitialized),\
	-Wno-format-nonliteral -Wno-string-concatenation -Wno-enum-float-conversion)

# Hardening, as far as this compiler, C library and processor know it.
FORTIFY := $(shell printf '\043include <features.h>\n\043if __USE_FORTIFY_LEVEL < 3\n\043error\n\043endif\n' | \
	$(CC) -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -E - >/dev/null 2>&1 && echo 3 || echo 2)
HARD := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$(FORTIFY) -fstack-protector-strong -fstack-clash-protection \
	$(if $(filter x86_64,$(shell uname -m)),-fcf-protection) $(if $(IS_GCC),-ftrivial-auto-var-init=zero)
# Fat objects: the program is linked with LTO, the many test programs quickly without.
LTO := $(if $(IS_GCC),-flto=auto -ffat-lto-objects)

FLAGS_release := -O2 -g $(HARD) $(LTO)
FLAGS_debug := -O0 -g3
FLAGS_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
FLAGS_tsan := -O1 -g -fsanitize=thread
FLAGS_cov := -O0 -g --coverage
FLAGS_fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined

PKGS := libwebsockets libcurl jansson libcrypto libssl sqlite3 yaml-0.1 libmicrohttpd
PKG_CFLAGS := $(subst -I/,-isystem /,$(shell pkg-config --cflags $(PKGS) 2>/dev/null))
PKG_LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null)

# The prefix map, at the link too, keeps the folder of the build out of the program: the same sources give the same bytes.
MODE_FLAGS := $(FLAGS_$(MODE)) -fPIE -ffile-prefix-map=$(CURDIR)=.
CFLAGS := -std=c17 -D_GNU_SOURCE $(MODE_FLAGS) $(WARN) -I. $(PKG_CFLAGS)
LDFLAGS := $(MODE_FLAGS) -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed
LDLIBS := $(PKG_LIBS) -lpthread -lm
TEST_LDFLAGS := $(filter-out $(LTO),$(LDFLAGS)) $(if $(IS_GCC),-fno-lto)
AR := $(if $(IS_GCC),gcc-ar,ar)

comma := ,
objects = $(patsubst %.c,$(O)/%.o,$(sort $(1)))
SRC := $(wildcard bot/*/*.c salesforce/*.c config/*.c commands/*.c commands/*/*.c)
LIB := $(O)/libeacbot.a
SUPPORT := $(O)/libsupport.a
TEST_SRC := $(sort $(wildcard tests/unit/test_*.c tests/contract/test_*.c tests/flow/test_*.c))
TESTS := $(TEST_SRC:%.c=$(O)/%)
SUPPORT_SRC := $(filter-out $(TEST_SRC),$(wildcard tests/support/*.c tests/unit/*.c tests/contract/*.c tests/flow/*.c))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZERS := $(FUZZ_SRC:%.c=$(O)/%)
SIMS := $(O)/sim-slack $(O)/sim-salesforce

all: $(B)/eacbot

$(B)/eacbot: $(O)/eacbot
	@mkdir -p $(@D)
	@cp --remove-destination $< $@

$(O)/eacbot: $(O)/bot/main.o $(LIB)
	@echo "link    $@"
	@$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

$(LIB): $(call objects,$(SRC))
$(SUPPORT): $(call objects,$(SUPPORT_SRC))
$(LIB) $(SUPPORT):
	@mkdir -p $(@D)
	@rm -f $@
	@$(AR) rcs $@ $^

$(O)/%.o: %.c $(O)/.flags
	@mkdir -p $(@D)
	@echo "$(MODE)	$<"
	@$(CC) $(CFLAGS) -MMD -MP -c $< -o $@

# The assembler takes the schema in; link-time optimisation does not see what its text defines.
$(O)/bot/store/migrate.o: $(wildcard bot/store/schema/*.sql)
$(O)/bot/store/migrate.o: private CFLAGS := $(CFLAGS) -fno-lto

# Rewritten only when it says something new: changed flags rebuild everything, and nothing else does.
$(O)/.flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(CC) $(CFLAGS) $(LDFLAGS)' | cmp -s - $@ || printf '%s\n' '$(CC) $(CFLAGS) $(LDFLAGS)' >$@

# An archive keeps members that are gone; a list of the sources makes it new when one comes or goes.
$(LIB) $(SUPPORT): $(O)/.sources
$(O)/.sources: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(sort $(SRC) $(SUPPORT_SRC)) | cmp -s - $@ || printf '%s\n' $(sort $(SRC) $(SUPPORT_SRC)) >$@

$(TESTS): $(O)/%: $(O)/%.o $(SUPPORT) $(LIB)
	@$(CC) $(TEST_LDFLAGS) $^ $(LDLIBS) -lcmocka -o $@

$(FUZZERS): $(O)/%: $(O)/%.o $(if $(filter fuzz,$(MODE)),,$(O)/tests/fuzz/replay.o) $(LIB)
	@$(CC) $(TEST_LDFLAGS) $(if $(filter fuzz,$(MODE)),-fsanitize=fuzzer) $^ $(LDLIBS) -o $@

define sim_rule
$(O)/sim-$(1): $(call objects,$(wildcard tests/sim/$(1)/*.c) $(wildcard tests/sim/*.c))
	@echo "link    $$@"
	@$$(CC) $$(TEST_LDFLAGS) $$^ $$(LDLIBS) -o $$@
endef
$(eval $(call sim_rule,slack))
$(eval $(call sim_rule,salesforce))

# Statements of the database can be made to fail there.
$(O)/tests/flow/test_nth: private TEST_LDFLAGS += -Wl,--wrap=sqlite3_step,--wrap=sqlite3_exec

# The only unit test that wants another program beside it; without it, its cases skip themselves.
$(O)/tests/unit/test_socket: | $(O)/sim-slack

# What is shown is checked against Slack's limits as the fake Slack knows them.
$(O)/tests/flow/test_golden: $(call objects,tests/sim/slack/blocks_check.c tests/sim/slack/blocks_kinds.c $(wildcard tests/sim/*.c))

# The demo, the scenarios and the bench act on the same stage: the real program between the two fakes. Without
# libsupport.a, for the demo needs no package of the tests.
STAGE_SRC := $(wildcard tests/stage/*.c)
$(O)/demo: $(call objects,$(wildcard tests/demo/*.c) $(STAGE_SRC)) $(LIB)
$(O)/scenarios: $(call objects,$(wildcard tests/scenario/*.c) $(STAGE_SRC)) $(LIB)
$(O)/bench: $(call objects,$(wildcard tests/bench/*.c tests/sim/*.c) tests/sim/slack/ws_frame.c $(STAGE_SRC)) $(LIB)
$(O)/demo $(O)/scenarios $(O)/bench:
	@echo "link    $@"
	@$(CC) $(TEST_LDFLAGS) $^ $(LDLIBS) -o $@

# The whole program in virtual time: the fakes without their servers and threads, each in one object that hides its
# names, and loop, http, wire and clocks played by the simulation.
define fake_rule
$(O)/fake-$(1).o: $(call objects,$(filter-out $(addprefix tests/sim/$(1)/,main.c socket.c alarms.c),$(wildcard tests/sim/$(1)/*.c)) \
		tests/sim/sim_answer.c tests/sim/sim_util.c tests/simulation/fakes/host.c $(wildcard tests/simulation/fakes/$(1)*.c))
	@$$(CC) -r -nostdlib -fno-lto $$^ -o $$@
	@objcopy --wildcard -R '.gnu.lto_*' -R '.gnu.debuglto_*' --redefine-sym clock_gettime=world_clock_gettime \
		--keep-global-symbol='fake_$(1)_*' $$@
endef
$(eval $(call fake_rule,slack))
$(eval $(call fake_rule,salesforce))
SIMULATED := clock_gettime time getrandom arc4random_uniform log_event log_repair store_open store_submit store_close
PLAYED := $(wildcard bot/loop/*.c) $(addprefix bot/http/,http.c http_transfer.c http_tls.c) bot/slack/socket_wire.c
$(O)/simulate: $(call objects,$(wildcard tests/simulation/*.c) $(filter-out $(PLAYED),$(SRC))) $(O)/fake-slack.o $(O)/fake-salesforce.o
	@echo "link    $@"
	@$(CC) $(TEST_LDFLAGS) $(addprefix -Wl$(comma)--wrap=,$(SIMULATED)) $^ $(LDLIBS) -o $@

# One repair in any order of people, faults and crashes: the engine and the store, with chance and log played.
INTERLEAVED := getrandom sqlite3_open_v2 log_event log_repair outbox_put request_get owed_set eac_fresh_look eac_card_find eac_cards_close \
	eac_wait_start access_is_requester
$(O)/interleavings: $(call objects,$(wildcard tests/interleavings/*.c)) $(LIB)
	@echo "link    $@"
	@$(CC) $(TEST_LDFLAGS) $(addprefix -Wl$(comma)--wrap=,$(INTERLEAVED)) $^ $(LDLIBS) -o $@

sims: $(SIMS)
stage: $(O)/eacbot $(SIMS)
tests: $(TESTS)
fuzzers: $(FUZZERS)

# What belongs to the program, for tests/lint.
sources:
	@printf '%s\n' bot/main.c $(sort $(SRC))
test-sources:
	@printf '%s\n' $(sort $(TEST_SRC) $(SUPPORT_SRC) $(FUZZ_SRC) $(wildcard tests/fuzz/replay.c tests/bench/*.c tests/sim/*.c tests/sim/*/*.c \
		tests/stage/*.c tests/demo/*.c tests/scenario/*.c tests/simulation/*.c tests/simulation/*/*.c tests/interleavings/*.c))
compile-flags:
	@printf '%s\n' '-std=c17 -D_GNU_SOURCE -I. $(PKG_CFLAGS)'
test-programs:
	@printf '%s\n' $(TESTS)
fuzz-programs:
	@printf '%s\n' $(FUZZERS)

unit: $(TESTS)
	@tests/run-programs.sh $(TESTS)

check:
	@deploy/install-deps test
	@B='$(B)' tests/check.sh

lint:
	@B='$(B)' tests/lint/lint.sh

demo:
	@deploy/install-deps build
	@$(MAKE) --no-print-directory -j2 $(B)/eacbot sims $(O)/demo
	@tests/demo/run.sh "$(O)"

bench: $(B)/eacbot sims $(O)/bench
	@B='$(B)' tests/bench/run.sh

SEED ?= 1
DAYS ?= 7
simulate: $(O)/simulate
	@tests/simulation/run.sh "$<" $(DAYS) $(SEED)

# What `make check` has no time for: every statement of the database failing, a whole week, a million runs of a repair in
# any order (a quarter of an hour on each of two cores for every 150 000 or so).
RUNS ?= 1000000
soak: $(O)/interleavings $(O)/simulate $(O)/tests/flow/test_nth
	@NTH=1 tests/run-programs.sh $(O)/tests/flow/test_nth
	@tests/simulation/run.sh $(O)/simulate 7 7
	@tests/interleavings/run.sh $(O)/interleavings $(RUNS) $(SEED)

conformance: sims
	@tests/conformance/run-slack.sh $(O)/sim-slack
	@tests/conformance/run-salesforce.sh $(O)/sim-salesforce

# New inputs are looked for; tests/fuzz/corpus is replayed by `make check`. SECONDS_EACH says how long.
fuzz:
	@$(MAKE) --no-print-directory MODE=fuzz fuzzers
	@B='$(B)' tests/fuzz/fuzz.sh

# FILES="bot/flow/flow.c ..." prints the lines of these that were not reached.
FILES ?=
cov:
	@$(MAKE) --no-print-directory MODE=cov -j2 tests
	@$(MAKE) --no-print-directory MODE=cov unit
	@tests/coverage.sh $(B)/cov $(FILES)

# The table of moves as a drawing: make states | dot -Tsvg >states.svg
states:
	@awk -f tests/lint/states.awk bot/flow/request_states.h

install: $(B)/eacbot
	install -D -m 0755 $(B)/eacbot $(DESTDIR)$(PREFIX)/bin/eacbot
	install -D -m 0644 config/eacbot.example.yaml $(DESTDIR)$(PREFIX)/share/doc/eacbot/eacbot.example.yaml
	sed 's|/usr/local|$(PREFIX)|g' deploy/eacbot.service >$(B)/eacbot.service
	install -D -m 0644 $(B)/eacbot.service $(DESTDIR)$(PREFIX)/lib/systemd/system/eacbot.service

clean:
	rm -rf $(B)

help:
	@sed -n 's/^#   \(make.*\)/  \1/p' Makefile
	@echo "  make demo           installs the build packages, builds, and shows a whole repair against fakes"
	@echo "  make check          installs the test packages and runs everything that judges; last line: N passed, N failed"
	@echo "  make unit           the unit, contract and flow tests of one MODE"
	@echo "  make lint           arrows, headers, layout, static analysis"
	@echo "  make fuzz           looks for new inputs (SECONDS_EACH=60 per parser)"
	@echo "  make bench          how fast it is"
	@echo "  make simulate       SEED=1 DAYS=7: the whole program, its people and every fault, in virtual time"
	@echo "  make soak           for hours: every statement failing, a week, a repair in any order a million times (RUNS=, SEED=)"
	@echo "  make conformance    official client libraries against the fakes (needs node and npm)"
	@echo "  make cov            lines and branches that the tests reach; FILES=... for what they do not"
	@echo "  make states         the table of a repair's moves, for Graphviz"
	@echo "  make install        DESTDIR= PREFIX=$(PREFIX)"
	@echo "  make clean"

.PHONY: all sims stage tests fuzzers sources test-sources compile-flags test-programs fuzz-programs unit check \
	lint demo bench simulate soak conformance fuzz cov states install clean help FORCE
.SECONDARY:
.DELETE_ON_ERROR:
-include $(shell test -d $(O) && find $(O) -name '*.d')
