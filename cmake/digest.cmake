# usage: cmake -DOUTPUT=FILE -DLIST=FILE -P digest.cmake
# Writes a C file with the digest of the files that LIST names, one a line.
file(STRINGS ${LIST} inputs)
set(digests "")
foreach(input IN LISTS inputs)
  file(SHA256 ${input} digest)
  string(APPEND digests ${digest})
endforeach()
string(SHA256 all "${digests}")
string(SUBSTRING ${all} 0 16 all)
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT
  "extern const char FAB_MODEL_DIGEST[];\nconst char FAB_MODEL_DIGEST[] = \"${all}\";\n" @ONLY)
