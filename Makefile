# The everyday words. Meson and Ninja do the work; this only says what each word means.
#
#   make                 build build/potlac
#   make demo            install what the build needs, build, and run the main job on examples/streaming
#   make check           build and run every test;  T=lang/heredoc runs one;  T=lang runs a layer's
#   make compat          compare catalogs with an installed Puppet's;  EVERY=20 takes every twentieth class
#   make lint bench fuzz install clean
#
#   SAN=address,undefined   build with sanitizers (in a build folder of its own)
#   DEV=1                   warnings are errors;  CC=clang  another compiler;  V=1  verbose

CC ?= cc
SAN ?=
DEV ?=
T ?=
PREFIX ?= /usr/local

comma := ,
build := build$(if $(filter-out cc gcc,$(CC)),-$(notdir $(CC)))$(if $(SAN),-$(subst $(comma),-,$(SAN)))
options := --prefix=$(PREFIX) $(if $(SAN),-Db_sanitize=$(SAN) -Db_lundef=false) $(if $(DEV),-Dwerror=true)
ninja := ninja -C $(build) $(if $(V),-v,--quiet)

all: $(build)/build.ninja
	@$(if $(DEV),meson configure $(build) -Dwerror=true)
	@$(ninja)

$(build)/build.ninja:
	@command -v meson >/dev/null || { echo "meson is missing: run 'make deps', or install: $$(tools/deps --list build)"; exit 1; }
	@CC=$(CC) meson setup $(build) $(options) >$(build).log 2>&1 && rm -f $(build).log || { cat $(build).log; rm -f $(build).log; exit 1; }

deps:
	@tools/deps build

demo:
	@tools/deps build
	@$(MAKE) --no-print-directory all
	@POTLAC=$(build)/potlac examples/streaming/demo

# T may be a test (lang/heredoc), a layer (lang), or empty.
check: all
	@tools/check $(build) $(T)

compat: all
	@tools/deps compat
	@tests/compat/run $(build)/potlac

lint:
	@tools/lint

bench: all
	@bench/run $(build)

fuzz:
	@fuzz/run

install: all
	@meson install -C $(build) --no-rebuild

clean:
	rm -rf build build-*

.PHONY: all deps demo check compat lint bench fuzz install clean
