# A thin front: CMake presets and scripts do the work.
JOBS := $(shell nproc)
PREFIX ?= /usr/local

all:
	cmake --preset release -DBUILD_TESTING=OFF && cmake --build --preset release --parallel $(JOBS)

test:
	scripts/test

asan tsan fuzz:
	cmake --preset $@ && cmake --build --preset $@ --parallel $(JOBS) && ctest --preset $@

format:
	scripts/format

check-format:
	scripts/format --check

bench:
	scripts/bench

demo:
	scripts/demo

install: all
	cmake --install build/release --prefix $(PREFIX)

clean:
	cmake -E rm -rf build

.PHONY: all test asan tsan fuzz format check-format bench demo install clean
