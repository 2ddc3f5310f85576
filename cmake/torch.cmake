# find_package(Torch) with the libtorch that the Python package torch carries: the target musicgen_torch.
include_guard(GLOBAL)
find_program(MUSICGEN_TORCH_PYTHON NAMES python3 DOC "The Python whose package torch holds libtorch")

if(NOT Torch_DIR)
  execute_process(
    COMMAND ${MUSICGEN_TORCH_PYTHON} -c "import torch; print(torch.utils.cmake_prefix_path)"
    OUTPUT_VARIABLE torch_prefix OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE torch_failed ERROR_QUIET)
  if(torch_failed)
    message(FATAL_ERROR "libtorch: expected a Python with the package torch in MUSICGEN_TORCH_PYTHON, found none in "
                        "\"${MUSICGEN_TORCH_PYTHON}\"")
  endif()
  set(Torch_DIR ${torch_prefix}/Torch CACHE PATH "The folder of TorchConfig.cmake")
endif()
find_package(Torch REQUIRED)

# The wheel links to libraries of the nvidia-* wheels beside it, which the linker does not look for there.
get_filename_component(torch_packages ${Torch_DIR}/../../../.. ABSOLUTE)
file(GLOB torch_nvidia_folders ${torch_packages}/nvidia/*/lib)
add_library(musicgen_torch INTERFACE)
target_link_libraries(musicgen_torch INTERFACE ${TORCH_LIBRARIES})
# Its headers are not ours to warn about.
target_include_directories(musicgen_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
foreach(folder ${torch_nvidia_folders})
  target_link_options(musicgen_torch INTERFACE -Wl,-rpath-link,${folder} -Wl,-rpath,${folder})
endforeach()
