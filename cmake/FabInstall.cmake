# What `cmake --install` lays down, in two parts: the program with its library, and what others need
# to build on the library. `cpack -G DEB` makes one Debian package of each.
# relative to the file, so that an installed tree can be moved
file(RELATIVE_PATH FAB_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(packaging/fabricast.pc.in fabricast.pc @ONLY)

install(TARGETS fabricast
  LIBRARY COMPONENT runtime NAMELINK_COMPONENT development)
install(TARGETS fabricast_program RUNTIME COMPONENT runtime)
install(DIRECTORY include/fabricast DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(FILES ${CMAKE_BINARY_DIR}/fabricast.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
install(FILES docs/fabricast.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT runtime)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright COMPONENT runtime)
install(DIRECTORY examples studies DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libfabricast-dev RENAME copyright
  COMPONENT development)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VENDOR "Fabricast")
set(CPACK_PACKAGE_CONTACT "The Fabricast project <fabricast@example.org>")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL runtime development)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME fabricast)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION science)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libfabricast-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_DEPENDS
  "libc6 (>= 2.36), libcminpack1, libgomp1, libjansson4, libsmartcols1, libsqlite3-0 (>= 3.37), libyaml-0-2")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_RECOMMENDS "gnuplot-nox, fonts-dejavu-core")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "fabricast (= ${PROJECT_VERSION})")
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION
  "forecasts AI training on interconnect fabrics\n Says how fast, how hot and at what cost a training job runs on an\n interconnect fabric, from the link to the whole run.")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
  "headers of libfabricast\n What a C or C++ program needs to call the models of Fabricast.")
include(CPack)
