// Any answer of a hub is either a listing whose paths stay below a folder and of which a choice can
// be made, or an Error.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/error.h"
#include "hub/choice.h"
#include "hub/hub_name.h"
#include "hub/listing.h"

namespace {

using namespace musicgen;

void Try(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    MG_CHECK(error.code() == ErrorCode::kBadInput);
    MG_CHECK(std::string(error.what()).find('\n') == std::string::npos);
  }
}

void Choose(const hub::Listing& listing, const hub::ChoiceOptions& options) {
  const hub::Choice choice = hub::ChooseFiles(listing, options, "facebook/model");
  MG_CHECK(!choice.files.empty());
  for (const hub::ListedFile& file : choice.files) {
    MG_CHECK(hub::FindFile(listing, file.path) != nullptr);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Try([&] { MG_CHECK(hub::IsCommit(hub::ParseCommit(text, "here"))); });
  MG_CHECK(hub::LicenceOf(text).find('\n') == std::string::npos);
  hub::Listing listing;
  Try([&] { hub::AddPage(text, "here", &listing); });
  for (const hub::ListedFile& file : listing) MG_CHECK(hub::IsPlainPath(file.path));
  const auto by_path = [](const auto& a, const auto& b) { return a.path < b.path; };
  MG_CHECK(std::is_sorted(listing.begin(), listing.end(), by_path));
  for (const hub::Form form : {hub::Form::kAuto, hub::Form::kAudioCraft, hub::Form::kGguf}) {
    Try([&] { Choose(listing, {form, "auto", {}}); });
  }
  Try([&] { Choose(listing, {hub::Form::kAuto, "auto", {"*.bin", "[a-z]*"}}); });
  return 0;
}
