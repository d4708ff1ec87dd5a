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

$(obj)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(base_cflags) $(cflags) $(CFLAGS) -c -o $@ $<

# Flags hang on the folder an object comes from.
$(obj)/gateway/%.o: cflags := $(gateway_cflags)
$(obj)/tests/unit/%.o: cflags := $(gateway_cflags) -Ibackends/irc -Itests/unit

$(bin)/tombolo: private libs := $(gateway_libs)
$(bin)/tombolo: $(gateway) $(shared)
	$(link)

define worker_rules
$(obj)/backends/$(1)/%.o: cflags := -Ibackends/$(1)
$(bin)/backend-$(1): $(call objects,backends/*.c backends/$(1)/*.c) $(shared)
	$$(link)
endef
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

clean:
	rm -rf build build-*

.PHONY: all units clean
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
