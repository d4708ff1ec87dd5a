# Tombolo. `make`, `make check`, `make install`; see README.md.

VERSION := 0.1.0
PREFIX ?= /usr/local
LIBEXECDIR ?= $(PREFIX)/libexec
SYSCONFDIR ?= $(PREFIX)/etc
MANDIR ?= $(PREFIX)/share/man
LOCALEDIR ?= $(PREFIX)/share/locale
BACKENDS ?= irc

# Every way to build has a folder of its own: plain, or by sanitizer.
SANITIZE ?=
comma := ,
BUILD ?= build$(if $(SANITIZE),-$(subst $(comma),-,$(SANITIZE)))
obj := $(BUILD)/obj
bin := $(BUILD)/bin

CC ?= cc
CFLAGS ?= -O2 -g
warnings := -Wall -Wextra -Wno-unused-parameter -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wformat=2 $(if $(CI)$(WERROR),-Werror)
packages := gio-2.0 gio-unix-2.0 expat libidn
base_cflags := -std=gnu11 $(warnings) -Iinclude -MMD -MP -DGW_VERSION='"$(VERSION)"' \
	$(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all) \
	$(shell pkg-config --cflags $(packages))
base_libs := $(shell pkg-config --libs $(packages)) $(if $(SANITIZE),-fsanitize=$(SANITIZE))
gateway_cflags := $(shell pkg-config --cflags sqlite3) -Igateway \
	-DGW_WORKER_DIR='"$(LIBEXECDIR)/tombolo"' -DGW_LOCALEDIR='"$(LOCALEDIR)"' \
	-DGW_SYSCONFDIR='"$(SYSCONFDIR)"' -DGETTEXT_PACKAGE='"tombolo"'
gateway_libs := $(shell pkg-config --libs sqlite3)

objects = $(patsubst %.c,$(obj)/%.o,$(wildcard $(1)))
shared := $(call objects,gateway/shared/*.c)
gateway := $(call objects,gateway/*.c gateway/features/*.c)
workers := $(BACKENDS:%=$(bin)/backend-%)
unit_tests := $(patsubst tests/unit/%.c,$(bin)/%,$(wildcard tests/unit/test-*.c))
link = @mkdir -p $(@D)
link += && $(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(libs) $(base_libs)

all: $(bin)/tombolo $(workers)

$(obj)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(base_cflags) $(cflags) $(CFLAGS) -c -o $@ $<

# What is built with other flags or paths (PREFIX, WERROR) is built anew.
flags := $(CC) $(CFLAGS) $(if $(CI)$(WERROR),-Werror) $(LIBEXECDIR) $(SYSCONFDIR) $(LOCALEDIR)
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(flags)' | cmp -s - $@ || echo '$(flags)' >$@

# Flags hang on the folder an object comes from.
$(obj)/gateway/%.o: cflags := $(gateway_cflags)
$(obj)/tests/unit/%.o: cflags := $(gateway_cflags) -Ibackends/irc -Itests/unit

$(bin)/tombolo: private libs := $(gateway_libs)
$(bin)/tombolo: $(gateway) $(shared)
	$(link)

define worker_rules
$(obj)/backends/$(1)/%.o: cflags := -Ibackends/$(1) -DGETTEXT_PACKAGE='"tombolo"'
$(bin)/backend-$(1): $(call objects,backends/*.c backends/$(1)/*.c) $(shared)
	$$(link)
endef
$(obj)/backends/%.o: cflags := -DGW_LOCALEDIR='"$(LOCALEDIR)"' \
	-DGETTEXT_PACKAGE='"tombolo"'
$(foreach b,$(BACKENDS),$(eval $(call worker_rules,$(b))))

# A unit test links everything but the two main()s; what it does not use costs nothing.
$(BUILD)/parts.a: $(filter-out $(obj)/gateway/main.o,$(gateway)) $(shared) \
		$(foreach b,$(BACKENDS),$(call objects,backends/$(b)/*.c))
	@rm -f $@
	ar rcs $@ $^
$(bin)/test-%: $(obj)/tests/unit/test-%.o $(BUILD)/parts.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(gateway_libs) $(test_libs) $(base_libs)

units: $(unit_tests) all

# ---- what a newcomer runs ----

demo:
	contrib/install-deps build demo
	$(MAKE) all
	exec contrib/demo

check:
	contrib/install-deps build check
	$(MAKE) -j$$(nproc) WERROR=1 units $(bin)/peer
	$(MAKE) -j$$(nproc) WERROR=1 SANITIZE=address,undefined units
	BUILD=$(BUILD) SANITIZED=build-address-undefined tests/check

e2e:
	contrib/install-deps build check
	$(MAKE) all
	$(MAKE) SANITIZE=address,undefined all
	BUILD=$(BUILD) tests/check e2e

# ---- measuring, fuzzing, tidying ----

$(obj)/tests/bench/%.o: cflags := -Itests/bench/peer
$(bin)/peer: private libs := -lircclient
$(bin)/peer: $(call objects,tests/bench/peer/*.c)
	$(link)
$(bin)/bench-%: $(obj)/tests/bench/bench-%.o $(shared)
	$(link)

bench:
	contrib/install-deps build bench
	$(MAKE) all $(bin)/peer $(bin)/bench-channel $(bin)/bench-stanza
	$(bin)/bench-channel
	$(bin)/bench-stanza
	BUILD=$(BUILD) tests/bench/peer-bench $(BENCH_OPTIONS)

# A fuzz target is built with everything it may call, by clang, and starts from the seeds of its name.
FUZZ_SECONDS ?= 60
fuzz_targets := $(patsubst tests/fuzz/fuzz-%.c,%,$(wildcard tests/fuzz/fuzz-*.c))
fuzz_sources := $(wildcard gateway/shared/*.c) $(addprefix backends/irc/,casemap.c ctcp.c format.c \
	line.c mask.c modes.c nick.c numerics.c text.c)
build/fuzz/%: tests/fuzz/fuzz-%.c $(fuzz_sources)
	@mkdir -p $(@D)
	clang -O1 -g -std=gnu11 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
		-Iinclude -Ibackends/irc $(shell pkg-config --cflags $(packages)) -o $@ $^ \
		$(shell pkg-config --libs $(packages))
fuzz:
	contrib/install-deps build fuzz
	$(MAKE) $(fuzz_targets:%=build/fuzz/%)
	set -e; for target in $(fuzz_targets); do \
		mkdir -p build/fuzz/found-$$target; \
		build/fuzz/$$target -max_total_time=$(FUZZ_SECONDS) -timeout=10 -print_final_stats=1 \
			-artifact_prefix=build/fuzz/ build/fuzz/found-$$target tests/fuzz/seeds/$$target; \
	done

format:
	clang-format -i $(foreach f,include gateway gateway/* backends backends/* tests/* tests/bench/*,\
		$(wildcard $(f)/*.c $(f)/*.h))

# The texts to translate, for gateway/po.
pot:
	xgettext --from-code=UTF-8 -k_ -kN_ -o gateway/po/tombolo.pot --package-name=tombolo \
		$(wildcard gateway/*.c gateway/features/*.c backends/*.c backends/*/*.c)

# ---- installing ----

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(LIBEXECDIR)/tombolo $(DESTDIR)$(MANDIR)/man5 \
		$(DESTDIR)$(MANDIR)/man8 $(DESTDIR)$(SYSCONFDIR)/tombolo
	install -m 755 $(bin)/tombolo $(DESTDIR)$(PREFIX)/bin/
	install -m 755 $(workers) $(DESTDIR)$(LIBEXECDIR)/tombolo/
	install -m 644 gateway/tombolo.8 $(DESTDIR)$(MANDIR)/man8/
	install -m 644 gateway/gateway.conf.5 $(DESTDIR)$(MANDIR)/man5/
	install -m 644 gateway.conf.example $(DESTDIR)$(SYSCONFDIR)/tombolo/
	test -e $(DESTDIR)$(SYSCONFDIR)/tombolo/gateway.conf || install -m 600 gateway.conf.example \
		$(DESTDIR)$(SYSCONFDIR)/tombolo/gateway.conf

clean:
	rm -rf build build-*

FORCE:
.PHONY: FORCE all units demo check e2e bench fuzz format pot install clean
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
