# eacbot - one Makefile, one folder of objects per mode.
#
#   make                the release binary, build/eacbot
#   make MODE=asan ...  debug, asan, tsan, cov, fuzz: the same targets with other flags

MODE ?= release
B ?= build
O := $(B)/$(MODE)
ifeq ($(origin CC),default)
CC := gcc
endif
PKGS := libwebsockets libcurl jansson libcrypto libssl sqlite3 yaml-0.1 libmicrohttpd
WARN := -Wall -Wextra -Werror -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wwrite-strings -Wformat=2 -Wvla -Wundef -Wcast-qual -Wswitch
HARD := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE
FLAGS_release := -O2 -g $(HARD)
FLAGS_debug := -O0 -g3 -fPIE
FLAGS_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -fPIE
FLAGS_tsan := -O1 -g -fsanitize=thread -fPIE
PKG_CFLAGS := $(subst -I/,-isystem /,$(shell pkg-config --cflags $(PKGS)))
CFLAGS := -std=c17 -D_GNU_SOURCE $(FLAGS_$(MODE)) $(WARN) -I. $(PKG_CFLAGS) -MMD -MP
LDFLAGS := $(FLAGS_$(MODE)) -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed
LDLIBS := $(shell pkg-config --libs $(PKGS)) -lpthread

SRC := $(sort $(wildcard bot/*/*.c salesforce/*.c config/*.c commands/*.c commands/*/*.c))
OBJ := $(SRC:%.c=$(O)/%.o)
LIB := $(O)/libeacbot.a
TESTS := $(patsubst tests/%.c,$(O)/tests/%,$(sort $(wildcard tests/unit/test_*.c tests/contract/test_*.c tests/flow/test_*.c)))
SIM_COMMON := $(sort $(wildcard tests/sim/*.c))

all: $(B)/eacbot
$(B)/eacbot: $(O)/eacbot
	@mkdir -p $(@D)
	@cp $< $@
$(O)/eacbot: $(O)/bot/main.o $(LIB)
	$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@
$(LIB): $(OBJ)
	@rm -f $@
	@$(AR) rcs $@ $^
$(O)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -c $< -o $@
$(O)/tests/unit/%: $(O)/tests/unit/%.o $(LIB)
	$(CC) $(LDFLAGS) $^ $(LDLIBS) -lcmocka -o $@
$(O)/tests/contract/%: $(O)/tests/contract/%.o $(LIB)
	$(CC) $(LDFLAGS) $^ $(LDLIBS) -lcmocka -o $@
$(O)/tests/flow/%: $(O)/tests/flow/%.o $(LIB)
	$(CC) $(LDFLAGS) $^ $(LDLIBS) -lcmocka -o $@
define sim_rule
$(O)/sim-$(1): $(patsubst %.c,$(O)/%.o,$(sort $(wildcard tests/sim/$(1)/*.c)) $(SIM_COMMON))
	$$(CC) $$(LDFLAGS) $$^ $$(LDLIBS) -o $$@
endef
$(eval $(call sim_rule,slack))
$(eval $(call sim_rule,salesforce))
sims: $(O)/sim-slack $(O)/sim-salesforce
tests: $(TESTS)
unit: $(TESTS)
	@set -e; for t in $(TESTS); do ASAN_OPTIONS=handle_segv=2 $$t; done
clean:
	rm -rf $(B)
.PHONY: all sims tests unit clean
.SECONDARY:
-include $(shell test -d $(O) && find $(O) -name '*.d')
