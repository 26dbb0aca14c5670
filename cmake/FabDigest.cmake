# fab_digest(MODULE) puts FAB_MODEL_DIGEST into the module: a digest of every source and data file that
# the numbers of a forecast follow from, so that results of two versions of the models are told apart.
set(FAB_DIGEST_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/digest.cmake)

function(fab_digest module)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/model_digest.c)
  file(GLOB_RECURSE inputs CONFIGURE_DEPENDS
    ${CMAKE_SOURCE_DIR}/src/*.c ${CMAKE_SOURCE_DIR}/src/*.h
    ${CMAKE_SOURCE_DIR}/include/fabricast/*.h
    ${CMAKE_SOURCE_DIR}/data/*.yaml)
  # scales fitted to runs are for readers
  list(FILTER inputs EXCLUDE REGEX "/data/calibration/runs\\.yaml$")
  # what stores and prints results computes none
  list(FILTER inputs EXCLUDE REGEX "/src/(store|report|validate|schema)/|/fabricast/(report|study_store|calibrate|schema)\\.h$")
  list(JOIN inputs "\n" lines)
  file(CONFIGURE OUTPUT ${output}.list CONTENT "${lines}\n" @ONLY)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DLIST=${output}.list -P ${FAB_DIGEST_SCRIPT}
    DEPENDS ${FAB_DIGEST_SCRIPT} ${output}.list ${inputs} VERBATIM)
  target_sources(fab_${module} PRIVATE ${output})
endfunction()
