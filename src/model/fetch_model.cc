#include "model/fetch_model.h"

#include <filesystem>
#include <optional>
#include <vector>

#include "base/error.h"
#include "hub/cache.h"
#include "hub/environment.h"
#include "hub/hub_error.h"
#include "hub/hub_name.h"
#include "model/audiocraft_files.h"
#include "model/companions.h"
#include "model/demo_model.h"
#include "model/demucs_files.h"
#include "model/model_files.h"
#include "model/model_path.h"
#include "model/named_stages.h"
#include "model/weights.h"

namespace musicgen::model {
namespace {

namespace fs = std::filesystem;
using hub::Role;

std::string Find(const std::string& name, Role role) {
  return role == Role::kAdapter ? FindAdapter(name) : FindModel(name);
}

// The path where `name` is whole on this machine.
std::optional<std::string> FindWhole(const std::string& name, Role role,
                                     const std::string& precision) {
  try {
    return hub::WholeModel(Find(name, role), role, precision);
  } catch (const Error&) {
    return std::nullopt;  // not here, or not of this revision
  }
}

// Where `name` has weights at least.
std::optional<std::string> FindWeights(const std::string& name) {
  try {
    const std::string path = FindModel(name);
    if (HasWeights(path) || IsAudioCraftDirectory(path)) return path;
  } catch (const Error&) {
    return std::nullopt;
  }
  return std::nullopt;
}

// Whether it is a melody model, whose melodies AudioCraft separates first.
bool FollowsMelodies(const std::string& path) {
  try {
    if (IsAudioCraftDirectory(path)) return OpenAudioCraftLm(path).melody.has_value();
    const auto files = OpenSideFiles(path);
    return files->Has(kConfigFile) &&
           files->ReadConfig(kConfigFile).String("model_type", "") == "musicgen_melody";
  } catch (const Error&) {
    return false;  // OpenModel says what is wrong
  }
}

hub::Result AtHand(const std::string& path) {
  hub::Result result;
  result.finished = true;
  result.repositories.push_back({"", "", path, "", 0, 0});
  return result;
}

Role RoleOf(const std::string& name) {
  if (name.find("MERT") != name.npos) return Role::kStyleEncoder;
  return name.find("encodec") != name.npos ? Role::kCodec : Role::kTextEncoder;
}

class Fetcher {
 public:
  Fetcher(const FetchRequest& request, const std::function<bool(const hub::Progress&)>& progress)
      : request_(request), progress_(progress) {}

  hub::Result Run() {
    if (request_.role == Role::kDemucs) return FetchDemucs(request_.model);
    hub::Result result = FetchNamed();
    if (!result.finished || request_.role != Role::kModel || !request_.offline.empty()) {
      return result;
    }
    const std::string path = result.repositories.front().path;
    for (const NamedStage& stage : NamedStages(path)) {
      if (stage.role == Role::kStyleEncoder && !request_.style) continue;
      if (IsGiven(stage.role) || HasStage(path, stage)) continue;
      Add(FetchStage(stage), &result);
      if (!result.finished) return result;
    }
    const bool has_come = !result.repositories.front().id.empty();
    if ((request_.stems || has_come) && FollowsMelodies(path) && !FindDemucs("", path)) {
      if (request_.stems) {
        Add(FetchDemucs(""), &result);
      } else {
        OfferDemucs(&result);
      }
    }
    return result;
  }

 private:
  static void Add(hub::Result more, hub::Result* result) {
    result->finished = more.finished;
    result->notes.insert(result->notes.end(), more.notes.begin(), more.notes.end());
    result->repositories.insert(result->repositories.end(), more.repositories.begin(),
                                more.repositories.end());
  }

  // A file or folder that is named, or what a cache holds, torch's included; else the hub's. What
  // cannot be on the hub is looked for here, whose error names demucs.
  hub::Result FetchDemucs(const std::string& name) const {
    std::error_code error;
    const bool is_here = fs::exists(name, error) || hub::IdsOf(hub::ParseHubName(name).id).empty();
    if (name.empty() ? !request_.refresh : is_here) {
      if (const auto path = FindDemucs(name, "")) return AtHand(*path);
    }
    FetchRequest request = request_;
    request.model = name.empty() ? kDemucsRepository : name;
    request.revision = "";
    request.choice = {};
    request.role = Role::kDemucs;
    return Fetcher(request, progress_).FetchNamed();
  }

  static void OfferDemucs(hub::Result* result) {
    result->notes.push_back(
        StrCat("melodies: drums and bass stay in them; AudioCraft removes them first, with "
               "HT-Demucs: `musicgen download ",
               kDemucsRepository, "` (84 MB, MIT) brings it"));
  }

  hub::Result FetchNamed() const {
    if (request_.role == Role::kModel && MeansDemo(request_.model)) return AtHand(FindModel(""));
    std::error_code error;
    if (fs::exists(request_.model, error) || fs::exists(hub::ExpandPath(request_.model), error)) {
      return AtHand(Find(request_.model, request_.role));
    }
    const hub::HubName name = hub::ParseHubName(request_.model);
    const std::string revision = request_.revision.empty() ? name.revision : request_.revision;
    const std::string full = revision.empty() ? name.id : name.id + "@" + revision;
    const auto whole = FindWhole(full, request_.role, request_.choice.precision);
    if (whole && !request_.refresh) return AtHand(*whole);
    const std::vector<std::string> ids = hub::IdsOf(name.id);
    if (ids.empty()) return AtHand(Find(full, request_.role));  // says what it is not
    if (!request_.offline.empty()) return Offline(full);
    hub::Want want = {hub::IdToAsk(ids), revision.empty() ? "main" : revision, request_.choice};
    if (request_.role == Role::kAdapter) want.choice.form = hub::Form::kAdapter;
    if (request_.role == Role::kDemucs) want.choice.form = hub::Form::kDemucs;
    try {
      return hub::Download(
          want, [&](const hub::Choice& choice) { return Companions(choice); }, progress_);
    } catch (const hub::Unavailable& problem) {
      return FromCache(full, problem);
    }
  }

  hub::Result Offline(const std::string& name) const {
    try {
      return AtHand(Find(name, request_.role));
    } catch (const Error& problem) {
      ThrowBadInput(problem.what(), ", and ", request_.offline, " forbids to download it");
    }
  }

  // The hub is out of order: what an earlier download left may do, if it has weights.
  hub::Result FromCache(const std::string& name, const hub::Unavailable& problem) const {
    const bool any = request_.choice.form == hub::Form::kAuto && request_.choice.patterns.empty();
    auto path = any ? FindWhole(name, request_.role, request_.choice.precision) : std::nullopt;
    if (any && !path && !request_.refresh) path = FindWeights(name);
    if (!path) throw problem;
    hub::Result result = AtHand(*path);
    result.notes.push_back(StrCat(problem.what(), ": going on with what the cache holds"));
    return result;
  }

  // Before the files are here, the stages they will name most probably.
  std::vector<hub::Want> Companions(const hub::Choice& choice) const {
    std::vector<hub::Want> wants;
    for (const std::string& name : choice.companions) {
      const Role role = RoleOf(name);
      if (IsGiven(role) || FindWhole(name, role, "auto")) continue;
      wants.push_back({hub::IdToAsk(hub::IdsOf(name)), "main", {}});
    }
    return wants;
  }

  bool IsGiven(Role role) const {
    const std::string& given = role == Role::kCodec          ? request_.codec
                               : role == Role::kStyleEncoder ? request_.style_encoder
                                                             : request_.text_encoder;
    return !given.empty();
  }

  static bool HasStage(const std::string& model, const NamedStage& stage) {
    const std::string folder =
        fs::is_directory(model) ? model : fs::absolute(model).parent_path().string();
    try {
      return hub::WholeModel(FindCompanion(folder, stage.companion), stage.role, "auto")
          .has_value();
    } catch (const Error&) {
      return false;
    }
  }

  hub::Result FetchStage(const NamedStage& stage) const {
    const std::vector<std::string> ids = hub::IdsOf(stage.companion.name);
    hub::Result nothing;
    nothing.finished = true;
    if (ids.empty()) return nothing;  // no name of the hub: OpenModel says what is missing
    try {
      return hub::Download(
          {hub::IdToAsk(ids), "main", {}},
          [](const hub::Choice&) { return std::vector<hub::Want>(); }, progress_);
    } catch (const Error& problem) {
      throw Error(problem.code(), StrCat(problem.what(), "; ", stage.companion.where, " names it, ",
                                         stage.companion.option, " names another directory"));
    }
  }

  const FetchRequest& request_;
  const std::function<bool(const hub::Progress&)>& progress_;
};

}  // namespace

hub::Result FetchModel(const FetchRequest& request,
                       const std::function<bool(const hub::Progress&)>& progress) {
  return Fetcher(request, progress).Run();
}

}  // namespace musicgen::model
