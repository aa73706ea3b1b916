# For GNU make: builds the grader by itself, from the folders that lie beside this file. It is the
# Makefile of a handout's check/, and of what an autograder unpacks. Needs a C compiler and jansson
# (Debian and Ubuntu: gcc make libjansson-dev).
#
# REFERENCE=select: the load generator and this model too, which ratio/throughput measures with.

MAKEFLAGS += --no-builtin-rules
ifeq ($(filter -j% --jobserver%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc)
endif
ifeq ($(origin CC),default)
CC := gcc
endif
CFLAGS ?= -O1

COMPILE  = $(CC) -std=c17 -D_GNU_SOURCE -I. -pthread $(CPPFLAGS) $(CFLAGS)
archives = $(patsubst %,build/%.a,$(1))
MODEL   := $(if $(REFERENCE),$(shell awk -F'\t' '$$1 == "$(REFERENCE)" { print $$2 }' models.tsv))
# What lies in a model's folder and is no model is a part of the models there.
PARTS   := $(MODEL) $(if $(MODEL),$(filter-out $(shell awk -F'\t' '{ print $$2 }' models.tsv),\
             $(wildcard $(dir $(MODEL))*.c)))

all: bin/grade $(if $(REFERENCE),bin/loadgen bin/$(REFERENCE))

bin/grade: build/grade/grade.o $(call archives,grade tests/conform loadgen base)
bin/loadgen: build/loadgen/loadgen.o $(call archives,loadgen protocol base)
ifneq ($(REFERENCE),)
bin/$(REFERENCE): $(PARTS:%.c=build/%.o) $(call archives,server protocol base)
endif
bin/%:
	@mkdir -p $(@D)
	@echo '  link     $@'
	@$(CC) -pthread $(CFLAGS) $(LDFLAGS) -o $@ $^ -ljansson -lm $(LDLIBS)

MAINS := $(addprefix build/,grade/grade.o loadgen/loadgen.o loadgen/talk.o)
$(foreach d,base protocol server loadgen grade tests/conform,$(eval build/$d.a: \
    $(filter-out $(MAINS),$(patsubst %.c,build/%.o,$(wildcard $d/*.c)))))
build/%.a:
	@mkdir -p $(@D)
	@rm -f $@ && ar rcs $@ $^

build/%.o: %.c | build/found-jansson
	@mkdir -p $(@D)
	@$(COMPILE) -MMD -MP -c -o $@ $<
build/base/version.o: COMPILE += -DECHOLAB_VERSION='"$(file <VERSION)"'

# A library that is missing is said in one line, not in a compiler's ten.
build/found-jansson:
	@mkdir -p $(@D)
	@echo '#include <jansson.h>' | $(CC) $(CPPFLAGS) -E -x c -o $@ - 2>/dev/null || \
	    { echo 'jansson.h is missing (Debian, Ubuntu: apt install libjansson-dev)' >&2; exit 1; }

-include $(wildcard build/*/*.d build/*/*/*.d)

clean:
	rm -rf build bin

.SECONDARY:
.DELETE_ON_ERROR:
.PHONY: all clean
