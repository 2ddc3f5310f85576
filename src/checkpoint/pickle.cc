#include "checkpoint/pickle.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <limits>
#include <memory>
#include <optional>

#include "base/error.h"
#include "checkpoint/pickle_globals.h"
#include "checkpoint/pickle_opcodes.h"
#include "checkpoint/utf8.h"

namespace musicgen::checkpoint {
namespace {

constexpr size_t kMostBytes = size_t{64} << 20;
constexpr size_t kMostValues = size_t{1} << 21;
constexpr size_t kMostMarks = 256;  // open at once
constexpr size_t kMostDimensions = 16;
constexpr size_t kLongestName = 200;  // of a module or a global
constexpr int64_t kMostElements = int64_t{1} << 48;

bool IsFloating(DType dtype) {
  return dtype == DType::kF64 || dtype == DType::kF32 || dtype == DType::kF16 ||
         dtype == DType::kBF16;
}

// Where torch.load can put a storage; the device itself is ignored here.
bool IsDevice(std::string_view location) {
  for (const std::string_view device : {"cpu", "cuda", "mps", "xpu", "hpu", "meta"}) {
    if (location == device) return true;
    if (device == "cpu" || !location.starts_with(device)) continue;
    const std::string_view index = location.substr(device.size());
    if (index.size() >= 2 && index.size() <= 4 && index[0] == ':' &&
        std::all_of(index.begin() + 1, index.end(), [](char c) { return c >= '0' && c <= '9'; })) {
      return true;
    }
  }
  return false;
}

}  // namespace

class PickleMachine {
 public:
  PickleMachine(std::string_view bytes, const std::string& where, PickleGlobals globals)
      : bytes_(bytes), where_(where), globals_(globals) {
    if (bytes.size() > kMostBytes) {
      ThrowBadInput(where, ": expected at most ", kMostBytes, " bytes of pickle, found ",
                    bytes.size());
    }
  }

  Pickle Run() {
    if (Byte() != pickle::kProto || Byte() != 2) Fail("expected a pickle of protocol 2");
    for (unsigned char opcode = Byte(); opcode != pickle::kStop; opcode = Byte()) Step(opcode);
    if (!marks_.empty() || stack_.size() != 1) Fail("STOP with values left over");
    if (at_ != bytes_.size()) Fail("bytes behind STOP");
    result_.root_ = stack_.back();
    return std::move(result_);
  }

 private:
  template <class... Args>
  [[noreturn]] void Fail(const Args&... args) const {
    ThrowBadInput(where_, ": pickle at byte ", at_, ": ", args...);
  }

  // Input.
  std::string_view Take(size_t count) {
    if (bytes_.size() - at_ < count) Fail("ends inside an instruction");
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }
  unsigned char Byte() { return static_cast<unsigned char>(Take(1)[0]); }
  uint32_t Little(size_t count) {
    const std::string_view bytes = Take(count);
    uint32_t value = 0;
    for (size_t i = count; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
  }
  int64_t Long() {
    const size_t count = Byte();
    if (count > 8) Fail("an integer of ", count, " bytes, expected at most 8");
    const std::string_view bytes = Take(count);
    uint64_t value = 0;
    for (size_t i = count; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    if (count > 0 && count < 8 && (static_cast<unsigned char>(bytes[count - 1]) & 0x80) != 0) {
      value |= ~uint64_t{0} << (8 * count);
    }
    return static_cast<int64_t>(value);
  }
  double Double() {
    uint64_t bits = 0;
    for (const char c : Take(8)) bits = bits << 8 | static_cast<unsigned char>(c);
    return std::bit_cast<double>(bits);
  }
  std::string Text() {
    const std::string_view text = Take(Little(4));
    if (!IsUtf8(text)) Fail("a string that is not UTF-8");
    return std::string(text);
  }
  std::string_view Line() {
    const size_t end =
        bytes_.substr(0, std::min(bytes_.size(), at_ + kLongestName)).find('\n', at_);
    if (end == bytes_.npos) Fail("a GLOBAL without an end");
    const std::string_view line = Take(end - at_);
    ++at_;
    return line;
  }

  // Values. Those before the last mark are out of reach.
  void Push(PickleRef ref) { stack_.push_back(ref); }
  void Push(PickleValue value) {
    if (result_.values_.size() == kMostValues) Fail("more than ", kMostValues, " values");
    result_.values_.push_back(std::move(value));
    Push(static_cast<PickleRef>(result_.values_.size() - 1));
  }
  size_t Floor() const { return marks_.empty() ? 0 : marks_.back(); }
  PickleRef TopRef() const {
    if (stack_.size() <= Floor()) Fail("a value is missing");
    return stack_.back();
  }
  PickleRef Pop() {
    const PickleRef ref = TopRef();
    stack_.pop_back();
    return ref;
  }
  std::vector<PickleRef> Pop(size_t count) {
    if (stack_.size() - Floor() < count) Fail("a value is missing");
    std::vector<PickleRef> values(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
    stack_.resize(stack_.size() - count);
    return values;
  }
  std::vector<PickleRef> PopMark() {
    if (marks_.empty()) Fail("a mark is missing");
    std::vector<PickleRef> values = Pop(stack_.size() - Floor());
    marks_.pop_back();
    return values;
  }
  PickleValue& Value(PickleRef ref) { return result_.values_[ref]; }
  template <class T>
  T& Expect(PickleRef ref, const char* expected) {
    T* value = std::get_if<T>(&Value(ref));
    if (value == nullptr) Fail("expected ", expected, ", found ", Describe(Value(ref)));
    return *value;
  }
  int64_t Integer(PickleRef ref, const char* what, int64_t most) {
    const int64_t value = Expect<int64_t>(ref, what);
    if (value < 0 || value > most) {
      Fail("expected ", what, " in [0, ", most, "], found ", value);
    }
    return value;
  }

  void Step(unsigned char opcode);
  void Put(uint32_t number);
  void Get(uint32_t number);
  void Append(const std::vector<PickleRef>& items);
  void SetItems(const std::vector<PickleRef>& items);
  void Global();
  void Build();
  void Persistent();
  void Reduce();
  PickleFraction Fraction(const std::vector<PickleRef>& arguments) const;
  void CheckHooks(PickleRef hooks);
  PickleTensor RebuildTensor(const std::vector<PickleRef>& arguments);
  PickleTensor RebuildParameter(const std::vector<PickleRef>& arguments);
  void CheckReach(const PickleTensor& tensor);

  std::string_view bytes_;
  const std::string& where_;
  const PickleGlobals globals_;
  size_t at_ = 0;
  Pickle result_;
  std::vector<PickleRef> stack_;
  std::vector<size_t> marks_;  // sizes of the stack when they were set
  std::unordered_map<uint32_t, PickleRef> memo_;
  std::unordered_map<std::string, PickleStorage> storages_;                        // by key
  std::unordered_map<PickleRef, std::unordered_map<int64_t, char>> integer_keys_;  // of dicts
};

void PickleMachine::Step(unsigned char opcode) {
  using namespace pickle;
  switch (opcode) {
    case kMark:
      if (marks_.size() == kMostMarks) Fail("more than ", kMostMarks, " open marks");
      return marks_.push_back(stack_.size());
    case kNone:
      return Push(PickleValue(std::monostate()));
    case kNewTrue:
      return Push(PickleValue(true));
    case kNewFalse:
      return Push(PickleValue(false));
    case kBinInt:
      return Push(PickleValue(int64_t{std::bit_cast<int32_t>(Little(4))}));
    case kBinInt1:
      return Push(PickleValue(int64_t{Little(1)}));
    case kBinInt2:
      return Push(PickleValue(int64_t{Little(2)}));
    case kLong1:
      return Push(PickleValue(Long()));
    case kBinFloat:
      return Push(PickleValue(Double()));
    case kBinUnicode:
      return Push(PickleValue(Text()));
    case kEmptyList:
      return Push(PickleValue(PickleList()));
    case kEmptyDict:
      return Push(PickleValue(PickleDict()));
    case kEmptyTuple:
      return Push(PickleValue(PickleTuple()));
    case kTuple:
      return Push(PickleValue(PickleTuple{PopMark()}));
    case kTuple1:
    case kTuple2:
    case kTuple3:
      return Push(PickleValue(PickleTuple{Pop(size_t{1} + opcode - kTuple1)}));
    case kAppend:
      return Append(Pop(1));
    case kAppends:
      return Append(PopMark());
    case kSetItem:
      return SetItems(Pop(2));
    case kSetItems:
      return SetItems(PopMark());
    case kBinPut:
      return Put(Little(1));
    case kLongBinPut:
      return Put(Little(4));
    case kBinGet:
      return Get(Little(1));
    case kLongBinGet:
      return Get(Little(4));
    case kGlobal:
      return Global();
    case kReduce:
      return Reduce();
    case kBuild:
      return Build();
    case kBinPersId:
      return Persistent();
    default:
      Fail("instruction ", static_cast<int>(opcode),
           " is not one that weight files need: is this a checkpoint of training, or a whole "
           "program's ",
           "state? Export its weights first");
  }
}

void PickleMachine::Put(uint32_t number) { memo_[number] = TopRef(); }

void PickleMachine::Get(uint32_t number) {
  const auto found = memo_.find(number);
  if (found == memo_.end()) Fail("memo ", number, " is empty");
  Push(found->second);
}

void PickleMachine::Append(const std::vector<PickleRef>& items) {
  PickleList& list = Expect<PickleList>(TopRef(), "a list");
  list.items.insert(list.items.end(), items.begin(), items.end());
}

void PickleMachine::SetItems(const std::vector<PickleRef>& items) {
  const PickleRef target = TopRef();
  PickleDict& dict = Expect<PickleDict>(target, "a dict");
  if (items.size() % 2 != 0) Fail("a key without a value");
  for (size_t i = 0; i < items.size(); i += 2) {
    const PickleValue& key = Value(items[i]);
    bool is_new = false;
    if (const auto* name = std::get_if<std::string>(&key)) {
      is_new = dict.by_name.emplace(*name, items[i + 1]).second;
    } else {
      const int64_t number = Expect<int64_t>(items[i], "a string or an integer as key");
      is_new = integer_keys_[target].emplace(number, 0).second;
    }
    if (!is_new) Fail("key ", Describe(key), " appears twice");
    dict.items.emplace_back(items[i], items[i + 1]);
  }
}

void PickleMachine::Global() {
  const std::string_view module = Line();
  const std::string_view name = Line();
  if (auto global = FindGlobal(module, name, globals_)) return Push(*std::move(global));
  Fail("global ", Printable(module), ".", Printable(name), " is not one that weight files need");
}

// The attributes of an OrderedDict (a state dict's _metadata) are of no use here.
void PickleMachine::Build() {
  if (stack_.size() - Floor() >= 2 &&
      std::holds_alternative<PickleOpaque>(Value(stack_[stack_.size() - 2]))) {
    Pop();
    return;
  }
  Expect<PickleDict>(Pop(), "a dict of attributes");
  if (!Expect<PickleDict>(TopRef(), "an OrderedDict").ordered) {
    Fail("attributes for a dict, expected them for an OrderedDict");
  }
}

// ('storage', torch.FloatStorage, '0', 'cpu', 3072)
void PickleMachine::Persistent() {
  const std::vector<PickleRef> id = Expect<PickleTuple>(Pop(), "a tuple").items;
  if (id.size() != 5 || Expect<std::string>(id[0], "a string") != "storage") {
    Fail("expected a storage");
  }
  PickleStorage storage;
  storage.dtype = Expect<PickleStorageType>(id[1], "a storage type").dtype;
  storage.key = Expect<std::string>(id[2], "the key of a storage");
  const std::string& location = Expect<std::string>(id[3], "the location of a storage");
  if (!IsDevice(location)) {
    Fail("expected the name of a device, found ", Describe(Value(id[3])));
  }
  storage.elements = Integer(id[4], "the length of a storage", kMostElements);
  const auto [known, is_new] = storages_.emplace(storage.key, storage);
  if (!is_new &&
      (known->second.dtype != storage.dtype || known->second.elements != storage.elements)) {
    Fail("storage ", Printable(storage.key), " is described in two ways");
  }
  if (is_new) result_.storages_.push_back(storage);
  Push(PickleValue(std::move(storage)));
}

void PickleMachine::Reduce() {
  const std::vector<PickleRef> arguments = Expect<PickleTuple>(Pop(), "a tuple").items;
  switch (Expect<PickleFunction>(Pop(), "a function")) {
    case PickleFunction::kOrderedDict:
      if (!arguments.empty()) Fail("an OrderedDict with arguments");
      return Push(PickleValue(PickleDict{true, {}, {}}));
    case PickleFunction::kRebuildTensor:
      return Push(PickleValue(RebuildTensor(arguments)));
    case PickleFunction::kRebuildParameter:
      return Push(PickleValue(RebuildParameter(arguments)));
    case PickleFunction::kFraction:
      return Push(PickleValue(Fraction(arguments)));
    case PickleFunction::kOpaque:
      return Push(PickleValue(PickleOpaque()));
  }
}

// ("39/5") as Python up to 3.10 writes it, or (39, 5).
PickleFraction PickleMachine::Fraction(const std::vector<PickleRef>& arguments) const {
  PickleFraction fraction;
  const auto number = [&](PickleRef ref) {
    const auto* value = std::get_if<int64_t>(&result_.values_[ref]);
    if (value == nullptr) Fail("a fraction of ", Describe(result_.values_[ref]));
    return *value;
  };
  const auto* text =
      arguments.size() == 1 ? std::get_if<std::string>(&result_.values_[arguments[0]]) : nullptr;
  if (text != nullptr) {
    const char* const end = text->data() + text->size();
    auto [at, problem] = std::from_chars(text->data(), end, fraction.numerator);
    if (problem == std::errc() && at != end && *at == '/') {
      const auto rest = std::from_chars(at + 1, end, fraction.denominator);
      at = rest.ptr;
      problem = rest.ec;
    }
    if (problem != std::errc() || at != end) Fail("a fraction of ", Describe(*text));
  } else if (arguments.size() == 2) {
    fraction = {number(arguments[0]), number(arguments[1])};
  } else {
    Fail("a fraction of ", arguments.size(), " parts, expected a text or 2");
  }
  if (fraction.denominator <= 0) {
    Fail("a fraction with the denominator ", fraction.denominator, ", expected more than 0");
  }
  return fraction;
}

void PickleMachine::CheckHooks(PickleRef hooks) {
  if (std::holds_alternative<std::monostate>(Value(hooks))) return;
  if (!Expect<PickleDict>(hooks, "an OrderedDict of hooks").items.empty()) {
    Fail("a tensor with hooks");
  }
}

// (storage, offset, shape, strides, requires_grad, hooks[, metadata])
PickleTensor PickleMachine::RebuildTensor(const std::vector<PickleRef>& arguments) {
  if (arguments.size() != 6 && arguments.size() != 7) {
    Fail("a tensor of ", arguments.size(), " parts, expected 6 or 7");
  }
  PickleTensor tensor;
  tensor.storage = Expect<PickleStorage>(arguments[0], "a storage");
  tensor.offset = Integer(arguments[1], "a tensor's offset", kMostElements);
  for (const PickleRef extent : Expect<PickleTuple>(arguments[2], "a shape").items) {
    tensor.shape.push_back(Integer(extent, "a tensor's extent", kMostElements));
  }
  for (const PickleRef stride : Expect<PickleTuple>(arguments[3], "strides").items) {
    tensor.strides.push_back(Integer(stride, "a tensor's stride", kMostElements));
  }
  // Only floating-point tensors can have gradients, and torch.load insists on it.
  if (Expect<bool>(arguments[4], "a boolean") && !IsFloating(tensor.storage.dtype)) {
    Fail("a gradient for a tensor of integers");
  }
  CheckHooks(arguments[5]);
  if (arguments.size() == 7 && !std::holds_alternative<std::monostate>(Value(arguments[6])) &&
      !Expect<PickleDict>(arguments[6], "a dict of metadata").items.empty()) {
    Fail("a tensor with metadata");
  }
  if (tensor.shape.size() != tensor.strides.size()) {
    Fail("a tensor of ", tensor.shape.size(), " extents and ", tensor.strides.size(), " strides");
  }
  if (tensor.shape.size() > kMostDimensions) {
    Fail("a tensor of ", tensor.shape.size(), " dimensions, expected at most ", kMostDimensions);
  }
  CheckReach(tensor);
  return tensor;
}

void PickleMachine::CheckReach(const PickleTensor& tensor) {
  const int64_t elements = tensor.storage.elements;
  const auto fail = [&] {
    Fail("a tensor of shape ", ToString(tensor.shape), ", strides ", ToString(tensor.strides),
         " and offset ", tensor.offset, " leaves its storage of ", elements, " elements");
  };
  if (tensor.offset > elements) fail();
  // The product is bounded even where an extent is zero.
  int64_t count = 1;
  bool empty = false;
  for (const int64_t extent : tensor.shape) {
    if (extent == 0) empty = true;
    if (extent > 0 && count > kMostElements / extent) fail();
    count *= std::max<int64_t>(extent, 1);
  }
  if (empty) return;
  int64_t last = tensor.offset;  // ≤ elements ≤ 2^48 all along
  for (size_t i = 0; i < tensor.shape.size(); ++i) {
    const int64_t steps = tensor.shape[i] - 1;
    if (steps > 0 && tensor.strides[i] > (elements - last) / steps) fail();
    last += steps * tensor.strides[i];
  }
  if (last >= elements) fail();
}

// (tensor, requires_grad, hooks)
PickleTensor PickleMachine::RebuildParameter(const std::vector<PickleRef>& arguments) {
  if (arguments.size() != 3) Fail("a parameter of ", arguments.size(), " parts, expected 3");
  PickleTensor tensor = Expect<PickleTensor>(arguments[0], "a tensor");
  if (tensor.is_parameter) Fail("a parameter made of a parameter");
  if (Expect<bool>(arguments[1], "a boolean") && !IsFloating(tensor.storage.dtype)) {
    Fail("a gradient for a tensor of integers");
  }
  CheckHooks(arguments[2]);
  tensor.is_parameter = true;
  return tensor;
}

Pickle Pickle::Parse(std::string_view bytes, const std::string& where, PickleGlobals globals) {
  return PickleMachine(bytes, where, globals).Run();
}

const PickleValue* Pickle::Find(const PickleDict& dict, const std::string& key) const {
  const auto found = dict.by_name.find(key);
  return found == dict.by_name.end() ? nullptr : &at(found->second);
}

}  // namespace musicgen::checkpoint
