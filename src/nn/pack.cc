#include "nn/pack.h"

#include <algorithm>

namespace musicgen::nn {

using kernels::kTileOutputs;

Linear PackStack(ThreadPool& pool, kernels::WeightFormat format,
                 const std::vector<TensorView>& tensors) {
  int64_t outputs = 0;
  for (const TensorView& tensor : tensors) outputs += tensor.shape.at(0);
  Linear linear(format, outputs, tensors.at(0).shape.at(1));
  pool.Run([&](Worker& worker) {
    const Range tiles = worker.Split(linear.weight().tiles());
    const Range mine{tiles.begin * kTileOutputs, std::min(tiles.end * kTileOutputs, outputs)};
    int64_t first = 0;  // of the tensor's outputs
    for (const TensorView& tensor : tensors) {
      const int64_t rows = tensor.shape[0];
      const int64_t begin = std::max(mine.begin, first), end = std::min(mine.end, first + rows);
      if (begin < end) linear.PackRows(begin, RowsOf(tensor, begin - first, end - first));
      first += rows;
    }
  });
  return linear;
}

}  // namespace musicgen::nn
