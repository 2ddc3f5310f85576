#include "train/checkpoint/training_state.h"

#include <ATen/core/grad_mode.h>

#include <charconv>
#include <cstring>

#include "base/error.h"
#include "checkpoint/safetensors.h"

namespace musicgen::train {
namespace {

// Numbers of their own tensors are stored as vectors of one.
Shape StoredShape(const at::Tensor& tensor) {
  return tensor.dim() == 0 ? Shape{1} : tensor.sizes().vec();
}

void Fill(const checkpoint::TensorSource& source, std::vector<NamedTensor>& tensors, bool strict) {
  const at::NoGradGuard no_grad;
  std::vector<checkpoint::ExpectedTensor> expected;
  for (const NamedTensor& tensor : tensors) {
    expected.push_back({tensor.name, StoredShape(tensor.value)});
  }
  checkpoint::CheckTensors(source, expected, {}, strict);
  for (NamedTensor& tensor : tensors) {
    const TensorView view = source.Get(tensor.name);
    at::Tensor value = at::empty(tensor.value.sizes(), at::kFloat);
    CopyToFloat(view, 0, view.elements(), value.mutable_data_ptr<float>());
    tensor.value.copy_(value);
    source.Drop(view);
  }
}

}  // namespace

void SaveTrainingState(const std::string& path, const TrainingState& state) {
  const at::NoGradGuard no_grad;
  std::vector<checkpoint::TensorToWrite> headers;
  for (const NamedTensor& tensor : state.tensors) {
    headers.push_back({tensor.name, DType::kF32, StoredShape(tensor.value), nullptr});
  }
  checkpoint::WriteSafetensors(
      path, headers, state.values, [&](size_t i, const checkpoint::PutBytes& put) {
        const at::Tensor value =
            state.tensors[i].value.detach().to(at::kCPU, at::kFloat).contiguous();
        put(value.const_data_ptr(), value.nbytes());
      });
}

void LoadTrainingState(const std::string& path, TrainingState& state) {
  const auto source = checkpoint::OpenSafetensors(path, &state.values);
  Fill(*source, state.tensors, /*strict=*/true);
}

std::map<std::string, std::string> LoadAverages(const std::string& path,
                                                std::vector<NamedTensor> tensors) {
  std::map<std::string, std::string> values;
  const auto source = checkpoint::OpenSafetensors(path, &values);
  for (NamedTensor& tensor : tensors) {
    const std::string average = kEmaPrefix + tensor.name;
    tensor.name = source->Has(average) ? average : kModelPrefix + tensor.name;
  }
  Fill(*source, tensors, /*strict=*/false);
  return values;
}

std::string ExactNumber(double value) {
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof(digits), value).ptr};
}

}  // namespace musicgen::train
