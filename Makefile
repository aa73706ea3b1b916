# For GNU make 4.3. The models come from models.tsv; `make help` lists what can be made.
#
# What is made goes to build/VARIANT, one folder per compiler and sanitizer (build/gcc, build/clang,
# build/gcc-thread), so that two kinds of object never meet. bin is a link to the programs of the
# plain build made last.

MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.SECONDARY:

ifeq ($(origin CC),default)
CC := gcc
endif
SAN ?=#              sanitizers: address,undefined or thread
CFLAGS ?= -O2 -g#    yours, as CPPFLAGS, LDFLAGS and LDLIBS are; what the house needs is added
PREFIX ?= /usr/local
SECONDS ?= 60#       how long `make fuzz` looks

BUILT := build/$(notdir $(firstword $(CC)))$(SAN:%=-%)
Q := $(if $(V),,@)#  V=1 shows whole commands

STANDARD := -std=c17 -D_GNU_SOURCE -I. -pthread
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wformat-security -Wundef -Wvla \
            -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Werror
SANITIZE := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
# valgrind 3.19 can't read the DWARF 5 that clang 14 writes by itself.
DWARF    := $(if $(findstring clang,$(CC)),-gdwarf-4)
COMPILE   = $(CC) $(STANDARD) $(WARNINGS) $(SANITIZE) $(CPPFLAGS) $(DWARF) $(CFLAGS)
LINK      = $(CC) $(SANITIZE) -pthread $(CFLAGS) $(LDFLAGS)

# A sanitizer that has something to say ends the program, and with a status that nothing else has.
ifneq ($(SAN),)
export ASAN_OPTIONS ?= halt_on_error=1:exitcode=99:detect_leaks=1
export LSAN_OPTIONS ?= exitcode=99
export UBSAN_OPTIONS ?= halt_on_error=1:exitcode=99:print_stacktrace=1
# A second signal ends a server at once, whatever its threads are at: no leak.
export TSAN_OPTIONS ?= halt_on_error=1:exitcode=99:report_thread_leaks=0
endif

# ---- What there is ---------------------------------------------------------------------------

objects = $(patsubst %.c,$(BUILT)/%.o,$(wildcard $(1)/*.c))

SOURCES  := $(shell awk -F'\t' '!/^\#/ { print $$2 }' models.tsv)
programs  = $(patsubst %.c,$(BUILT)/bin/%,$(notdir $(1)))
SERVERS  := $(call programs,$(SOURCES))
TESTS    := $(call programs,$(wildcard tests/test_*.c))
# Those of the servers. Some names are in both archives: these find the servers' first.
SERVING  := $(call programs,$(shell grep -lE '"(server/|tests/connect_pair)' tests/test_*.c))
CONFORM  := $(BUILT)/bin/conform
LOADGEN  := $(BUILT)/bin/loadgen
BENCH    := $(BUILT)/bin/bench
TALK     := $(BUILT)/bin/talk
TOP      := $(BUILT)/bin/top
GRADE    := $(BUILT)/bin/grade
WRONG    := $(patsubst labs/wrong/%.c,$(BUILT)/bin/wrong/%,$(filter-out %/common.c,$(wildcard labs/wrong/*.c)))
STAGED   := $(BUILT)/bin/fork-cost#  what only a demo calls
MANUAL   := $(BUILT)/loadgen.1
HELP2MAN := $(shell command -v help2man 2>/dev/null)#  without it: no manual, and nothing else amiss
BARE     := $(call programs,$(wildcard tests/bare/*.c))
BASELINE := $(patsubst tests/baselines/%.c,$(BUILT)/bin/%-echo,$(wildcard tests/baselines/*.c))
PEERS    := $(call programs,$(wildcard tests/servers/*.c))
# The leak check needs minutes and a build without sanitizers: a target of its own.
# The page in a browser is the same, whoever built the program that wrote it.
# Those that do not look at our programs' own code say the same of any build.
CHECKS   := $(filter-out tests/check_leaks.sh $(if $(SAN),$(addprefix tests/check_, \
            report.sh commands.sh lectures.sh demos.sh wrong.sh lab_texts.sh labs.sh grades.sh autograders.sh \
            hostile.sh points.sh)),$(wildcard tests/check_*.sh))
# Only these have to do with threads: to the others ThreadSanitizer has nothing to say.
THREADED := $(call programs,$(shell grep -lE '"(server|loadgen|tests/(conform|connect_pair|drive|converse))' tests/test_*.c))
CALLED   := $(if $(filter thread,$(SAN)),$(THREADED),$(TESTS))
TESTED   := $(if $(filter thread,$(SAN)),$(shell grep -l '<pthread.h>' $(SOURCES)),$(SOURCES))

# What lies in a model's folder and is on no list is a part of the models there.
companions = $(filter-out $(SOURCES),$(wildcard $(dir $(1))*.c $(dir $(1))*.S))
compiled   = $(patsubst %.c,$(BUILT)/%.o,$(patsubst %.S,$(BUILT)/%.o,$(1)))

SERVER_SIDE := $(BUILT)/server.a $(BUILT)/protocol.a $(BUILT)/base.a
CLIENT_SIDE := $(BUILT)/loadgen.a $(BUILT)/protocol.a $(BUILT)/base.a
BENCH_SIDE  := $(BUILT)/results.a $(CLIENT_SIDE)
SUITE       := $(BUILT)/tests/conform.a

# What the scripts that run tests need to know.
export BIN := $(BUILT)/bin
export INSTRUMENTED := $(if $(SAN),--instrumented)

# ---- Building ---------------------------------------------------------------------------------

all: tools $(CONFORM) $(GRADE) $(WRONG) $(STAGED) ## servers, load generator, benchmark, conformance suite
tools: servers $(LOADGEN) $(TALK) $(BENCH) $(TOP) $(if $(SAN),,bin)
servers: $(SERVERS)

bin: FORCE
	@[ "$$(readlink $@)" = $(BUILT)/bin ] || ln -sfn $(BUILT)/bin $@

$(foreach m,$(SOURCES),$(eval $(call programs,$m): $(call compiled,$m $(call companions,$m))))
$(call programs,$(filter uring/%,$(SOURCES))): LIBRARIES := -luring
$(SERVERS): $(SERVER_SIDE)
$(LOADGEN): $(BUILT)/loadgen/loadgen.o $(CLIENT_SIDE)
$(TALK): $(BUILT)/loadgen/talk.o $(CLIENT_SIDE)
$(BENCH): $(BUILT)/results/bench.o $(BENCH_SIDE)
$(TOP): $(BUILT)/watch/top.o $(BUILT)/watch.a $(BUILT)/base.a
$(WRONG): $(BUILT)/bin/wrong/%: $(BUILT)/labs/wrong/%.o $(BUILT)/labs/wrong/common.o $(SERVER_SIDE)
$(STAGED): $(BUILT)/docs/demos/fork_cost.o $(BUILT)/base.a
$(CONFORM): $(BUILT)/tests/conform.o $(SUITE) $(BUILT)/base.a
$(GRADE): $(BUILT)/grade/grade.o $(BUILT)/grade.a $(SUITE) $(BUILT)/loadgen.a $(BUILT)/base.a
$(TESTS): $(BUILT)/bin/%: $(BUILT)/tests/%.o $(BUILT)/grade.a $(SUITE)
$(SERVING): $(BUILT)/server.a
$(TESTS): $(BUILT)/watch.a $(BENCH_SIDE)
# Tests of what lies beside a model.
$(foreach m,$(SOURCES),$(if $(call companions,$m),$(foreach t,$(call programs,$(shell \
    grep -l '"$(dir $m)' tests/test_*.c)),$(eval $t: $(call compiled,$(call companions,$m))))))
$(call programs,$(shell grep -l '"uring/' tests/test_*.c)): LIBRARIES := -luring
$(BARE): $(BUILT)/bin/%: $(BUILT)/tests/bare/%.o
$(BASELINE): $(BUILT)/bin/%-echo: $(BUILT)/tests/baselines/%.o
$(filter %/libev-echo,$(BASELINE)): LIBRARIES := -lev
$(filter %/libuv-echo,$(BASELINE)): LIBRARIES := -luv
$(filter %/libevent-echo %/libevent_buffered-echo,$(BASELINE)): LIBRARIES := -levent
$(PEERS): $(BUILT)/bin/%: $(BUILT)/tests/servers/%.o $(BUILT)/protocol.a $(BUILT)/base.a
$(CONFORM) $(TESTS): CMOCKA := -lcmocka
$(LOADGEN) $(TALK) $(BENCH) $(TOP) $(CONFORM) $(GRADE) $(TESTS) $(PEERS): MATH := -lm

$(SERVERS) $(LOADGEN) $(TALK) $(BENCH) $(TOP) $(CONFORM) $(GRADE) $(TESTS) $(BARE) $(BASELINE) $(PEERS) $(WRONG) $(STAGED):
	@mkdir -p $(@D)
	@echo '  link     $@'
	$(Q)$(LINK) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(CMOCKA) -ljansson $(LIBRARIES) $(MATH) $(LDLIBS)

# The folder is named too, since its time changes when a file in it is removed.
MAINS := $(addprefix $(BUILT)/,loadgen/loadgen.o loadgen/talk.o results/bench.o watch/top.o grade/grade.o)
$(foreach d,base protocol server loadgen results watch grade tests/conform,$(eval $(BUILT)/$d.a: \
    $(filter-out $(MAINS),$(call objects,$d)) $d/.))
$(BUILT)/%.a:
	@mkdir -p $(@D)
	$(Q)rm -f $@ && ar rcs $@ $(filter %.o,$^)

$(BUILT)/%.o: %.c $(BUILT)/flags | $(BUILT)/found-jansson
	@mkdir -p $(@D)
	@echo '  compile  $<'
	$(Q)$(COMPILE) $(DEFINES) -MMD -MP -c -o $@ $<
$(BUILT)/%.o: %.S $(BUILT)/flags
	@mkdir -p $(@D)
	@echo '  assemble $<'
	$(Q)$(CC) $(SANITIZE) $(CPPFLAGS) -I. -g -MMD -MP -c -o $@ $<
$(call objects,uring): | $(BUILT)/found-liburing
$(call objects,tests) $(call objects,tests/conform): | $(BUILT)/found-cmocka

-include $(wildcard $(BUILT)/*/*.d $(BUILT)/*/*/*.d)

# A library that is missing is said in one line, not in a compiler's ten.
$(BUILT)/found-%: | $(BUILT)/flags
	@command -v $(firstword $(CC)) >/dev/null || \
	    { echo '$(firstword $(CC)) is missing: `make setup` installs what building needs' >&2; exit 1; }
	@printf '#if !__has_include(<%s.h>)\n#error\n#endif\n' $* | \
	    $(CC) $(CPPFLAGS) $(CFLAGS) -E -x c -o $@ - 2>/dev/null || \
	    { echo '$*.h is missing: `make setup` installs it' >&2; exit 1; }

# Stamps: written only when what they hold has changed, so that what depends on them is made again.
quoted = '$(subst ','\'',$(1))'
stamp  = @mkdir -p $(@D); echo $(call quoted,$(1)) | cmp -s - $@ || echo $(call quoted,$(1)) >$@

$(BUILT)/flags: FORCE
	$(call stamp,$(COMPILE) / $(LINK) $(LDLIBS))

COMMIT := $(if $(wildcard .git),$(shell git --no-optional-locks describe \
            --always --dirty --exclude='*' 2>/dev/null))
IDENTITY := -DECHOLAB_VERSION='"$(file <VERSION)"' $(if $(COMMIT),-DECHOLAB_COMMIT='"$(COMMIT)"')
$(BUILT)/version: FORCE
	$(call stamp,$(IDENTITY))
$(BUILT)/base/version.o: DEFINES := $(IDENTITY)
$(BUILT)/base/version.o: $(BUILT)/version

# ---- Measuring --------------------------------------------------------------------------------

# What is passed on to bin/bench: ONLY='idle churn' MODELS='epoll poll' OPTIONS='--repeats 7'
CHOSEN = $(if $(ONLY),--only '$(ONLY)') $(if $(MODELS),--models '$(MODELS)') $(OPTIONS)

bench: ## the headline models side by side, in three minutes: figures and a report
	@scripts/setup build bench
	@$(MAKE) --no-print-directory tools
	@$(BIN)/bench --quick --budget 3min $(CHOSEN)

bench-full: ## every scenario, in an hour: ONLY='idle churn' MODELS='epoll poll' OPTIONS='--budget 4h'
	@scripts/setup build bench
	@$(MAKE) --no-print-directory tools
	@$(BIN)/bench --budget 1h $(CHOSEN)

report: tools ## draws a run again without measuring: RUN=results/data/reference
	@[ -n '$(RUN)' ] || { echo 'usage: make report RUN=FOLDER, such as results/data/reference' >&2; exit 2; }
	@$(BIN)/bench report '$(RUN)'

timeline: tools ## who serves whom, when: four clients against each model, drawn from their traces
	@scripts/setup build bench
	@$(BIN)/bench timeline $(if $(MODELS),--models '$(MODELS)') $(OPTIONS)

# ---- Lectures ---------------------------------------------------------------------------------

demo: all ## the demos: a list, or one: D=second-client (OPTIONS='--auto', --tmux, --language ko)
	@scripts/demo $(OPTIONS) $(D)

demos-check: all ## every demo proves itself, three times in a row with the machine busy
	@tests/check_demos.sh --repeat 3 --busy

watch: $(TOP) ## the servers that run now, live (PIDS='1234 5678': these)
	@$(BIN)/top $(PIDS)

slides: ## the lectures' slides, one page each, in build/slides
	@scripts/setup slides
	@scripts/slides

# ---- Labs -------------------------------------------------------------------------------------

include labs/rules.mk

labs-check: all ## the long form of the labs' checks: half an hour
	@tests/check_points.sh --all --repeat 10
	@tests/check_hostile.sh --all
	@tests/check_labs.sh --all

# ---- Testing ----------------------------------------------------------------------------------

test: ## everything: unit tests, checks, the conformance suite for every model
	@scripts/setup build bench test
	@$(MAKE) --no-print-directory check

check: all $(CALLED) $(PEERS) $(if $(HELP2MAN),$(MANUAL))
	@scripts/run-tests $(CHECKS) $(CALLED) -- $(notdir $(TESTED:.c=))

conform: $(CONFORM) ## the suite for any program: SERVER='python3 my.py' SERVICES=echo SERVES=one
	@[ -n "$$SERVER" ] || { echo "usage: make conform SERVER='COMMAND' [SERVICES='echo frame'] \
	[SERVES=one|crew|many]" >&2; exit 2; }
	@$(CONFORM) $(if $(SERVICES),--services '$(SERVICES)') $(SERVES:%=--serves %) "$$SERVER"
export SERVER

conform-%: servers $(CONFORM) ## the suite for one of ours: conform-epoll
	@scripts/conform-models $*

leaks: servers ## each model once under valgrind
	@tests/check_leaks.sh

measure: servers $(BARE) ## epoll's echo path against a bare loop (MEASURE=counts: only what does not drift)
	@tests/bare/measure

measure-loadgen: servers $(LOADGEN) $(BARE) ## the generator against a bare loop (MEASURE=counts|cost|speed|memory)
	@tests/bare/measure_loadgen

baselines: ## minimal echo servers on libev, libuv and libevent, to measure ours against
	@scripts/setup build baselines
	@$(MAKE) --no-print-directory $(BASELINE)

ratios: ## what the wider family promises, as ratios with their intervals (ONLY=name: one of them)
	@scripts/setup build baselines
	@$(MAKE) --no-print-directory tools $(BARE) $(BASELINE)
	@scripts/ratios $(ONLY)

measure-baselines: ## what a request costs epoll and the baselines, counted: system calls, instructions
	@scripts/setup build baselines
	@$(MAKE) --no-print-directory tools $(BASELINE)
	@tests/baselines/measure_baselines

FUZZ := build/fuzz
fuzz: ## the protocol against libFuzzer, for SECONDS=60; what it finds goes to build/fuzz
	@mkdir -p $(FUZZ)/corpus
	$(Q)clang $(STANDARD) $(WARNINGS) -g -O1 -fsanitize=fuzzer,address,undefined \
	    -fno-sanitize-recover=all -o $(FUZZ)/protocol tests/fuzz_protocol.c protocol/*.c
	$(Q)$(FUZZ)/protocol -max_total_time=$(SECONDS) -timeout=10 -print_final_stats=1 \
	    -artifact_prefix=$(FUZZ)/ $(FUZZ)/corpus tests/corpus

lint: ## clang-tidy, cppcheck, clang-format, shellcheck
	@scripts/setup build lint
	@scripts/lint $(STANDARD) $(IDENTITY)

format: ## puts every C file in the form that lint asks for
	@git ls-files -co --exclude-standard '*.c' '*.h' | xargs clang-format -i

# ---- The rest ---------------------------------------------------------------------------------

setup: ## installs what is missing to build, test and lint (Debian packages)
	@scripts/setup all

man: ## the manual page of loadgen, made from its --help
	@scripts/setup build man
	@$(MAKE) --no-print-directory $(MANUAL)

# argp puts a space before a group's heading, where help2man looks for none.
$(MANUAL): $(LOADGEN)
	@echo '  manual   $@'
	$(Q)ARGP_HELP_FMT=header-col=0 LC_ALL=C help2man --no-info --output=$@ \
	    --name='drives an echo server and measures latency and throughput' $<

# Under libexec, so that nothing called `select` or `fork` lands in a PATH.
LIBEXEC = $(DESTDIR)$(PREFIX)/libexec/echolab
BINDIR  = $(DESTDIR)$(PREFIX)/bin
MAN1    = $(DESTDIR)$(PREFIX)/share/man/man1
DOC     = $(DESTDIR)$(PREFIX)/share/doc/echolab

install: tools $(if $(HELP2MAN),$(MANUAL)) ## all programs, docs: DESTDIR= PREFIX=/usr/local
	install -d $(addprefix $(LIBEXEC)/results/,scenarios plots page) $(BINDIR) $(MAN1) $(DOC)
	install $(SERVERS) $(LOADGEN) $(TALK) $(BENCH) $(TOP) $(LIBEXEC)
	install -m 644 models.tsv $(LIBEXEC)
	install -m 644 $(wildcard results/scenarios/*) $(LIBEXEC)/results/scenarios
	install -m 644 $(wildcard results/plots/*) $(LIBEXEC)/results/plots
	install -m 644 $(wildcard results/page/*) $(LIBEXEC)/results/page
	install $(LOADGEN) $(BINDIR)
	$(if $(HELP2MAN),install -m 644 $(MANUAL) $(MAN1),@echo 'No manual page: help2man is missing')
	install -m 644 README.md README.ko.md $(DOC)
	find docs -name '*.md' -o -name '*.png' | while read -r f; do install -D -m 644 "$$f" "$(DOC)/$$f" || exit; done

uninstall: ## takes away what install put there
	rm -rf $(LIBEXEC) $(DOC)
	rm -f $(BINDIR)/loadgen $(MAN1)/loadgen.1

clean: ## removes all that was made
	rm -rf build bin

help: ## this list
	@awk -F':.*## ' '/^[a-z%-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile labs/rules.mk
	@echo 'With CC=clang, SAN=address,undefined or SAN=thread: a build of its own. V=1: whole commands.'

FORCE:
.PHONY: all servers tools bench bench-full report timeline demo demos-check watch slides labs-check test check conform leaks \
        measure measure-loadgen baselines ratios measure-baselines fuzz lint format setup man install uninstall clean \
        help FORCE
