# The shared library as the Python package carries it: musicgen_cpp/lib/libmusicgen.so. What is C++ is inside, so that it
# runs beside older C++ libraries and beside those that other packages bring.
enable_language(C)
find_library(MUSICGEN_YAML_CPP_STATIC libyaml-cpp.a)
if(MUSICGEN_YAML_CPP_STATIC)
  get_target_property(needs musicgen_shared LINK_LIBRARIES)
  list(TRANSFORM needs REPLACE "^yaml-cpp$" "${MUSICGEN_YAML_CPP_STATIC}")
  set_target_properties(musicgen_shared PROPERTIES LINK_LIBRARIES "${needs}")
  target_link_options(musicgen_shared PRIVATE -static-libstdc++)
endif()

# Beside it, for wheels that packaging/wheel/bundle.py makes. Needed by name though nothing of it is used when linking.
add_library(musicgen_glibc SHARED packaging/wheel/glibc_compat.c)
set_target_properties(musicgen_glibc PROPERTIES OUTPUT_NAME musicgen-glibc)
# The old threads' library by its name: a program may not have it.
target_compile_options(musicgen_glibc PRIVATE -fno-builtin)
target_link_options(musicgen_glibc PRIVATE -Wl,--no-as-needed -l:libpthread.so.0)
target_link_libraries(musicgen_shared PRIVATE -Wl,--push-state,--no-as-needed musicgen_glibc -Wl,--pop-state)

# An RPATH, not a RUNPATH: the libraries beside it find one another by it as well.
set_target_properties(musicgen_shared PROPERTIES BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH "$ORIGIN")
target_link_options(musicgen_shared PRIVATE -Wl,--disable-new-dtags)
set_target_properties(musicgen_glibc PROPERTIES LIBRARY_OUTPUT_DIRECTORY $<TARGET_FILE_DIR:musicgen_shared>)
install(FILES $<TARGET_FILE:musicgen_shared> DESTINATION musicgen_cpp/lib RENAME libmusicgen.so COMPONENT python)
install(FILES $<TARGET_FILE:musicgen_glibc> DESTINATION musicgen_cpp/lib COMPONENT python)
