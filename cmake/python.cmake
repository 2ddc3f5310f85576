# The shared library as the Python package carries it: musicgen_cpp/lib/libmusicgen.so. What is C++ is inside, so that it
# runs beside older C++ libraries and beside those that other packages bring.
enable_language(C)
find_library(MUSICGEN_YAML_CPP_STATIC libyaml-cpp.a)
if(MUSICGEN_YAML_CPP_STATIC)
  get_target_property(needs musicgen_shared LINK_LIBRARIES)
  list(TRANSFORM needs REPLACE "^yaml-cpp$" "${MUSICGEN_YAML_CPP_STATIC}")
  set_target_properties(musicgen_shared PROPERTIES LINK_LIBRARIES "${needs}")
  target_link_options(musicgen_shared PRIVATE -static-libstdc++ -static-libgcc)
endif()

# Beside it, for wheels that packaging/wheel/bundle.py makes. Needed by name though nothing of it is used when linking.
add_library(musicgen_glibc SHARED packaging/wheel/glibc_compat.c)
set_target_properties(musicgen_glibc PROPERTIES OUTPUT_NAME musicgen-glibc)
target_link_libraries(musicgen_shared PRIVATE -Wl,--push-state,--no-as-needed musicgen_glibc -Wl,--pop-state)

# An RPATH, not a RUNPATH: the libraries beside it find one another by it as well.
set_target_properties(musicgen_shared musicgen_glibc PROPERTIES SKIP_BUILD_RPATH ON INSTALL_RPATH "")
target_link_options(musicgen_shared PRIVATE -Wl,--disable-new-dtags,-rpath,$ORIGIN)
install(FILES $<TARGET_FILE:musicgen_shared> DESTINATION musicgen_cpp/lib RENAME libmusicgen.so COMPONENT python)
install(FILES $<TARGET_FILE:musicgen_glibc> DESTINATION musicgen_cpp/lib COMPONENT python)
