#include "musicgen/style.hpp"

#include <memory>
#include <vector>

#include "c_api/arguments.h"
#include "c_api/codes.h"
#include "c_api/guard.h"
#include "c_api/model.h"
#include "c_api/request.h"
#include "checkpoint/safetensors.h"

using namespace musicgen;
using namespace musicgen::c_api;

struct mg_style {
  static constexpr char kName[] = "mg_style";
  Style style;
};

mg_status mg_model_style(mg_model* model, const mg_request* request, mg_style** out) {
  return Create(out, [&] {
    const auto from = Get(model);
    return std::make_shared<mg_style>(mg_style{from->model.StyleOf(RequestOf(request))});
  });
}

mg_status mg_style_codes(const mg_style* style, mg_codes** out) {
  return Create(out, [&] { return MakeCodes(Codes(Get(style)->style.codes)); });
}

int64_t mg_style_vectors(const mg_style* style) {
  return Value([&] { return Get(style)->style.vectors; });
}

int64_t mg_style_width(const mg_style* style) {
  return Value([&] { return Get(style)->style.width; });
}

const float* mg_style_condition(const mg_style* style) {
  return Value([&]() -> const float* { return Get(style)->style.condition.data(); });
}

mg_status mg_style_write(const char* path, const mg_codes* codes, const float* condition,
                         int64_t vectors, int64_t width) {
  return Guard([&] {
    CheckMatrix("condition", condition, vectors, 1, width);
    const std::shared_ptr<const Codes> from = Get(codes)->codes;
    const std::vector<int64_t> values(from->values.begin(), from->values.end());
    checkpoint::WriteSafetensors(
        Text("path", path),
        {{"codes", DType::kI64, {from->codebooks, from->frames}, values.data()},
         {"condition", DType::kF32, {vectors, width}, condition}},
        {});
  });
}

void mg_style_free(mg_style* style) { Free(style); }
