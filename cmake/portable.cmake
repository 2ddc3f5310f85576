# musicgen_portable(TARGET PLACE): TARGET finds the libraries that packaging/ puts into PLACE, and runs on older glibcs
# once packaging/elf_versions.py has seen to it.
include_guard(GLOBAL)

# Where such packages are made. Needed by name though nothing may be used of it when linking.
if(CMAKE_LIBRARY_ARCHITECTURE STREQUAL "x86_64-linux-gnu")
  enable_language(C)
  add_library(musicgen_glibc SHARED ${PROJECT_SOURCE_DIR}/packaging/glibc_compat.c)
  set_target_properties(musicgen_glibc PROPERTIES OUTPUT_NAME musicgen-glibc)
  # The parts of glibc that are libraries of their own before 2.34.
  target_link_options(musicgen_glibc PRIVATE -Wl,--no-as-needed -l:libpthread.so.0 -l:libdl.so.2 -l:libresolv.so.2)
endif()

function(musicgen_portable target place)
  if(TARGET musicgen_glibc)
    target_link_libraries(${target} PRIVATE -Wl,--push-state,--no-as-needed musicgen_glibc -Wl,--pop-state)
    set_target_properties(musicgen_glibc PROPERTIES LIBRARY_OUTPUT_DIRECTORY $<TARGET_FILE_DIR:${target}>/${place})
  endif()
  # An RPATH, not a RUNPATH: the libraries in PLACE find one another by it as well.
  set_target_properties(${target} PROPERTIES BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH $ORIGIN/${place})
  target_link_options(${target} PRIVATE -Wl,--disable-new-dtags)
endfunction()
