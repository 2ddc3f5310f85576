# cmake --install: both libraries, the headers, the program, and what CMake and pkg-config read to find them.
# Component runtime is what programs need, development what builds them.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/musicgen)
install(DIRECTORY include/musicgen DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
foreach(kind static shared)
  set_target_properties(musicgen_${kind} PROPERTIES EXPORT_NAME ${kind})
  install(TARGETS musicgen_${kind} EXPORT musicgen_${kind}
          LIBRARY COMPONENT runtime NAMELINK_COMPONENT development ARCHIVE COMPONENT development)
  install(EXPORT musicgen_${kind} NAMESPACE musicgen:: FILE musicgen-${kind}.cmake DESTINATION ${package_dir}
          COMPONENT development)
endforeach()
if(TARGET musicgen_cli)
  install(TARGETS musicgen_cli COMPONENT runtime)
endif()
# The model that is used where none is named; source archives may lack it.
install(DIRECTORY models/demo DESTINATION ${CMAKE_INSTALL_DATADIR}/musicgen COMPONENT runtime OPTIONAL)

configure_package_config_file(cmake/musicgen-config.cmake.in musicgen-config.cmake INSTALL_DESTINATION ${package_dir})
# A minor version may still change the C++ layer.
write_basic_package_version_file(musicgen-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/musicgen-config.cmake ${PROJECT_BINARY_DIR}/musicgen-config-version.cmake
        DESTINATION ${package_dir} COMPONENT development)

# The file says where it lies, so that the tree can be moved.
file(RELATIVE_PATH pc_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(cmake/musicgen.pc.in musicgen.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/musicgen.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
