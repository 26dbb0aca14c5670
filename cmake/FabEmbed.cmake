# fab_embed(MODULE file ...) puts data files, given by their path from the root of the project, into
# the module as string literals; src/catalog/embedded.h declares the tables.
add_executable(fab_embed_tool ${CMAKE_SOURCE_DIR}/cmake/embed.c)

function(fab_embed module)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${module}_data.c)
  list(TRANSFORM ARGN PREPEND ${CMAKE_SOURCE_DIR}/ OUTPUT_VARIABLE inputs)
  add_custom_command(OUTPUT ${output}
    COMMAND fab_embed_tool ${output} ${CMAKE_SOURCE_DIR} ${module} ${ARGN}
    DEPENDS fab_embed_tool ${inputs} VERBATIM)
  # a data file is longer than what C promises for one literal; every compiler we use takes it
  set_source_files_properties(${output} PROPERTIES COMPILE_OPTIONS -Wno-overlength-strings)
  target_sources(fab_${module} PRIVATE ${output})
endfunction()
