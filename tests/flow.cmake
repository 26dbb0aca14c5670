# Flows that share links.
fab_test(test_queue flow base)
fab_test(test_names flow base)
fab_test(test_columns flow base)
fab_test(test_fill flow base)
fab_test(test_events flow base)
fab_test(test_waits flow base)
fab_test(test_group flow base)
fab_test(test_network flow base)
fab_test(test_flow_file flow base)
fab_test(test_simgrid flow base)

# the command; cli_test is made in cli.cmake, which comes before
cli_test(flows)
fab_replay(flows flow units base)

# SimGrid (LGPL) is an oracle: linked into a program of the tests, never into the library
find_path(SIMGRID_HEADERS simgrid/engine.h)
find_library(SIMGRID_LIBRARY simgrid)
set(oracle "")
if(SIMGRID_HEADERS AND SIMGRID_LIBRARY AND NOT FAB_SANITIZE)
  add_executable(simgrid_oracle ${CMAKE_CURRENT_LIST_DIR}/simgrid_oracle.c)
  target_include_directories(simgrid_oracle SYSTEM PRIVATE ${SIMGRID_HEADERS})
  target_link_libraries(simgrid_oracle PRIVATE ${SIMGRID_LIBRARY})
  set(oracle $<TARGET_FILE:simgrid_oracle>)
endif()
add_test(NAME simgrid_live
  COMMAND sh tests/simgrid_live.sh $<TARGET_FILE:fabricast_program> "${oracle}"
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(simgrid_live PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120)
