#include "checkpoint/weight_norm_names.h"

#include <string_view>

namespace musicgen::checkpoint {
namespace {

struct Spelling {
  std::string_view old_end, new_end;
};
constexpr Spelling kSpellings[] = {{".weight_g", ".parametrizations.weight.original0"},
                                   {".weight_v", ".parametrizations.weight.original1"}};

std::string WithEnd(std::string name, std::string_view end, std::string_view other) {
  if (name.ends_with(end)) name.replace(name.size() - end.size(), end.size(), other);
  return name;
}

}  // namespace

std::string OldWeightNormName(std::string name) {
  for (const Spelling& s : kSpellings) name = WithEnd(std::move(name), s.new_end, s.old_end);
  return name;
}

std::string NewWeightNormName(std::string name) {
  for (const Spelling& s : kSpellings) name = WithEnd(std::move(name), s.old_end, s.new_end);
  return name;
}

}  // namespace musicgen::checkpoint
