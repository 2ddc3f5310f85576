# Writes OUTPUT, a C++ file with every file of FOLDER as bytes: cmake -DFOLDER=… -DOUTPUT=… -P embed_page.cmake
file(GLOB_RECURSE names RELATIVE ${FOLDER} ${FOLDER}/*)
list(SORT names)
set(arrays)
set(rows)
set(i 0)
foreach(name IN LISTS names)
  if(name MATCHES "(^|/)(README\\.md|CMakeLists\\.txt|\\..*)$")
    continue()
  endif()
  file(READ ${FOLDER}/${name} hex HEX)
  file(SHA256 ${FOLDER}/${name} digest)
  string(SUBSTRING ${digest} 0 16 tag)
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND arrays "constexpr unsigned char kFile${i}[] = {${bytes}0};\n")
  string(APPEND rows "    {\"${name}\", {reinterpret_cast<const char*>(kFile${i}), ${size}}, \"${tag}\"},\n")
  math(EXPR i "${i} + 1")
endforeach()
set(text "#include \"serve/routes/page.h\"

namespace musicgen::serve {
namespace {

${arrays}
}  // namespace

std::span<const PageFile> PageFiles() {
  static const PageFile files[] = {
${rows}  };
  return files;
}

}  // namespace musicgen::serve
")
file(WRITE ${OUTPUT} "${text}")
