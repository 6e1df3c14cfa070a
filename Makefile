# ipctop: `make run` builds and starts the monitor, `make check` builds and passes all tests.
# Both install missing packages first; `make` alone only builds.
#
#   O=DIR     where to build (build)          SAN=address,undefined | thread   sanitizers
#   CC=clang  another compiler                ARGS="--readonly" make run       arguments for the monitor
#   BASE=FILE make bench               compares with a program built before
#   V=1       show the commands               WERROR=1  warnings are errors, as in every check
#   JOBS=N    tests run side by side (one more than there are processors; make -jN does so for builds)

VERSION := 0.1.0
O       ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
# Below PREFIX: where zsh and fish look for completions.
ZSH_DIR  ?= share/zsh/site-functions
FISH_DIR ?= share/fish/vendor_completions.d
EXAMPLES_DIR ?= share/doc/ipctop/examples
EXAMPLES := $(wildcard src/examples/*)
CC      ?= cc
PKG_CONFIG ?= pkg-config

PKGS      := ncursesw jansson smartcols
# Of these the program links jansson; the others are loaded by those ways to run that need them.
LOADED    := ncursesw smartcols
TEST_PKGS := cmocka vterm libproc2

# libproc2 is loaded, not linked, by the name and version that its header belongs to; empty: not there.
PROC2_FILE   := $(wildcard $(shell $(PKG_CONFIG) --variable=libdir libproc2 2>/dev/null)/libproc2.so)
PROC2_SONAME := $(if $(PROC2_FILE),$(shell readelf -d $(PROC2_FILE) | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p'))

PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null)
PROGRAM_LIBS := $(shell $(PKG_CONFIG) --libs $(filter-out $(LOADED),$(PKGS)) 2>/dev/null) -ldl -lrt
PKG_LIBS   := $(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null) -ldl -lrt

# A build takes all processors unless -j says how many. 'clean' does not run beside other goals; the
# script of 'check' runs makes of its own.
ifeq ($(MAKELEVEL)$(filter -j% clean check,$(MAKEFLAGS) $(MAKECMDGOALS)),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
endif

# say NAME FILE: one line for what is built, none under make -s; V=1 shows the commands instead.
ifeq ($(V),1)
Q   :=
say :=
else
Q   := @
say  = @$(if $(findstring s,$(firstword -$(MAKEFLAGS))),:,printf '  %-5s %s\n' $(1) $(2))
endif

CFLAGS   ?= -O2 -g
WERROR   ?= $(if $(filter check% compile-tests tests,$(MAKECMDGOALS)),1)
WARN     := -Wall -Wextra $(if $(WERROR),-Werror) -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
ALL_CFLAGS := $(CPPFLAGS) -std=gnu17 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 \
              -DVERSION='"$(VERSION)"' -iquote include $(PKG_CFLAGS) \
              $(WARN) -pthread $(CFLAGS)
ALL_LDFLAGS := -pthread $(LDFLAGS)
ifdef SAN
ALL_CFLAGS  += -fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all
ALL_LDFLAGS += -fsanitize=$(SAN)
endif

SRC     := $(filter-out src/main.c,$(sort $(shell find src -name '*.c')))
OBJ     := $(SRC:%.c=$(O)/%.o)
LIB     := $(O)/libipctop.a
SUPPORT := $(patsubst %.c,$(O)/%.o,$(wildcard tests/support/*.c))
tests_in = $(patsubst %.c,$(O)/%,$(wildcard tests/$(1)/*_test.c)) $(wildcard tests/$(1)/*_test.sh)
UNIT := $(call tests_in,unit)
LIVE := $(call tests_in,live)
TTY  := $(call tests_in,tty)
FUZZ := $(call tests_in,fuzz)
# They change the machine: in a virtual one alone.
MACHINE := $(call tests_in,vm)
# Under sanitizers what only counts steps counts the same, and scripts that run no more of the program than
# others do, or foreign programs most of the time, are left out; of the matrix of verdicts one part
# passes through every rule.
ifdef SAN
UNIT := $(filter-out %/cost_test,$(UNIT))
LIVE := $(filter-out $(addprefix %/,verdicts_servers_test.sh verdicts_clients_test.sh completions_test.sh \
	install_test.sh),$(LIVE))
endif
# Tests in which threads of ours run: they include a module that starts some. ThreadSanitizer cannot
# follow processes that share memory, nor those whose system calls are denied; and what counts its steps
# is compiled for that.
STARTS_THREADS := include (<pthread|"engine/|"store/(append_log|audit_log|file_writer)|"support/(user|screens))
THREADED = $(patsubst %.c,$(O)/%,$(shell grep -lE '$(STARTS_THREADS)' tests/unit/*_test.c \
                 tests/live/*_test.c tests/fuzz/*_test.c | xargs grep -LE 'CLONE_VM|support/denial|trace_pc'))

.PHONY: all run demo check check-fast check-tests check-unit check-live check-tty check-fuzz check-asan \
        check-tsan check-clang check-clang-tests compile-tests check-style fuzz fuzz-run check-distros check-vm golden bench screenshots install uninstall \
        packages deb rpm check-packages check-musl clean tests
.DELETE_ON_ERROR:
.SECONDARY:

all: $(O)/ipctop

# Functions of libraries are bound at the start, all at once: cheaper than each at its first call, and the
# table of them can be made read-only.
$(O)/ipctop: $(O)/src/main.o $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -Wl,-z,now -o $@ $^ $(PROGRAM_LIBS)

$(LIB): $(OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@; $(AR) rcsP $@ $^

$(O)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# What is loaded is loaded by the soname that a program would have which links it: NCURSESW_SONAME, ….
$(O)/loaded.h: Makefile
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$(Q)echo 'int main(void) { return 0; }' | $(CC) $(LDFLAGS) -x c -o $(O)/loaded - -Wl,--no-as-needed \
	    $(shell $(PKG_CONFIG) --libs $(LOADED) 2>/dev/null)
	$(Q)for name in $(LOADED); do readelf -d $(O)/loaded | \
	    sed -n "s/.*NEEDED.*\[\(lib$$name\.so.*\)\]/#define $$(echo $$name | tr a-z A-Z)_SONAME \"\1\"/p"; done >$@
LOADS := $(O)/src/ui/terminal/curses_library.o $(O)/src/ui/terminal/screen.o $(O)/src/output/plain.o $(O)/src/output/formats.o \
	$(O)/tests/live/cli_test.o
$(LOADS): $(O)/loaded.h
$(LOADS): ALL_CFLAGS += -include $(O)/loaded.h

$(O)/src/linux/process/procps.o: ALL_CFLAGS += $(if $(PROC2_SONAME),-DPROC2_SONAME='"$(PROC2_SONAME)"')
$(O)/tests/%.o: ALL_CFLAGS += -iquote tests -DBUILD_DIR='"$(O)"'
$(O)/tests/%_test: $(O)/tests/%_test.o $(SUPPORT) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter-out %.a,$^) $(LIB) $(PKG_LIBS) -lcmocka -lvterm -lutil

# What may be done to tens of thousands of rows, and what reads as many objects, counts its steps (basic blocks), for tests/unit/cost_test.c.
STEPS := $(filter src/session/% src/model/% src/base/% src/engine/shared/rows.c src/engine/shared/sharing.c \
	src/linux/holders/maps_shared.c src/linux/shared/names.c,$(SRC))
$(O)/tests/unit/cost_test: $(STEPS:%.c=$(O)/steps/%.o)
$(O)/steps/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -fsanitize-coverage=trace-pc -MMD -MP -c -o $@ $<

# The reference that process facts are compared with; absent before procps 4.
$(O)/tests/live/processes_test: PKG_LIBS += $(shell $(PKG_CONFIG) --libs libproc2 2>/dev/null)

$(O)/demo: $(patsubst %.c,$(O)/%.o,$(wildcard tests/demo/*.c))
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lrt
$(O)/bench: $(patsubst %.c,$(O)/%.o,$(wildcard tests/bench/*.c)) $(O)/tests/support/ns.o $(O)/tests/support/stall.o $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) -lutil -lm

# What makes the populations of tests/live/verdicts_*_test.sh: it links nothing of ours.
$(O)/tests/live/verdicts/actor: $(O)/tests/live/verdicts/actor.o $(O)/tests/live/verdicts/being.o
	$(CC) $(ALL_LDFLAGS) -o $@ $^

-include $(shell find $(O)/src $(O)/steps $(O)/tests -type f -name '*.d' 2>/dev/null)

packages:
	@.ci/packages.sh run
run: packages
	@$(MAKE) --no-print-directory all
	$(O)/ipctop $(ARGS)
demo: packages
	@$(MAKE) --no-print-directory all $(O)/demo
	$(O)/demo $(O)/ipctop $(ARGS)

# Scripts among the tests learn from BUILD_DIR which build they test.
export BUILD_DIR := $(O)

# --- tests --------------------------------------------------------------------------------------
tests: all $(O)/tests/live/verdicts/actor $(UNIT) $(LIVE) $(TTY) $(FUZZ) $(MACHINE) $(if $(wildcard tests/demo/demo.c),$(O)/demo)

# Everything, in builds of their own; the last line counts.
check:
	@.ci/packages.sh check
	-@.ci/packages.sh reference
	-@.ci/packages.sh apps
	@tests/check.sh

check-style: all
	@tests/layers.sh
check-unit: $(UNIT)
	@tests/run.sh $^
check-live: tests
	@tests/run.sh $(LIVE)
check-tty: tests
	@tests/run.sh $(TTY)
check-fuzz: tests
	@tests/run.sh $(FUZZ)
check-tests: tests
	@tests/run.sh $(UNIT) $(LIVE) $(TTY) $(FUZZ)
# What one runs while working: this build alone.
check-fast: check-style
	@$(MAKE) --no-print-directory check-tests
check-asan:
	@$(MAKE) --no-print-directory O=build/asan SAN=address,undefined CFLAGS="-O1 -g1" check-tests
check-tsan:
	@$(MAKE) --no-print-directory O=build/tsan SAN=thread CFLAGS="-O1 -g1" check-threaded
check-threaded: all $(THREADED)
	@tests/run.sh $(THREADED)
# The other compiler has its say about everything, and links the program; tests it only reads.
check-clang: check-clang-tests
	@$(MAKE) --no-print-directory O=build/clang CC=clang CFLAGS=-O0 all
check-clang-tests:
	@$(MAKE) --no-print-directory O=build/clang CC=clang CFLAGS=-fsyntax-only compile-tests
compile-tests: $(patsubst %.c,$(O)/%.o,$(wildcard tests/*/*.c))
# Compiles against another C library.
check-musl:
	@tests/musl.sh
# On other releases of Debian and other machines: DISTROS=DIR keeps their roots. Not part of check: it takes a network.
check-distros:
	@tests/distros.sh $(SUITES)
# In virtual machines with the kernels of other releases of Debian, whose clock is set and which have huge
# pages: VM=DIR keeps the kernels. Not part of check: it takes a network, qemu-system-x86 and busybox-static.
check-vm: tests
	@tests/vm.sh $(SUITES)

# Writes what tests keep in files (screens, lists of keys) as it is now; to be read in git diff.
GOLDEN := $(patsubst %.c,$(O)/%,$(shell grep -l '"support/golden.h"' tests/*/*_test.c))
golden: $(GOLDEN)
	@UPDATE=1 tests/run.sh $^
	@git diff --stat -- tests/golden src/ipctop.1

# libFuzzer's targets, each so long; the hand-written ones are among the tests. FUZZ_SECONDS=3600 make fuzz
FUZZ_SECONDS ?= 7
FUZZERS := $(patsubst %.c,$(O)/%,$(wildcard tests/fuzz/*_target.c))
$(O)/tests/fuzz/%_target: $(O)/tests/fuzz/%_target.o $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(PKG_LIBS)
fuzz-run: all $(FUZZERS)
	@tests/fuzz/run.sh $(FUZZ_SECONDS) $(FUZZERS)
fuzz:
	@$(MAKE) --no-print-directory O=build/fuzz CC=clang SAN=address,undefined \
	    CFLAGS="-O1 -g1 -fsanitize=fuzzer-no-link" fuzz-run

bench: packages
	@$(MAKE) --no-print-directory all $(O)/bench
	$(O)/bench $(if $(BASE),--base "$(BASE)") $(ARGS)
screenshots:
	@.ci/packages.sh screenshots
	@$(MAKE) --no-print-directory all $(O)/demo
	screenshots/make.sh $(O)

# --- installing ---------------------------------------------------------------------------------
install: all
	install -D -m 755 $(O)/ipctop $(DESTDIR)$(PREFIX)/bin/ipctop
	install -D -m 644 src/ipctop.1 $(DESTDIR)$(PREFIX)/share/man/man1/ipctop.1
	install -D -m 644 src/completions/ipctop.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/ipctop
	install -D -m 644 src/completions/ipctop.zsh $(DESTDIR)$(PREFIX)/$(ZSH_DIR)/_ipctop
	install -D -m 644 src/completions/ipctop.fish $(DESTDIR)$(PREFIX)/$(FISH_DIR)/ipctop.fish
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/$(EXAMPLES_DIR) $(EXAMPLES)
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/ipctop $(DESTDIR)$(PREFIX)/share/man/man1/ipctop.1 \
	      $(DESTDIR)$(PREFIX)/share/bash-completion/completions/ipctop \
	      $(DESTDIR)$(PREFIX)/$(ZSH_DIR)/_ipctop $(DESTDIR)$(PREFIX)/$(FISH_DIR)/ipctop.fish \
	      $(patsubst src/examples/%,$(DESTDIR)$(PREFIX)/$(EXAMPLES_DIR)/%,$(EXAMPLES))
	-rmdir $(DESTDIR)$(PREFIX)/$(EXAMPLES_DIR) 2>/dev/null

# --- packages for others ------------------------------------------------------------------------
deb:
	@.ci/packages.sh deb
	@src/packaging/package.sh deb $(VERSION) $(O)/deb
rpm:
	@.ci/packages.sh rpm
	@src/packaging/package.sh rpm $(VERSION) $(O)/rpm
# They hold what install installs, and lintian has no error.
check-packages:
	-@.ci/packages.sh deb
	-@.ci/packages.sh rpm
	@tests/packages.sh

clean:
	rm -rf build
