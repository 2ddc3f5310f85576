# musicgen_shaders(VARIABLE SHADERS … INCLUDES …): compiles the folder's shaders/NAME.comp, which include
# shaders/INCLUDE.glsl, each with fma() as the device has it and made from double, and sets VARIABLE to the source that
# holds them all (gpu/shader_modules.h).
function(musicgen_shaders variable)
  cmake_parse_arguments(ARG "" "" "SHADERS;INCLUDES" ${ARGN})
  set(from ${CMAKE_CURRENT_SOURCE_DIR}/shaders)
  set(to ${CMAKE_CURRENT_BINARY_DIR}/shaders)
  file(MAKE_DIRECTORY ${to})
  list(TRANSFORM ARG_INCLUDES REPLACE "(.+)" "${from}/\\1.glsl" OUTPUT_VARIABLE includes)
  set(arrays "")
  set(rows "")
  set(words "")
  foreach(name ${ARG_SHADERS})
    foreach(variant fused exact)
      set(definitions "")
      if(variant STREQUAL "exact")
        set(definitions -DEXACT_FMA)
      endif()
      set(file ${to}/${name}.${variant}.inc)
      # Without -O: an optimiser between us and the driver's is one more to mistrust.
      add_custom_command(
        OUTPUT ${file}
        COMMAND ${MUSICGEN_GLSLC} --target-env=vulkan1.2 ${definitions} -Werror -mfmt=num -o ${file} ${from}/${name}.comp
        DEPENDS ${from}/${name}.comp ${includes}
        COMMENT "Compiling the shader ${name} (${variant})"
        VERBATIM)
      list(APPEND words ${file})
      string(APPEND arrays "constexpr uint32_t k_${name}_${variant}[] = {\n#include \"${file}\"\n};\n")
    endforeach()
    string(APPEND rows "    {\"${name}\", k_${name}_fused, k_${name}_exact},\n")
  endforeach()
  set(source ${to}/shader_modules.cc)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [[
// Written by cmake/shaders.cmake.
#include "gpu/shader_modules.h"

#include "base/check.h"

namespace musicgen::gpu {
namespace {

@arrays@
struct Module {
  std::string_view name;
  std::span<const uint32_t> fused, exact;
};
const Module kModules[] = {
@rows@};

}  // namespace

std::span<const uint32_t> ShaderModule(std::string_view name, bool exact_fma) {
  for (const Module& module : kModules) {
    if (module.name == name) return exact_fma ? module.exact : module.fused;
  }
  CheckFailed(__FILE__, __LINE__, "a shader of this name", std::string(name));
}

}  // namespace musicgen::gpu
]])
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS "${words}")
  set(${variable} ${source} PARENT_SCOPE)
endfunction()
