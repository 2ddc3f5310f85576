# cmake -DNM=… -DOBJECTS=… -P symbols_test.cmake: the object files of one instruction set may give
# the linker their kernel table and nothing else. An inline function of a shared header compiled
# there could become the whole program's copy, and stop it on processors without the set.
foreach(object IN LISTS OBJECTS)
  if(NOT object MATCHES "kernels_(scalar|avx2|avx512|avx512vnni|neon|neon_dotprod)\\.cc")
    continue()
  endif()
  execute_process(
    COMMAND ${NM} --extern-only --defined-only --format=posix ${object}
    OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX REPLACE "\n$" "" symbols "${symbols}")
  if(NOT symbols MATCHES "^[^\n]*k(Scalar|Avx2|Avx512|Avx512Vnni|Neon|NeonDotprod)Kernels[^\n]*$")
    message(FATAL_ERROR "${object} gives the linker more than its table:\n${symbols}")
  endif()
  math(EXPR checked "${checked} + 1")
endforeach()
if(NOT checked)
  message(FATAL_ERROR "no kernel objects among ${OBJECTS}")
endif()
