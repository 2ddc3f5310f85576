#include "api/provenance.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "checkpoint/json.h"
#include "text/grapheme.h"
#include "text/utf8.h"

namespace musicgen::api {
namespace {

constexpr size_t kMaxComment = 2000;  // bytes: players' fields are short

// A JSON object whose keys stay in the order they were set.
class Fields {
 public:
  void Set(const char* key, const std::string& json) {
    text_ += StrCat(text_.empty() ? "" : ",", checkpoint::QuoteJson(key), ":", json);
  }
  void SetText(const char* key, const std::string& text) { Set(key, checkpoint::QuoteJson(text)); }
  void SetReal(const char* key, double value) {
    Set(key, checkpoint::ToJson(checkpoint::JsonValue{value}));
  }
  std::string Object() const { return "{" + text_ + "}"; }

 private:
  std::string text_;
};

// The longest beginning that takes at most so many bytes inside a JSON string, cut where a reader
// sees no letter cut; within a heap of combining marks that is longer than that, between two.
std::string Beginning(const std::string& text, size_t json_bytes) {
  const auto until = [&](auto end_of_letter) {
    size_t end = 0, used = 0;
    while (end < text.size()) {
      const size_t next = end_of_letter(end);
      used += checkpoint::QuoteJson(text.substr(end, next - end)).size() - 2;
      if (used > json_bytes) break;
      end = next;
    }
    return end;
  };
  size_t end = until([&](size_t at) { return text::GraphemeEnd(text, at); });
  if (end == 0) end = until([&](size_t at) { return at + text::CodePointAt(text, at).bytes; });
  return text.substr(0, end);
}

// The last part of a path.
std::string NameOf(const std::string& path) {
  std::filesystem::path folder(path);
  if (!folder.has_filename()) folder = folder.parent_path();
  return folder.filename().string();
}

// The adapter's folder where its file has the usual name; of a snapshot in the hub's cache,
// "org/name".
std::string NameOfLora(const std::string& path) {
  std::filesystem::path place(path);
  if (!place.has_filename() || place.filename().string().starts_with("adapter_model.")) {
    place = place.parent_path();
  }
  std::string name = place.filename().string();
  constexpr std::string_view kRepository = "models--";
  const std::filesystem::path folder = place.parent_path();
  std::string repository = folder.parent_path().filename().string();
  if (folder.filename() == "snapshots" && repository.starts_with(kRepository)) {
    name = repository.substr(kRepository.size());
    if (const size_t at = name.find("--"); at != name.npos) name.replace(at, 2, "/");
  }
  return name.empty() ? path : name;
}

// The first of them; a comment has room for so many short names.
std::string Loras(const std::vector<LoraFile>& loras) {
  constexpr size_t kMostLoras = 6, kMostName = 80;
  std::string all;
  for (size_t i = 0; i < std::min(kMostLoras, loras.size()); ++i) {
    Fields fields;
    fields.SetText("name",
                   Beginning(text::ReplaceInvalidUtf8(NameOfLora(loras[i].path)), kMostName));
    fields.SetReal("strength", loras[i].strength);
    all += (all.empty() ? "" : ",") + fields.Object();
  }
  if (loras.size() > kMostLoras) all += StrCat(",{\"more\":", loras.size() - kMostLoras, "}");
  return "[" + all + "]";
}

std::string Describe(const std::optional<std::string>& prompt, bool is_cut,
                     const GenerationParams& params, const ModelInfo& info,
                     const std::string& stems) {
  const SamplingDefaults& own = info.sampling;
  Fields fields;
  prompt ? fields.SetText("prompt", *prompt) : fields.Set("prompt", "null");
  fields.Set("seed", std::to_string(params.seed));
  fields.SetReal("duration", params.duration_s);
  if (params.use_sampling) {
    fields.SetReal("temperature", params.temperature.value_or(own.temperature));
    fields.Set("top_k", std::to_string(params.top_k.value_or(own.top_k)));
    fields.SetReal("top_p", params.top_p.value_or(own.top_p));
  } else {
    fields.Set("greedy", "true");
  }
  fields.SetReal("cfg_coef", params.cfg_coef.value_or(own.cfg_coef));
  if (params.cfg_coef_beta) fields.SetReal("cfg_coef_beta", *params.cfg_coef_beta);
  const StyleParams& style = params.style;
  if (style.eval_q) fields.Set("style_eval_q", std::to_string(*style.eval_q));
  if (style.excerpt_s) fields.SetReal("style_excerpt", *style.excerpt_s);
  if (style.start_s) fields.SetReal("style_start", *style.start_s);
  if (style.ds_factor) fields.Set("style_ds_factor", std::to_string(*style.ds_factor));
  if (!stems.empty()) fields.SetText("stems", stems);
  if (params.two_step_cfg) fields.Set("two_step_cfg", "true");
  fields.SetText("precision", PrecisionName(info.precision));
  fields.SetText("model", NameOf(info.path));
  if (!info.loras.empty()) fields.Set("lora", Loras(info.loras));
  fields.SetText("software", StrCat("musicgen ", Version()));
  if (is_cut) fields.Set("prompt_is_cut", "true");
  return fields.Object();
}

}  // namespace

const char* Version() { return MUSICGEN_VERSION; }

std::string Provenance(const std::optional<std::string>& prompt, const GenerationParams& params,
                       const ModelInfo& info, const std::string& stems) {
  std::string whole = Describe(prompt, false, params, info, stems);
  if (whole.size() <= kMaxComment || !prompt) return whole;
  const size_t rest = Describe("", true, params, info, stems).size();
  const size_t room = kMaxComment - std::min(kMaxComment, rest);
  return Describe(Beginning(text::ReplaceInvalidUtf8(*prompt), room), true, params, info, stems);
}

}  // namespace musicgen::api
