# cpack -G DEB: musicgen (the program and the shared library) and libmusicgen-dev (what builds against it).
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL runtime development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "The musicgen authors <authors@musicgen.invalid>")

set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME musicgen)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION sound)
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION "music from text, melodies and sounds
A native engine for Meta's MusicGen models: the program musicgen, its manual
page and completions, and the shared library. It needs no Python and no
graphics card. The models are downloaded on demand and have licences of their
own; Meta's weights are not for commercial use.")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
# For HTTPS to the hub.
set(CPACK_DEBIAN_RUNTIME_PACKAGE_RECOMMENDS ca-certificates)
if(MUSICGEN_FFMPEG_BUILT)
  # For M4A, MP4, WebM; opened when such a file comes.
  set(CPACK_DEBIAN_RUNTIME_PACKAGE_SUGGESTS libavformat${MUSICGEN_FFMPEG_MAJOR})
endif()

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libmusicgen-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "music from text, melodies and sounds: for programs in C and C++
Headers, the static library, and the files by which CMake and pkg-config find
both libraries of musicgen.")
set(needs "musicgen (= ${PROJECT_VERSION})" libsndfile1-dev libmpg123-dev libpng-dev libyaml-cpp-dev)
if(MUSICGEN_HUB_BUILT)
  list(APPEND needs libcurl4-openssl-dev libssl-dev)
endif()
list(JOIN needs ", " CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS)

install(FILES packaging/debian/copyright DESTINATION share/doc/musicgen COMPONENT runtime)
install(FILES packaging/debian/copyright DESTINATION share/doc/libmusicgen-dev COMPONENT development)
include(CPack)
