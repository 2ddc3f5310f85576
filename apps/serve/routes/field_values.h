// What a request says in its fields.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "serve/routes/field.h"

namespace musicgen::serve {

// The file of a multipart field; `data` lies in the request's body.
struct FileValue {
  std::string_view data;
  std::string file_name;
};

// Checked against a table: what is here has the type and the range that it says.
class FieldValues {
 public:
  // Each throws Refusal (400, `param` the field's name) with one sentence for the first fault.
  // JSON: an object; `where` begins sentences that no field is to blame for.
  static FieldValues FromJson(const std::vector<Field>& fields, OtherFields others,
                              std::string_view body);
  static FieldValues FromObject(const std::vector<Field>& fields, OtherFields others,
                                const Json& object, const std::string& prefix);
  static FieldValues FromMultipart(const std::vector<Field>& fields, OtherFields others,
                                   std::string_view content_type, std::string_view body);
  // A query's parameters.
  static FieldValues FromTexts(const std::vector<Field>& fields, OtherFields others,
                               const std::map<std::string, std::string>& texts);

  // Nothing for one that is absent or null.
  std::optional<std::string> Text(const std::string& name) const;
  std::optional<double> Number(const std::string& name) const;
  std::optional<int64_t> Integer(const std::string& name) const;
  bool Boolean(const std::string& name, bool otherwise) const;
  const Json* Find(const std::string& name) const;
  const FileValue* File(const std::string& name) const;
  bool IsNull(const std::string& name) const;  // given as null

 private:
  void Take(const Field& field, const Json& value, const std::string& prefix);

  std::map<std::string, Json> values_;
  std::map<std::string, FileValue> files_;
};

}  // namespace musicgen::serve
