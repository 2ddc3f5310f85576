# The shared library as the Python package carries it: musicgen_cpp/lib/libmusicgen.so. What is C++ is inside, so that it
# runs beside older C++ libraries and beside those that other packages bring.
find_library(MUSICGEN_YAML_CPP_STATIC libyaml-cpp.a)
if(MUSICGEN_YAML_CPP_STATIC)
  get_target_property(needs musicgen_shared LINK_LIBRARIES)
  list(TRANSFORM needs REPLACE "^yaml-cpp$" "${MUSICGEN_YAML_CPP_STATIC}")
  set_target_properties(musicgen_shared PROPERTIES LINK_LIBRARIES "${needs}")
  target_link_options(musicgen_shared PRIVATE -static-libstdc++)
endif()

include(cmake/portable.cmake)
musicgen_portable(musicgen_shared .)
install(FILES $<TARGET_FILE:musicgen_shared> DESTINATION musicgen_cpp/lib RENAME libmusicgen.so COMPONENT python)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/models/demo DESTINATION musicgen_cpp/share/musicgen COMPONENT python OPTIONAL)
if(TARGET musicgen_glibc)
  install(FILES $<TARGET_FILE:musicgen_glibc> DESTINATION musicgen_cpp/lib COMPONENT python)
endif()
