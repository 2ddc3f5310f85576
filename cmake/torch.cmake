# The libtorch that the Python package torch carries, as the target musicgen_torch. TorchConfig.cmake of a CUDA wheel
# asks for a CUDA toolkit and its compiler, which a program that only links to libtorch has no use for: headers and
# libraries are named here instead.
include_guard(GLOBAL)
find_program(MUSICGEN_TORCH_PYTHON NAMES python3 DOC "The Python whose package torch holds libtorch")

if(NOT MUSICGEN_TORCH_FOLDER)
  execute_process(
    COMMAND ${MUSICGEN_TORCH_PYTHON} -c
            "import importlib.util as i; print(i.find_spec('torch').submodule_search_locations[0])"
    OUTPUT_VARIABLE torch_folder OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE torch_failed ERROR_QUIET)
  if(torch_failed)
    message(FATAL_ERROR "libtorch: expected a Python with the package torch in MUSICGEN_TORCH_PYTHON, found none in "
                        "\"${MUSICGEN_TORCH_PYTHON}\"")
  endif()
  set(MUSICGEN_TORCH_FOLDER ${torch_folder} CACHE PATH "The folder of the Python package torch")
endif()

add_library(musicgen_torch INTERFACE)
# Its headers are not ours to warn about.
target_include_directories(musicgen_torch SYSTEM INTERFACE ${MUSICGEN_TORCH_FOLDER}/include
                                                           ${MUSICGEN_TORCH_FOLDER}/include/torch/csrc/api/include)
# libtorch.so leads to the GPU's libraries where there are any; nothing refers to it by name.
target_link_options(musicgen_torch INTERFACE -Wl,--no-as-needed)
foreach(name torch torch_cpu c10)
  find_library(MUSICGEN_LIB_${name} ${name} PATHS ${MUSICGEN_TORCH_FOLDER}/lib NO_DEFAULT_PATH REQUIRED)
  mark_as_advanced(MUSICGEN_LIB_${name})
  target_link_libraries(musicgen_torch INTERFACE ${MUSICGEN_LIB_${name}})
endforeach()
# The wheel links to libraries of the nvidia-* wheels beside it, which the linker does not look for there.
file(GLOB torch_nvidia_folders ${MUSICGEN_TORCH_FOLDER}/../nvidia/*/lib)
foreach(folder ${MUSICGEN_TORCH_FOLDER}/lib ${torch_nvidia_folders})
  target_link_options(musicgen_torch INTERFACE -Wl,-rpath-link,${folder} -Wl,-rpath,${folder})
endforeach()
