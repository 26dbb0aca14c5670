# Language level, warnings and sanitizers for everything the project compiles.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(FAB_WERROR "treat warnings as errors" ON)
option(FAB_BENCH "build the measurements that scripts/bench runs" OFF)
option(FAB_FUZZ "build the fuzz targets (clang only)" OFF)
set(FAB_SANITIZE "" CACHE STRING "sanitizers, for example address,undefined or thread")

add_compile_definitions(_POSIX_C_SOURCE=200809L)
add_compile_options(-ffp-contract=off -Wall -Wextra -Wpedantic -Wconversion -Wshadow
  -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wdouble-promotion)
if(FAB_WERROR)
  add_compile_options(-Werror)
endif()
if(FAB_SANITIZE)
  add_compile_options(-fsanitize=${FAB_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${FAB_SANITIZE})
endif()
