# fab_module(NAME [USES module ...] [LINKS target ...]) makes the object library of src/NAME. USES
# names the modules of lower floors whose code it calls; a test checks the #include lines against
# the table of floors in docs/architecture.md.
function(fab_module name)
  cmake_parse_arguments(ARG "" "" "USES;LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.c)
  add_library(fab_${name} STATIC ${sources})
  target_include_directories(fab_${name} PUBLIC ${CMAKE_SOURCE_DIR}/include
    PRIVATE ${CMAKE_SOURCE_DIR}/src)
  foreach(module IN LISTS ARG_USES)
    target_link_libraries(fab_${name} PUBLIC fab_${module})
  endforeach()
  target_link_libraries(fab_${name} PUBLIC ${ARG_LINKS} m)
  set_property(GLOBAL APPEND PROPERTY FAB_MODULES ${name})
endfunction()

# fab_test(NAME module ...) makes a Check program from tests/NAME.c and registers it with CTest.
function(fab_test name)
  add_executable(${name} ${CMAKE_SOURCE_DIR}/tests/${name}.c)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/tests)
  target_compile_definitions(${name} PRIVATE FAB_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  foreach(module IN LISTS ARGN)
    target_link_libraries(${name} PRIVATE fab_${module})
  endforeach()
  target_link_libraries(${name} PRIVATE PkgConfig::CHECK m)
  add_test(NAME ${name} COMMAND ${name})
endfunction()
