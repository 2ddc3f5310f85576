# The library that others link: the objects of all folders of src/ in one archive and in one shared library.
#   musicgen::musicgen  static
#   musicgen::shared    shared; exports what musicgen.map says

get_property(folders GLOBAL PROPERTY MUSICGEN_FOLDERS)
list(TRANSFORM folders REPLACE "(.+)" "$<TARGET_OBJECTS:\\1>" OUTPUT_VARIABLE objects)

# All that the library needs from outside: its link line.
set(MUSICGEN_NEEDS PkgConfig::SNDFILE PkgConfig::MPG123 PNG::PNG yaml-cpp Threads::Threads)
if(MUSICGEN_HUB_BUILT)
  list(APPEND MUSICGEN_NEEDS CURL::libcurl OpenSSL::Crypto)
  # What an installed static library looks for.
  set(MUSICGEN_HUB_PACKAGES CURL OpenSSL PARENT_SCOPE)
  set(MUSICGEN_HUB_LIBRARIES "-lcurl -lcrypto" PARENT_SCOPE)
endif()

add_library(musicgen_static STATIC ${objects})
add_library(musicgen_shared SHARED ${objects})
add_library(musicgen::musicgen ALIAS musicgen_static)
add_library(musicgen::shared ALIAS musicgen_shared)

foreach(target musicgen_static musicgen_shared)
  set_target_properties(${target} PROPERTIES OUTPUT_NAME musicgen LINKER_LANGUAGE CXX)
  target_link_libraries(${target} PRIVATE ${MUSICGEN_NEEDS})
  target_include_directories(${target} INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                                 $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_compile_features(${target} INTERFACE cxx_std_20)  # musicgen.hpp's; musicgen.h is C99
endforeach()

# For programs in C, whose linker adds neither.
target_link_libraries(musicgen_static PRIVATE stdc++ m)

# The number of the soname and of the symbols' version changes when a program built before would no longer work.
set_target_properties(musicgen_shared PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION 0
                                                 LINK_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/musicgen.map)
target_link_options(musicgen_shared PRIVATE -Wl,--version-script=${CMAKE_CURRENT_LIST_DIR}/musicgen.map)
